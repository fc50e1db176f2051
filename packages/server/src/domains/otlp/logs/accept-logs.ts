import type { SecurityEventInput } from '@gpushield/contracts';
import { maxBulkEvents } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import type { RequestContext } from '../../../platform/http/route.ts';
import { claimId, requireSamePayload, storeAnswers } from '../../../platform/idempotency/index.ts';
import { noAttributes, type Attributes } from '../attributes.ts';
import type { OtlpDeps } from '../deps.ts';
import { createItemLimit } from '../item-limit.ts';
import { claimOf, count, outcomeOf, replayOf, type Accepted, type ExportOutcome } from '../outcome.ts';
import { createRejections } from '../rejections.ts';
import type { LogSink } from './log-sink.ts';
import { xidOf, type LoggedXid } from './xid-events.ts';

type Context = Pick<RequestContext, 'principal' | 'ownOnly' | 'idempotencyKey' | 'payloadHash'>;

/** Each place is looked up once, however many of its lines an export carries. */
const placed = async (
  { db, fleet }: OtlpDeps,
  found: readonly LoggedXid[],
): Promise<
  readonly { readonly xid: LoggedXid; readonly place: Awaited<ReturnType<OtlpDeps['fleet']['findPlace']>> }[]
> => {
  const known = new Map<string, ReturnType<OtlpDeps['fleet']['findPlace']>>();
  return Promise.all(
    found.map(async (xid) => {
      const key = `${xid.clusterId}\n${xid.nodeName}\n${xid.pciAddress}`;
      const place = known.get(key) ?? fleet.findPlace(db, xid);
      known.set(key, place);
      return { xid, place: await place };
    }),
  );
};

/** Stores events, once per Idempotency-Key; answers what an earlier request with the key was told, if there was one. */
const store = (
  deps: OtlpDeps,
  ctx: Context,
  events: readonly SecurityEventInput[],
  outcome: ExportOutcome,
): Promise<Accepted> =>
  deps.db.transaction(async (tx) => {
    const claim = claimOf(ctx, 'logs');
    if (claim !== undefined) {
      const answer = { status: 200, body: outcome, headers: {} };
      const earlier = (await storeAnswers(tx, [{ claim, answer }])).get(claimId(claim));
      if (earlier !== undefined) {
        requireSamePayload(claim, earlier.payloadHash);
        return replayOf(earlier.body, outcome);
      }
    }
    await deps.recordEvents(tx, events, (ownerId) => {
      if (ctx.ownOnly && ownerId !== ctx.principal.id) throw new AppError('not_owner');
    });
    return { outcome, replayed: false };
  });

/** Reads logs for Xids and keeps those as security events; other logs are handed on alone. */
export const acceptLogs = async (
  deps: OtlpDeps,
  read: (sink: LogSink) => void,
  ctx: Context,
): Promise<Accepted> => {
  const rejections = createRejections();
  const found: LoggedXid[] = [];
  const nowMs = deps.clock.nowMs();
  let resource: Attributes = noAttributes;
  let records = 0;
  const spend = createItemLimit('log records');
  read({
    resource: (attributes) => {
      spend(1);
      resource = attributes;
    },
    record: (record) => {
      spend(1);
      records += 1;
      const xid = xidOf(record, resource, nowMs);
      if (typeof xid === 'string') rejections.add(xid);
      else if (xid !== null && found.length >= maxBulkEvents)
        rejections.add(`one export may tell of ${maxBulkEvents} Xids`);
      else if (xid !== null) found.push(xid);
    },
  });
  const events: SecurityEventInput[] = [];
  for (const { xid, place } of await placed(deps, found)) {
    if (place === undefined) rejections.add(`an Xid of node ${xid.nodeName}, which is not registered`);
    else if (ctx.ownOnly && place.ownerId !== ctx.principal.id)
      rejections.add(`an Xid of node ${xid.nodeName}, which somebody else registered`);
    else events.push({ ...xid.event, node_id: place.nodeId, gpu_id: place.gpuId });
  }
  const outcome = outcomeOf(rejections, 'log records');
  const accepted =
    events.length === 0 ? { outcome, replayed: false } : await store(deps, ctx, events, outcome);
  if (!accepted.replayed) count(deps, 'logs', records, outcome.rejected);
  return accepted;
};
