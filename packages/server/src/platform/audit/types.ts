/** One decision, as the audit trail keeps it. Strings are cut to their column's limit, never refused. */
export interface AuditInput {
  readonly correlationId: string;
  readonly principalId: string;
  readonly principalKind: string;
  readonly principalName: string | null;
  /** `noun.verb`, such as `node.register`. */
  readonly action: string;
  /** What it was done to, such as `node:0199…`. Never a secret. */
  readonly resource: string;
  readonly granted: boolean;
  /** `ok`, or the error code of a refusal. */
  readonly reason: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Small, flat facts; no secrets (the writer masks what looks like one). */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The audit trail. Fail closed: whoever awaits `record` does nothing before it resolved. */
export interface Audit {
  /**
   * Resolves when the entry is durable in PostgreSQL (entries of concurrent requests share a commit). Rejects with
   * AppError `audit_unavailable` when no sink took it, and `overloaded` when its bounded buffer is full.
   */
  record(entry: AuditInput): Promise<void>;
}
