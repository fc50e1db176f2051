import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import type { RulesCache } from '../rules-cache.ts';
import type { Stepper } from '../step-record.ts';

export interface DetectionRouteDeps {
  readonly cursors: CursorCodec;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly newId: () => string;
  readonly detectors: readonly string[];
  readonly stepper: Stepper;
  readonly rules: Pick<RulesCache, 'current'>;
  readonly threshold: number;
}

export const targetNotFound = (target: string, id: string): AppError =>
  new AppError('not_found', {
    detail: target === 'fleet' ? 'The id of the fleet is the nil UUID' : `There is no ${target} ${id}`,
  });
