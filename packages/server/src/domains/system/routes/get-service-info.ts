import { ServiceInfo } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';

/** GET /: what this is and where to go (seed 2). */
export const getServiceInfo = ({ version }: { readonly version: string }) =>
  defineRoute({
    method: 'GET',
    path: '/',
    operationId: 'getServiceInfo',
    summary: 'What this service is, and where its documentation is',
    tag: 'System',
    access: { public: 'tells a stranger where the documentation is' },
    audit: { when: 'none', why: 'it says the same to everyone' },
    effect: 'read',
    schema: { responses: { 200: ServiceInfo } },
    handler: () =>
      Promise.resolve(
        ok({
          service: 'GPUShield',
          version,
          docs: '/docs',
          health: '/health',
          auth: { login: 'POST /auth/login', header: 'Authorization: Bearer <access token or API key>' },
          endpoints: {
            openapi: '/openapi.json',
            nodes: '/api/v1/nodes',
            gpus: '/api/v1/gpus',
            sensors: '/api/v1/sensors',
            telemetry: '/api/v1/telemetry/records',
            security_events: '/api/v1/security-events',
            events: '/api/v1/events',
            scores: '/api/v1/scores',
            alerts: '/api/v1/alerts',
            models: '/api/v1/models',
            vectors: '/api/v1/vectors',
            jobs: '/v1/jobs',
            gpu_availability: '/v1/gpu/availability',
            disks: '/v1/disks',
            graphql: '/graphql',
            audit: '/api/v1/audit',
            metrics: '/metrics',
          },
        }),
      ),
  });
