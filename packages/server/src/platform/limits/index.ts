import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createBlockGuard, type BlockGuard } from './block-guard.ts';
import { createBlocks, type BlockRule, type Blocks } from './blocks.ts';
import { createMemoryLimiter } from './limiter.ts';
import { createNeverBlocked } from './never-blocked.ts';
import { createSharedBlocks } from './redis/blocks.ts';
import { createRedisLimiter } from './redis/limiter.ts';
import { createRedisLink, type LinkState } from './redis/link.ts';
import type { Limiter } from './types.ts';

export { addressKey } from './address-key.ts';
export type { Block, BlockRule, Blocks } from './blocks.ts';
export type { BlockGuard } from './block-guard.ts';
export type * from './types.ts';

export interface LimitsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** With its password. Undefined: each replica counts for itself. */
  readonly redisUrl: string | undefined;
  /** Replicas to assume until Redis has said how many there are. */
  readonly replicas: number;
  readonly blockRule: BlockRule;
  /** Networks that no block may hit, the trusted proxies among them. */
  readonly neverBlocked: readonly string[];
}

export interface LimitsHealth {
  readonly status: 'healthy' | 'degraded';
  readonly detail: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** The limiter, who is blocked, and how it is with Redis. */
export interface Limits {
  readonly limiter: Limiter;
  readonly blocks: Blocks;
  readonly guard: BlockGuard;
  /** For `/health/details`: degraded while Redis is configured and away. */
  check(): Promise<LimitsHealth>;
  /** Connects; after a second without Redis it goes on, with local limits. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const healthOf = (state: LinkState | undefined, blocked: number): LimitsHealth => {
  if (state === undefined) {
    return { status: 'healthy', detail: 'each replica counts for itself', facts: { shared: false, blocked } };
  }
  const { replicas, outages, away } = state;
  return {
    status: away ? 'degraded' : 'healthy',
    detail: away ? 'Redis is away: stricter local limits hold' : 'limits are shared through Redis',
    facts: { shared: !away, replicas, outages, blocked },
  };
};

/** Limits of one process: in memory, or in Redis where it is configured. */
export const createLimits = (options: LimitsOptions): Limits => {
  const { clock, newId, redisUrl, replicas } = options;
  const memory = createBlocks(clock, options.blockRule);
  const link =
    redisUrl === undefined
      ? undefined
      : createRedisLink({ ...options, url: redisUrl, replicaId: newId(), assumedReplicas: replicas });
  const blocks = link === undefined ? memory : createSharedBlocks(memory, link);
  const neverBlocked = createNeverBlocked(options.neverBlocked);
  return {
    limiter: link === undefined ? createMemoryLimiter(clock) : createRedisLimiter({ link, clock, newId }),
    blocks,
    guard: createBlockGuard({ blocks, clock, neverBlocked }),
    check: async () => healthOf(link?.state(), blocks.list().length),
    start: async () => link?.start(),
    stop: async () => link?.stop(),
  };
};
