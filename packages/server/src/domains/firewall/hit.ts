import type { FindingKind } from './types.ts';

/** Something found in a text, before a policy says what it means. Offsets are UTF-16 code units. */
export interface Hit {
  readonly kind: FindingKind;
  readonly type: string;
  readonly score: number;
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}
