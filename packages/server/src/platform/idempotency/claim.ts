import { AppError } from '../errors.ts';

/** How long a key is remembered, and its answer given again. Published in the API's description. */
export const idempotencyTtlHours = 24;

/** What one Idempotency-Key is bound to: the caller, the operation, the key it chose and the payload it sent. */
export interface IdempotencyClaim {
  readonly principalId: string;
  /** The operation id. */
  readonly route: string;
  readonly key: string;
  /** SHA-256 of method, path and raw body, hex. */
  readonly payloadHash: string;
}

/** A first answer, as it is given again. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** One text for the three parts of a key. Routes and principals carry no line breaks, keys are printable ASCII. */
export const claimId = ({ principalId, route, key }: Omit<IdempotencyClaim, 'payloadHash'>): string =>
  `${principalId}\n${route}\n${key}`;

/** Throws `idempotency_key_reused` (422) unless the stored payload is the claim's. */
export const requireSamePayload = (claim: IdempotencyClaim, storedHash: string): void => {
  if (storedHash !== claim.payloadHash) throw new AppError('idempotency_key_reused');
};
