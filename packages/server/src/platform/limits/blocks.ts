import type { Clock } from '../clock.ts';
import { fits, levelAt, type Bucket } from './bucket.ts';
import { createLruTable } from './lru-table.ts';
import type { LimitPolicy } from './types.ts';

/** A client that is turned away for a while, from memory. */
export interface Block {
  /** `address:192.0.2.1`, `address:2001:db8:0:0::/64` or `principal:<id>`. */
  readonly key: string;
  /** The name of the limit that it kept exceeding. */
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface BlockRule {
  /** Refusals within the window that a client may cause without being blocked. */
  readonly refusals: number;
  readonly windowSeconds: number;
  readonly blockSeconds: number;
}

/** Seed 5 blocks for 300 s. Who was refused 100 times in a minute does not read Retry-After. */
export const defaultBlockRule: BlockRule = { refusals: 100, windowSeconds: 60, blockSeconds: 300 };

export interface Blocks {
  /** False while nobody is blocked, so that nobody is looked up. */
  any(): boolean;
  /** Seconds that the client is still blocked for, rounded up; 0 if it is not. */
  secondsLeft(key: string): number;
  /** Counts a refusal, and blocks the client that has had too many. True if it is blocked now. */
  strike(key: string, reason: string): boolean;
  /** Running blocks, the newest first. */
  list(): readonly Block[];
  /** Ends a block, on every replica. False if there was none. */
  lift(key: string): Promise<boolean>;
}

/** What the shared form adds: blocks that other replicas placed. */
export interface MemoryBlocks extends Blocks {
  onPlaced(listener: (block: Block) => void): void;
  /** All the blocks there are, with the milliseconds that each has left. */
  replace(blocks: readonly { readonly block: Block; readonly leftMs: number }[]): void;
  remove(key: string): boolean;
  leftMs(key: string): number;
}

/** More clients at once are an attack that a firewall must stop; the block that ends first goes. */
export const maxBlocks = 10_000;

interface Placed {
  readonly block: Block;
  readonly endsMs: number;
}

/** Blocks of this process, on the monotonic clock. */
export const createBlocks = (clock: Clock, rule: BlockRule = defaultBlockRule): MemoryBlocks => {
  const strikes = createLruTable<Bucket>();
  const policy: LimitPolicy = { name: 'strikes', quota: rule.refusals, windowSeconds: rule.windowSeconds };
  const listeners: ((block: Block) => void)[] = [];
  let placed = new Map<string, Placed>();

  const leftMs = (key: string): number => {
    const found = placed.get(key);
    if (found === undefined) return 0;
    const left = found.endsMs - clock.monotonicMs();
    if (left <= 0) placed.delete(key);
    return Math.max(0, left);
  };
  const running = (): readonly Block[] =>
    [...placed.values()].map(({ block }) => block).filter(({ key }) => leftMs(key) > 0);
  const makeRoom = (): void => {
    if (placed.size < maxBlocks) return;
    running();
    const first = [...placed].toSorted(([, a], [, b]) => a.endsMs - b.endsMs)[0];
    if (placed.size >= maxBlocks && first !== undefined) placed.delete(first[0]);
  };
  const place = (key: string, reason: string): void => {
    makeRoom();
    const sinceMs = clock.nowMs();
    const lengthMs = rule.blockSeconds * 1000;
    const block: Block = { key, reason, sinceMs, untilMs: sinceMs + lengthMs };
    placed.set(key, { block, endsMs: clock.monotonicMs() + lengthMs });
    for (const listener of listeners) listener(block);
  };

  return {
    any: () => placed.size > 0,
    secondsLeft: (key) => Math.ceil(leftMs(key) / 1000),
    leftMs,
    strike: (key, reason) => {
      if (leftMs(key) > 0) return true;
      const nowMs = clock.monotonicMs();
      const level = levelAt(policy, strikes.get(policy, key), nowMs);
      if (fits(policy, level, 1)) {
        strikes.set(policy, key, { level: level + 1, atMs: nowMs });
        return false;
      }
      // When the block ends, the client starts anew.
      strikes.set(policy, key, { level: 0, atMs: nowMs });
      place(key, reason);
      return true;
    },
    list: () => running().toSorted((a, b) => b.sinceMs - a.sinceMs),
    lift: async (key) => leftMs(key) > 0 && placed.delete(key),
    onPlaced: (listener) => void listeners.push(listener),
    remove: (key) => placed.delete(key),
    replace: (blocks) => {
      const nowMs = clock.monotonicMs();
      placed = new Map(blocks.map(({ block, leftMs: left }) => [block.key, { block, endsMs: nowMs + left }]));
    },
  };
};
