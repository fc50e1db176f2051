import { LimitBlock, PageQuery, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec, CursorPosition } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { Block, Blocks } from '../../../platform/limits/blocks.ts';
import { presentBlock } from '../present.ts';

const positionOf = (block: Block): CursorPosition => ({
  sort: new Date(block.sinceMs).toISOString(),
  id: block.key,
});

/** Newest first, keys in descending order where the time is the same. */
const comesAfter = (block: Block, after: CursorPosition): boolean => {
  const { sort, id } = positionOf(block);
  return sort < after.sort || (sort === after.sort && id < after.id);
};
const inOrder = (a: Block, b: Block): number => b.sinceMs - a.sinceMs || (a.key < b.key ? 1 : -1);

/** GET /api/v1/limits/blocks: who is blocked now, on any replica. */
export const listBlocks = ({ blocks, cursors }: { readonly blocks: Blocks; readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/limits/blocks',
    operationId: 'listLimitBlocks',
    summary: 'Clients that are blocked because they kept exceeding a limit, newest first',
    tag: 'Limits',
    access: { scope: 'limits:read' },
    audit: { when: 'with', action: 'limit_block.list', resource: 'limit-blocks' },
    effect: 'read',
    errors: ['invalid_cursor'],
    schema: {
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(LimitBlock) },
    },
    handler: async ({ query }) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'limit-blocks',
          request: query,
          filters: {},
          fetch: async (limit, after) =>
            blocks
              .list()
              .filter((block) => after === undefined || comesAfter(block, after))
              .toSorted(inOrder)
              .slice(0, limit),
          position: positionOf,
          present: presentBlock,
        }),
      ),
  });
