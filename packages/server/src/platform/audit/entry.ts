/** What an entry says, after masking and cutting: everything that the hash covers except the chain's own fields. */
export interface AuditFacts {
  readonly id: string;
  /** Whole milliseconds since the Unix epoch. */
  readonly occurredAtMs: number;
  readonly correlationId: string;
  readonly principalId: string;
  readonly principalKind: string;
  readonly principalName: string | null;
  readonly action: string;
  readonly resource: string;
  readonly granted: boolean;
  readonly reason: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Flat: strings, numbers, booleans and nulls. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** An entry with its place in a chain. Hashes are 32 bytes. */
export interface AuditChainEntry extends AuditFacts {
  readonly writerId: string;
  /** 1 for a chain's first entry, then without gaps. */
  readonly sequence: number;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

/** The end of a chain: what the next entry is linked to. `sequence` 0 with zero bytes before the first entry. */
export interface ChainHead {
  readonly writerId: string;
  readonly sequence: number;
  readonly hash: Buffer;
}

const hashBytes = 32;

/** A chain that has no entry yet. */
export const emptyChain = (writerId: string): ChainHead => ({
  writerId,
  sequence: 0,
  hash: Buffer.alloc(hashBytes),
});
