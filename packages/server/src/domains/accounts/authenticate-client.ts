import type { Scope } from '@gpushield/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { Executor } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import {
  addressIsIn,
  hashBytesOf,
  scopesOfKey,
  toNetworks,
  toRoles,
  toScopes,
} from '../../platform/identity/index.ts';
import { invalidClient, readClientCredentials, type ClientFields } from './client-credentials.ts';
import { findClientSecret, type PresentedSecretRow } from './client-secret-store.ts';

/** An OAuth2 client that proved itself. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly secretId: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Why a secret does not admit its client now; undefined: it does. Who shows no good secret learns nothing of it. */
export const refuseClient = (
  row: PresentedSecretRow | undefined,
  request: { readonly clientId: string; readonly address: string; readonly nowMs: number },
): AppError | undefined => {
  if (row?.user_id !== request.clientId.toLowerCase() || row.revoked_at !== null) {
    return invalidClient();
  }
  if (row.expires_at !== null && row.expires_at.getTime() <= request.nowMs) {
    return invalidClient('The client secret has expired');
  }
  if (row.disabled) return invalidClient('The service account is disabled');
  const allowed = row.allowed_addresses;
  if (allowed !== null && !addressIsIn(toNetworks(allowed), request.address)) {
    return new AppError('address_not_allowed', {
      detail: `This client secret does not work from ${request.address}`,
    });
  }
  return undefined;
};

export interface PresentedClient {
  /** The account that the secret belongs to, where it belongs to the one that was named. */
  readonly account: { readonly id: string; readonly name: string } | undefined;
  readonly outcome: { readonly client: Client } | { readonly refusal: AppError };
}

/** Finds out which client asks. Errors: those of a request that names no client, or two. */
export const presentedClient = async (
  db: Executor,
  clock: Clock,
  request: {
    readonly authorization: string | undefined;
    readonly fields: ClientFields;
    readonly address: string;
  },
): Promise<PresentedClient> => {
  const { clientId, clientSecret } = readClientCredentials(request.authorization, request.fields);
  const row = await findClientSecret(db, hashBytesOf(clientSecret));
  const refusal = refuseClient(row, { clientId, address: request.address, nowMs: clock.nowMs() });
  const account =
    row?.user_id === clientId.toLowerCase() ? { id: row.user_id, name: row.username } : undefined;
  if (refusal !== undefined || row === undefined)
    return { account, outcome: { refusal: refusal ?? invalidClient() } };
  const scopes = scopesOfKey(toRoles(row.roles), row.scopes === null ? null : toScopes(row.scopes));
  return {
    account,
    outcome: { client: { id: row.user_id, name: row.username, secretId: row.id, scopes } },
  };
};
