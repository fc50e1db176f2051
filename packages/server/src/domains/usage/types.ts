/** One use of a GPU that someone answers for: an inference call, or a part of a reservation. */
export interface UsageEntry {
  /** UUIDv7. */
  readonly id: string;
  readonly atMs: number;
  readonly principalId: string;
  readonly kind: 'inference' | 'reservation';
  /** The model, or the kind of GPU. */
  readonly subject: string;
  /** What was done: `chat`, `text`, `embed`, `hold` … */
  readonly operation: string;
  readonly provider: string | null;
  /** The token, key, session or reservation that it was done with. */
  readonly credentialId: string | null;
  readonly outcome: 'ok' | 'blocked' | 'aborted' | 'failed';
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly gpuSeconds: number;
  /** In the operator's currency. */
  readonly cost: number;
  readonly durationMs: number;
  readonly correlationId: string;
}
