import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Route } from '../../platform/http/route.ts';
import type { Blocks } from '../../platform/limits/blocks.ts';
import { liftBlock } from './routes/lift-block.ts';
import { listBlocks } from './routes/list-blocks.ts';

export interface LimitsDeps {
  readonly blocks: Blocks;
  readonly cursors: CursorCodec;
}

/** Who is blocked by the limits, as operators see and change it; the platform decides it. */
export const createLimitsDomain = (deps: LimitsDeps): { readonly routes: readonly Route[] } => ({
  routes: [listBlocks(deps), liftBlock(deps)],
});
