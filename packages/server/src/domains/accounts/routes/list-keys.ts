import { ApiKey, PageQuery, Uuid, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { Principal } from '../../../platform/identity/index.ts';
import { userIdOf } from '../decisions.ts';
import { listKeys as selectKeys } from '../key-store.ts';
import { newestFirst, presentKey } from '../present.ts';

/** Whose keys are listed; undefined is everybody's. Errors: `insufficient_scope`. */
const listedUser = (principal: Principal, wanted: string | undefined): string | undefined => {
  if (principal.scopes.has('keys:admin')) return wanted;
  const own = userIdOf(principal);
  if (wanted === undefined || wanted === own) return own;
  throw new AppError('insufficient_scope', { detail: "Another user's keys need the scope keys:admin" });
};

export const listKeys = (deps: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/keys',
    operationId: 'listApiKeys',
    summary: "One's own API keys, newest first; everybody's with keys:admin",
    tag: 'API keys',
    access: { scope: 'keys:own' },
    audit: { when: 'with', action: 'key.list' },
    effect: 'read',
    schema: {
      query: Type.Object({ user_id: Type.Optional(Uuid), ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(ApiKey) },
    },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const userId = listedUser(ctx.principal, query.user_id);
      const page = await paginate({
        codec: deps.cursors,
        list: 'keys',
        request: query,
        filters: { userId },
        fetch: (limit, after) => selectKeys(ctx.db, userId, limit, after),
        position: newestFirst,
        present: presentKey,
      });
      return ok(page);
    },
  });
