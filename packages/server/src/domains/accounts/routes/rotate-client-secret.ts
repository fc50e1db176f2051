import { CreatedClientSecret, RotateClientSecret } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute } from '../../../platform/http/route.ts';
import { toScopes } from '../../../platform/identity/index.ts';
import { endClientSecret, lockClientSecret } from '../client-secret-store.ts';
import { decideAllowedAddresses, decideKeyExpiry, decideKeyScopes } from '../decisions.ts';
import { makeClientSecret } from '../make-client-secret.ts';
import { lockOwnedAccount } from '../owned-account.ts';
import { SecretParams } from '../schemas.ts';
import { rolesOf } from '../user-store.ts';
import type { ClientSecretDeps } from './create-client-secret.ts';
import { noStore } from './login.ts';

const hourMs = 3_600_000;
/** A day: enough for every deployment of a service to be restarted with the new one. */
const defaultOverlapHours = 24;

/** `effect: 'own'` for the reason given at `createKey`; the old secret's tokens end by themselves, in 15 minutes. */
export const rotateClientSecret = (deps: ClientSecretDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/service-accounts/:id/secrets/:secret_id/rotate',
    operationId: 'rotateClientSecret',
    summary: 'A new secret like this one, which still works for the overlap: 24 hours unless told',
    tag: 'Service accounts',
    access: { scope: 'keys:admin' },
    audit: { when: 'before', action: 'client_secret.rotate', resource: 'client_secret:{secret_id}' },
    effect: 'own',
    schema: { params: SecretParams, body: RotateClientSecret, responses: { 201: CreatedClientSecret } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params, body }, ctx) => {
      const { principal } = ctx;
      const nowMs = deps.clock.nowMs();
      const made = await deps.db.transaction(async (tx) => {
        const account = await lockOwnedAccount(tx, params.id, principal);
        const old = await lockClientSecret(tx, params.id, params.secret_id);
        if (old === undefined)
          throw new AppError('not_found', { detail: `There is no secret ${params.secret_id}` });
        const ended = old.expires_at !== null && old.expires_at.getTime() <= nowMs;
        if (old.revoked_at !== null || ended) {
          throw new AppError('conflict', { detail: 'The secret has ended: create a new one' });
        }
        const requested = old.scopes === null ? undefined : toScopes(old.scopes);
        const lifeMs = old.expires_at === null ? null : old.expires_at.getTime() - old.created_at.getTime();
        const requestedHours = lifeMs === null ? null : lifeMs / hourMs;
        const fresh = await makeClientSecret(deps, tx, {
          userId: account.id,
          description: old.description,
          scopes: decideKeyScopes({ principal, targetRoles: rolesOf(account), requested }),
          allowedAddresses: decideAllowedAddresses(principal, old.allowed_addresses ?? undefined),
          atMs: nowMs,
          expiresAtMs: decideKeyExpiry({ principal, requestedHours, defaultHours: 0, nowMs }),
        });
        const overlapMs = (body.overlap_hours ?? defaultOverlapHours) * hourMs;
        await endClientSecret(tx, old.id, new Date(nowMs + overlapMs));
        return fresh;
      });
      await ctx.audit({
        action: 'client_secret.created',
        resource: `client_secret:${made.id}`,
        details: { user_id: made.client_id },
      });
      return { ...created(made), headers: noStore };
    },
  });
