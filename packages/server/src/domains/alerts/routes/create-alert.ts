import { createHash } from 'node:crypto';
import { Alert, CreateAlert } from '@gpushield/contracts';
import type { Tx } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { boundedFingerprint, reservedPrefixes, reservedSources } from '../fingerprint.ts';
import { checkEvidence, refuseField } from '../input-limits.ts';
import { presenterNow } from '../present-now.ts';
import { raiseAlert } from '../raise-alert.ts';
import { findAlert } from '../store.ts';
import type { AlertFleet } from '../types.ts';

const checkNames = (body: CreateAlert): void => {
  if (reservedSources.includes(body.source ?? '')) {
    throw refuseField('/source', `must not be one of the server's own: ${reservedSources.join(', ')}`);
  }
  if (reservedPrefixes.some((prefix) => body.fingerprint?.startsWith(prefix) === true)) {
    throw refuseField('/fingerprint', `must not begin like the server's own: ${reservedPrefixes.join(' ')}`);
  }
};

const checkReferences = async (fleet: AlertFleet, tx: Tx, body: CreateAlert): Promise<void> => {
  const references = [
    ['node_id', body.node_id, fleet.findNode],
    ['gpu_id', body.gpu_id, fleet.findGpu],
    ['sensor_id', body.sensor_id, fleet.findSensor],
  ] as const;
  for (const [field, id, find] of references) {
    if (typeof id === 'string' && (await find(tx, id)) === undefined) {
      throw new AppError('unknown_reference', { detail: `${field} names nothing that is registered` });
    }
  }
};

/** Without a fingerprint the same words about the same thing are the same alert. */
const fingerprintOf = (body: CreateAlert, source: string): string => {
  if (body.fingerprint !== undefined) return body.fingerprint;
  const ids = [body.node_id, body.gpu_id, body.sensor_id].map((id) => id?.toLowerCase() ?? null);
  const about = [body.title, ...ids];
  return boundedFingerprint(source, createHash('sha256').update(JSON.stringify(about)).digest('hex'));
};

export const createAlertRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts',
    operationId: 'createAlert',
    summary: 'Raise an alert; 200 when it joined an unresolved one with the same fingerprint',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.create' },
    effect: 'transaction',
    schema: { body: CreateAlert, responses: { 200: Alert, 201: Alert } },
    errors: ['unknown_reference'],
    handler: async ({ body }, ctx) => {
      const tx = transactionOf(ctx);
      const { source = 'manual', evidence = {} } = body;
      checkNames(body);
      checkEvidence(evidence, '/evidence');
      await checkReferences(deps.fleet, tx, body);
      const raised = await raiseAlert(deps, tx, {
        title: body.title,
        description: body.description ?? '',
        severity: body.severity,
        source,
        fingerprint: fingerprintOf(body, source),
        nodeId: body.node_id ?? null,
        gpuId: body.gpu_id ?? null,
        sensorId: body.sensor_id ?? null,
        evidence,
        actor: ctx.principal.name,
      });
      const alert = await findAlert(tx, raised.alertId);
      if (alert === undefined) throw new Error('An alert that was just raised is not there');
      const answer = (await presenterNow(deps, tx))(alert);
      return raised.created ? created(answer, `/api/v1/alerts/${alert.id}`) : ok(answer);
    },
  });
