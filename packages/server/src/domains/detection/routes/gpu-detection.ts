import { GpuDetection, Uuid } from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { at } from '../detectors/numbers.ts';
import { picture } from '../detectors/picture.ts';
import { findLatest, findPlace, findState } from '../explain-store.ts';
import { listFindings } from '../finding-store.ts';
import { presentBaseline, presentFinding } from '../present.ts';
import { warmUpS } from '../step-record.ts';
import { gateOf, isJudged } from '../switches.ts';
import type { DetectionRouteDeps } from './shared.ts';

/** One of each family, and some to spare. */
const maxFindings = 16;

export const gpuDetectionRoute = ({
  stepper,
  rules,
  threshold,
  clock,
  detectors,
}: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/detection/gpus/:id',
    operationId: 'explainGpuDetection',
    summary: 'What detection knows of a GPU: baselines, the latest score with its reasons, findings',
    tag: 'Detection',
    access: { scope: 'detection:read' },
    audit: { when: 'with', action: 'detection.explain', resource: 'gpu:{id}' },
    effect: 'read',
    schema: { params: Type.Object({ id: Uuid }), responses: { 200: GpuDetection } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const place = await findPlace(ctx.db, id);
      if (place === undefined) throw new AppError('not_found', { detail: `There is no GPU ${id}` });
      const { version, stateLength } = stepper;
      const { rules: current } = await rules.current(ctx.db);
      const gate = gateOf(current, detectors, threshold, place.node_id, id);
      const state = await findState(ctx.db, id, version, stateLength);
      const latest = await findLatest(ctx.db, id);
      const findings = await listFindings(ctx.db, { gpu_id: id }, maxFindings, undefined);
      const warm = state !== undefined && at(state, picture.observedS) >= warmUpS;
      const open = isJudged(gate, clock.nowMs());
      const whyNot = gate.allOff ? 'switched off' : open ? 'warming up' : 'in maintenance';
      return ok({
        gpu_id: id,
        node_id: place.node_id,
        judged: open && warm,
        why_not: open && warm ? null : whyNot,
        threshold: gate.threshold,
        detectors_off: detectors.filter((_, index) => gate.off[index] === 1),
        baseline: presentBaseline(state),
        latest:
          latest === undefined
            ? null
            : {
                timestamp: latest.timestamp.toISOString(),
                anomaly_score: latest.anomaly_score,
                reasons: latest.anomaly_reasons ?? [],
              },
        findings: findings.map(presentFinding),
      });
    },
  });
