import { classifyBreak, isNext, type ChainBreak } from './chain-break.ts';
import { emptyChain, type AuditChainEntry, type ChainHead } from './entry.ts';

export type ChainVerdict =
  | { readonly intact: true; readonly head: ChainHead }
  | { readonly intact: false; readonly break: ChainBreak };

/** The checker of one chain, entry by entry. */
interface ChainWalk {
  readonly head: ChainHead;
  readonly last: AuditChainEntry | undefined;
}

const startWalk = (writerId: string): ChainWalk => ({ head: emptyChain(writerId), last: undefined });

/** The walk behind `entry`; undefined when the entry is not the next one. */
const step = (walk: ChainWalk, entry: AuditChainEntry): ChainWalk | undefined =>
  isNext(walk.head, entry)
    ? { head: { writerId: entry.writerId, sequence: entry.sequence, hash: entry.hash }, last: entry }
    : undefined;

/**
 * Checks one writer's chain from its first entry on, in the order given, and names the first entry that was
 * changed, removed, inserted or reordered. `keptHead` is a head noted earlier (a checkpoint): with it, a chain that
 * was cut off or rewritten before that point is found too.
 */
export const verifyChain = (
  writerId: string,
  entries: readonly AuditChainEntry[],
  keptHead?: ChainHead,
): ChainVerdict => {
  let walk = startWalk(writerId);
  for (const [index, entry] of entries.entries()) {
    const next = step(walk, entry);
    if (next === undefined) {
      return { intact: false, break: classifyBreak(walk.head, walk.last, entry, entries.slice(index + 1)) };
    }
    const parted = keptHead === undefined ? undefined : partsFrom(keptHead, next);
    if (parted !== undefined) return { intact: false, break: parted };
    walk = next;
  }
  const cut = keptHead === undefined ? undefined : endsBefore(keptHead, walk.head);
  return cut === undefined ? { intact: true, head: walk.head } : { intact: false, break: cut };
};

/** Whether the chain has another entry at the place of a head that was noted earlier. */
const partsFrom = (kept: ChainHead, walk: ChainWalk): ChainBreak | undefined =>
  walk.head.sequence !== kept.sequence || walk.head.hash.equals(kept.hash)
    ? undefined
    : {
        kind: 'changed',
        writerId: kept.writerId,
        sequence: kept.sequence,
        entryId: walk.last?.id ?? null,
        detail: 'Its hash is not the one that was noted before: the chain up to it was rewritten.',
      };

/** Whether the chain ends before a head that was noted earlier. */
export const endsBefore = (kept: ChainHead, head: ChainHead): ChainBreak | undefined =>
  head.sequence >= kept.sequence
    ? undefined
    : {
        kind: 'removed',
        writerId: kept.writerId,
        sequence: head.sequence + 1,
        entryId: null,
        detail: `The chain reached entry ${kept.sequence} once and ends at ${head.sequence} now.`,
      };
