import { Type } from 'typebox';
import { defineRoute } from '../../../platform/http/route.ts';

export interface GetMetricsDeps {
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

/** GET /metrics: Prometheus text. Scrape it with an API key that carries `metrics:read`. */
export const getMetrics = ({ render }: GetMetricsDeps) =>
  defineRoute({
    method: 'GET',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Metrics of this server for Prometheus',
    tag: 'System',
    access: { scope: 'metrics:read' },
    audit: { when: 'with', action: 'metrics.read' },
    effect: 'read',
    produces: 'text/plain',
    schema: { responses: { 200: Type.String() } },
    handler: async () => {
      const { contentType, body } = await render();
      return { status: 200, body, headers: { 'content-type': contentType } };
    },
  });
