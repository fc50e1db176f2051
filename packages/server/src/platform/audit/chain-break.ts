import { hashEntry } from './canonical.ts';
import type { AuditChainEntry, ChainHead } from './entry.ts';

export type ChainBreakKind = 'changed' | 'removed' | 'inserted' | 'reordered';

/** The first place of a chain that is not as its writer left it. */
export interface ChainBreak {
  readonly kind: ChainBreakKind;
  readonly writerId: string;
  /** The entry that is named: the missing one for `removed`, the one that is wrong otherwise. */
  readonly sequence: number;
  /** Null for an entry that is not there any more. */
  readonly entryId: string | null;
  /** One sentence for people. */
  readonly detail: string;
}

const follows = (entry: AuditChainEntry, hash: Buffer): boolean => entry.previousHash.equals(hash);
const isWhole = (entry: AuditChainEntry): boolean => hashEntry(entry, entry).equals(entry.hash);

/** Whether `entry` is what its writer put behind `head`. */
export const isNext = (head: ChainHead, entry: AuditChainEntry): boolean =>
  entry.sequence === head.sequence + 1 && follows(entry, head.hash) && isWhole(entry);

const named = (kind: ChainBreakKind, entry: AuditChainEntry, detail: string): ChainBreak => ({
  kind,
  writerId: entry.writerId,
  sequence: entry.sequence,
  entryId: entry.id,
  detail,
});

const missing = (head: ChainHead, entry: AuditChainEntry, upTo: number): ChainBreak => ({
  kind: 'removed',
  writerId: entry.writerId,
  sequence: head.sequence + 1,
  entryId: null,
  detail:
    upTo > head.sequence + 1
      ? `Entries ${head.sequence + 1} to ${upTo} are missing.`
      : `Entry ${head.sequence + 1} is missing.`,
});

/** An entry that was moved farther than this is called changed: looking for its old place must end. */
const searchedPlaces = 1_000;

/** The sequence near its own under which the entry's hash is right: where it stood before. */
const formerSequence = (entry: AuditChainEntry): number | undefined => {
  const first = Math.max(1, entry.sequence - searchedPlaces);
  for (let sequence = first; sequence <= entry.sequence + searchedPlaces; sequence += 1) {
    if (hashEntry(entry, { ...entry, sequence }).equals(entry.hash)) return sequence;
  }
  return undefined;
};

const classifyUnlinkedBroken = (
  head: ChainHead,
  last: AuditChainEntry | undefined,
  entry: AuditChainEntry,
  rest: readonly AuditChainEntry[],
): ChainBreak => {
  const former = formerSequence(entry);
  const next = rest[0];
  if (last !== undefined && former === head.sequence) {
    return named('inserted', last, 'The entries behind it were moved on by one.');
  }
  if (former !== undefined) {
    const isAhead = former < entry.sequence || rest.some((each) => follows(entry, each.hash));
    return isAhead
      ? named('reordered', entry, `It stood at sequence ${former} before.`)
      : missing(head, entry, former - 1);
  }
  if (next !== undefined && follows(next, head.hash)) {
    return named('inserted', entry, 'The entry behind it follows the one in front of it.');
  }
  return named('changed', entry, 'Neither its content nor its link is what was written.');
};

/** The neighbour of a whole entry that does not follow its predecessor: one of the two is forged. */
const classifyUnlinkedWhole = (
  head: ChainHead,
  last: AuditChainEntry | undefined,
  entry: AuditChainEntry,
  rest: readonly AuditChainEntry[],
): ChainBreak => {
  const next = rest[0];
  const isLinkedOnward = next !== undefined && follows(next, entry.hash);
  if (last !== undefined && isLinkedOnward) {
    return named('changed', last, `Its hash was made anew: entry ${entry.sequence} does not follow it.`);
  }
  return named('inserted', entry, `It does not follow entry ${head.sequence}.`);
};

/**
 * Says what happened at the first entry that is not next behind `head`. `last` is the entry of `head`, `rest` what
 * follows in the same chain (some hundred are enough). Who forged a chain's end with right hashes is found only
 * with a head that is kept elsewhere.
 */
export const classifyBreak = (
  head: ChainHead,
  last: AuditChainEntry | undefined,
  entry: AuditChainEntry,
  rest: readonly AuditChainEntry[],
): ChainBreak => {
  const expected = head.sequence + 1;
  if (entry.sequence > expected) {
    return rest.some((each) => each.sequence === expected)
      ? named('reordered', entry, `It stands where entry ${expected} belongs.`)
      : missing(head, entry, entry.sequence - 1);
  }
  if (entry.sequence < expected) {
    const isForgedFirst = last !== undefined && rest[0] !== undefined && follows(rest[0], entry.hash);
    return isForgedFirst
      ? named('inserted', last, `Sequence ${last.sequence} is there twice; the chain goes on from the other.`)
      : named('inserted', entry, `Sequence ${entry.sequence} was there already.`);
  }
  if (follows(entry, head.hash)) return named('changed', entry, 'Its content does not have its hash.');
  return isWhole(entry)
    ? classifyUnlinkedWhole(head, last, entry, rest)
    : classifyUnlinkedBroken(head, last, entry, rest);
};
