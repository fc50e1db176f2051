import { DetectionFinding, DetectionFindingQuery, Detector, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { kindOf, lostDetector } from '../families.ts';
import { listFindings } from '../finding-store.ts';
import { presentFinding } from '../present.ts';
import type { DetectionRouteDeps } from './shared.ts';

export const listDetectorsRoute = ({ detectors }: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/detection/detectors',
    operationId: 'listDetectors',
    summary: 'The detectors that there are',
    tag: 'Detection',
    access: { scope: 'detection:read' },
    audit: { when: 'with', action: 'detection.list_detectors', resource: 'detection' },
    effect: 'read',
    schema: { responses: { 200: Type.Object({ data: Type.Array(Detector) }) } },
    handler: () =>
      Promise.resolve(ok({ data: [...detectors, lostDetector].map((name) => ({ name, ...kindOf(name) })) })),
  });

export const listFindingsRoute = ({ cursors }: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/detection/findings',
    operationId: 'listDetectionFindings',
    summary: 'What was found on which GPU, and whether it goes on; newest first',
    tag: 'Detection',
    access: { scope: 'detection:read' },
    audit: { when: 'with', action: 'detection.list_findings', resource: 'detection' },
    effect: 'read',
    schema: { query: DetectionFindingQuery, responses: { 200: pageOf(DetectionFinding) } },
    errors: ['invalid_cursor'],
    handler: async ({ query: filters }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'detection-findings',
          request: filters,
          filters,
          fetch: (limit, after) => listFindings(ctx.db, filters, limit, after),
          position: (row) => ({ sort: String(row.last_at.getTime()), id: `${row.gpu_id}/${row.family}` }),
          present: presentFinding,
        }),
      ),
  });
