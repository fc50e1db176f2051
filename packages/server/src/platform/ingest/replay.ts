import { requireSamePayload, type EarlierAnswer, type IdempotencyClaim } from '../idempotency/index.ts';
import type { Receipt } from './types.ts';

/** What a request is told whose key was used before. Throws `idempotency_key_reused` (422) for another payload. */
export const replay = (claim: IdempotencyClaim, earlier: EarlierAnswer): Receipt => {
  requireSamePayload(claim, earlier.payloadHash);
  return { status: earlier.status, body: earlier.body, replayed: true };
};
