import { Timestamp, Uuid } from '@gpushield/contracts';
import { Type } from 'typebox';

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, lower-case hex' });

/** A signed checkpoint as the API shows it: `CheckpointRecord` of the platform. */
export const AuditCheckpoint = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  occurred_at: Timestamp,
  entries: Type.Integer({ minimum: 0, description: 'Entries that the checkpoints up to this one cover' }),
  previous_hash: Hash,
  heads: Type.Array(
    Type.Object({
      kind: Type.Enum(['head', 'anchor']),
      writer_id: Uuid,
      sequence: Type.Integer({ minimum: 1 }),
      hash: Hash,
    }),
  ),
  hash: Hash,
  key_id: Type.String(),
  signature: Type.String({ description: 'Ed25519, base64' }),
});

export const AuditPublicKey = Type.Object({
  key_id: Type.String(),
  algorithm: Type.Literal('Ed25519'),
  public_key: Type.String({ description: 'SubjectPublicKeyInfo, PEM' }),
});
