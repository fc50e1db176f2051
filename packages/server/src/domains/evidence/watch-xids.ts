import type { Tx } from '../../platform/database/types.ts';
import type { GpuXids, SettleXids } from '../detection/index.ts';
import type { EvidenceDomainDeps } from './deps.ts';
import { recentXids, type EventRecord } from './event-store.ts';

/** The longest window of a detector of Xids. */
const windowMs = 86_400_000;
/** Lines of one GPU that are looked at; a driver that writes more of them says nothing new. */
const maxEach = 500;

const codeOf = ({ fingerprint }: EventRecord): number | undefined => {
  const code = /:(\d{1,5})$/.exec(fingerprint)?.[1];
  return code === undefined ? undefined : Number(code);
};

/** Gives the Xids of these events, beside those of the day before, to who judges them. Before their own alerts are raised. */
export const watchXids = async (
  { watchXids: watch }: Pick<EvidenceDomainDeps, 'watchXids'>,
  tx: Tx,
  events: readonly EventRecord[],
  isGrave: (event: EventRecord) => boolean,
): Promise<SettleXids> => {
  const fresh = Map.groupBy(
    events.filter((event) => event.type === 'gpu.xid' && codeOf(event) !== undefined),
    ({ gpuId }) => gpuId,
  );
  const gpuIds = [...fresh.keys()].filter((id) => id !== null).sort();
  if (watch === undefined || gpuIds.length === 0) return () => Promise.resolve();
  const earliestMs = Math.min(...events.map(({ occurredAt }) => occurredAt.getTime()));
  const before = Map.groupBy(
    await recentXids(tx, gpuIds, new Date(earliestMs - windowMs), maxEach),
    ({ gpu_id }) => gpu_id,
  );
  const gpus = gpuIds.flatMap((gpuId): GpuXids[] => {
    const own = fresh.get(gpuId) ?? [];
    const [first] = own;
    if (first === undefined) return [];
    return [
      {
        gpuId,
        nodeId: first.nodeId,
        fresh: own.map((event) => ({ code: codeOf(event) ?? 0, atMs: event.occurredAt.getTime() })),
        before: (before.get(gpuId) ?? []).map(({ code, at }) => ({ code, atMs: at.getTime() })),
        fingerprint: own.find(isGrave)?.fingerprint,
      },
    ];
  });
  return watch(tx, gpus);
};
