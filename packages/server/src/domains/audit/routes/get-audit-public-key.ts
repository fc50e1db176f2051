import type { AuditSigner } from '../../../platform/audit/index.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { AuditPublicKey } from '../present-checkpoint.ts';

/** GET /api/v1/audit/public-key: what checkpoints are verified with. */
export const getAuditPublicKey = ({ signer }: { readonly signer: AuditSigner }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/audit/public-key',
    operationId: 'getAuditPublicKey',
    summary: 'The public key that verifies checkpoints',
    tag: 'Audit',
    access: { scope: 'audit:read' },
    audit: { when: 'with', action: 'audit.key.read', resource: 'audit' },
    effect: 'read',
    schema: { responses: { 200: AuditPublicKey } },
    handler: () =>
      Promise.resolve(
        ok({
          key_id: signer.keyId,
          algorithm: 'Ed25519',
          public_key: signer.publicKey.export({ type: 'spki', format: 'pem' }),
        }),
      ),
  });
