import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent } from '../../../platform/http/route.ts';
import type { Blocks } from '../../../platform/limits/blocks.ts';

/** The longest key: a principal's id may be as long as its source makes it. */
const maxKeyLength = 512;

/** DELETE /api/v1/limits/blocks/:key. No transaction: blocks live in memory and in Redis, never in the database. */
export const liftBlock = ({ blocks }: { readonly blocks: Blocks }) =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/limits/blocks/:key',
    operationId: 'liftLimitBlock',
    summary: 'Ends a block at once; the key is percent-encoded',
    tag: 'Limits',
    access: { scope: 'limits:write' },
    audit: { when: 'before', action: 'limit_block.lift', resource: 'limit-block:{key}' },
    effect: 'own',
    schema: {
      params: Type.Object({ key: Type.String({ minLength: 1, maxLength: maxKeyLength }) }),
      responses: { 204: null },
    },
    errors: ['not_found'],
    handler: async ({ params }) => {
      if (await blocks.lift(params.key)) return noContent();
      throw new AppError('not_found', { detail: 'Nobody is blocked under this key' });
    },
  });
