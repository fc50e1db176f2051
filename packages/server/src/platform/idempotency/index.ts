export { amendAnswers, storeAnswers, type AnsweredClaim, type EarlierAnswer } from './batch.ts';
export {
  claimId,
  idempotencyTtlHours,
  requireSamePayload,
  type IdempotencyClaim,
  type StoredAnswer,
} from './claim.ts';
export { parseIdempotencyKey } from './key.ts';
export { createRecordedAnswers, type RecordedAnswers, type Recorder } from './recorded-answers.ts';
export { findAnswer, lockClaim, storeAnswer } from './store.ts';
export { createSweeper, type Sweeper } from './sweeper.ts';
