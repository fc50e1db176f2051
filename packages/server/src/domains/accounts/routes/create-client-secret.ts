import { CreateClientSecret, CreatedClientSecret } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import { created, defineRoute } from '../../../platform/http/route.ts';
import { decideAllowedAddresses, decideKeyExpiry, decideKeyScopes, maxOwnKeyHours } from '../decisions.ts';
import { makeClientSecret } from '../make-client-secret.ts';
import type { MakeKeyDeps } from '../make-key.ts';
import { lockOwnedAccount } from '../owned-account.ts';
import { IdParams } from '../schemas.ts';
import { rolesOf } from '../user-store.ts';
import { noStore } from './login.ts';

export interface ClientSecretDeps extends MakeKeyDeps {
  readonly db: Database;
  readonly clock: Clock;
}

/** `effect: 'own'` for the reason given at `createKey`. */
export const createClientSecret = (deps: ClientSecretDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/service-accounts/:id/secrets',
    operationId: 'createClientSecret',
    summary: "A further secret of a service account's OAuth2 client; the secret itself is shown this once",
    tag: 'Service accounts',
    access: { scope: 'keys:admin' },
    audit: { when: 'before', action: 'client_secret.create', resource: 'user:{id}' },
    effect: 'own',
    schema: { params: IdParams, body: CreateClientSecret, responses: { 201: CreatedClientSecret } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params, body }, ctx) => {
      const { principal } = ctx;
      const nowMs = deps.clock.nowMs();
      const made = await deps.db.transaction(async (tx) => {
        const account = await lockOwnedAccount(tx, params.id, principal);
        const scopes = { principal, targetRoles: rolesOf(account), requested: body.scopes };
        return makeClientSecret(deps, tx, {
          userId: account.id,
          description: body.description ?? '',
          scopes: decideKeyScopes(scopes),
          allowedAddresses: decideAllowedAddresses(principal, body.allowed_addresses),
          atMs: nowMs,
          expiresAtMs: decideKeyExpiry({
            principal,
            requestedHours: body.expires_in_hours,
            defaultHours: maxOwnKeyHours,
            nowMs,
          }),
        });
      });
      await ctx.audit({
        action: 'client_secret.created',
        resource: `client_secret:${made.id}`,
        details: { user_id: made.client_id },
      });
      return { ...created(made), headers: noStore };
    },
  });
