import type { Alert } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { AlertDeps } from './deps.ts';
import { presentAlert } from './present.ts';
import { silencedUntil } from './silence.ts';
import { activeSilences } from './silence-store.ts';
import type { AlertRecord } from './types.ts';

/** Alerts as clients see them at this moment: with the end of the silences that match them now. */
export const presenterNow = async (
  deps: Pick<AlertDeps, 'clock'>,
  db: Executor,
): Promise<(alert: AlertRecord) => Alert> => {
  const silences = await activeSilences(db, new Date(deps.clock.nowMs()));
  return (alert) => presentAlert(alert, silencedUntil(silences, alert));
};
