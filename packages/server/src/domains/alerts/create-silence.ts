import { maxSilenceSeconds, type CreateAlertSilence } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { AlertDeps } from './deps.ts';
import { refuseField, timeOf } from './input-limits.ts';
import type { SilenceRecord } from './silence.ts';
import { countUnended, insertSilence, maxSilences } from './silence-store.ts';

const lower = (ids: readonly string[] | undefined): string[] => (ids ?? []).map((id) => id.toLowerCase());

/** Throws `validation_failed` for one that matches everything, ends before it begins, or lasts too long. */
const silenceOf = (
  body: CreateAlertSilence,
  by: { readonly id: string; readonly actor: string; readonly now: Date },
): SilenceRecord => {
  const silence: SilenceRecord = {
    id: by.id,
    sources: body.sources ?? [],
    severities: body.severities ?? [],
    nodeIds: lower(body.node_ids),
    gpuIds: lower(body.gpu_ids),
    fingerprintPrefix: body.fingerprint_prefix ?? null,
    reason: body.reason,
    startsAt: body.starts_at === undefined ? by.now : timeOf(body.starts_at, '/starts_at'),
    endsAt: timeOf(body.ends_at, '/ends_at'),
    createdBy: by.actor,
    createdAt: by.now,
    endedBy: null,
  };
  const { sources, severities, nodeIds, gpuIds, fingerprintPrefix, startsAt, endsAt } = silence;
  const lists = [sources, severities, nodeIds, gpuIds];
  if (fingerprintPrefix === null && lists.every(({ length }) => length === 0)) {
    throw refuseField('/sources', 'or another matcher must say what is silenced');
  }
  if (endsAt <= startsAt || endsAt <= by.now) throw refuseField('/ends_at', 'must be later than it begins');
  if (endsAt.getTime() - by.now.getTime() > maxSilenceSeconds * 1000) {
    throw refuseField('/ends_at', `must be within ${String(maxSilenceSeconds / 86_400)} days`);
  }
  return silence;
};

/** Also throws `conflict` while as many silences stand as may. */
export const createSilence = async (
  deps: Pick<AlertDeps, 'clock' | 'newId'>,
  tx: Tx,
  body: CreateAlertSilence,
  actor: string,
): Promise<SilenceRecord> => {
  const silence = silenceOf(body, { id: deps.newId(), actor, now: new Date(deps.clock.nowMs()) });
  if ((await countUnended(tx, silence.createdAt)) >= maxSilences) {
    throw new AppError('conflict', {
      detail: `There are ${String(maxSilences)} silences that have not ended`,
      remediation: 'End one that is not needed any more.',
    });
  }
  await insertSilence(tx, silence);
  return silence;
};
