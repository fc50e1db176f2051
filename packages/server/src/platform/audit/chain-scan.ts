import { createRowReader, type RowReader } from './canonical-row.ts';
import type { ChainBreak } from './chain-break.ts';
import { emptyChain, type ChainHead } from './entry.ts';
import { endsBefore } from './verify.ts';
import type { ChainPosition } from './store.ts';
import type { ChainEvidence } from './verify-checkpoints.ts';

/** Where a scan stopped: the entry behind `head` is not the one that was written there. */
export interface ScanStop {
  readonly head: ChainHead;
  /** What is wrong, where that is known already. */
  readonly found: ChainBreak | undefined;
}

/** Checks rows of `rawColumns` as they come, chain by chain in order; stops at the first that is wrong. */
export interface ChainScan {
  readonly onRow: (row: Buffer) => void;
  /** The last entry that was right. */
  position(): ChainPosition | undefined;
  /** Where it stopped; it goes on with the next chain afterwards. */
  takeStop(): ScanStop | undefined;
  /** Ends of other chains that first entries name. */
  takeLinks(): readonly ChainHead[];
  entries(): number;
  chains(): number;
  /** Closes the last chain, and looks for chains that are not there at all. */
  finish(): void;
}

interface Current {
  readonly writerId: string;
  sequence: number;
  readonly hash: Buffer;
  isBroken: boolean;
  readonly evidence: ChainEvidence | undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The head of another chain that a chain's first entry names (see `writer.ts`). */
const linkOf = (details: Readonly<Record<string, unknown>>): ChainHead | undefined => {
  const writerId = textOf(details['chain_continues_writer']);
  const hash = textOf(details['chain_continues_hash']);
  const sequence = details['chain_continues_sequence'];
  if (writerId === undefined || hash === undefined || typeof sequence !== 'number') return undefined;
  return { writerId, sequence, hash: Buffer.from(hash, 'hex') };
};

const headOf = ({ writerId, sequence, hash }: Current): ChainHead => ({
  writerId,
  sequence,
  hash: Buffer.from(hash),
});

/** The furthest entry that signed checkpoints, or kept heads, know of a chain. */
const furthest = (writerId: string, evidence: ChainEvidence | undefined): ChainHead | undefined => {
  let last: ChainHead | undefined;
  for (const [sequence, hash] of evidence?.heads ?? []) {
    if (sequence > (last?.sequence ?? 0)) last = { writerId, sequence, hash: Buffer.from(hash, 'hex') };
  }
  return last;
};

/** Where a chain begins whose first entries left by retention. */
const anchorBefore = (sequence: number, evidence: ChainEvidence | undefined): Buffer | undefined => {
  const hash = evidence?.anchors.get(sequence - 1);
  return hash === undefined ? undefined : Buffer.from(hash, 'hex');
};

/** Whether the chain has another entry at the place of a head that was noted earlier. */
const partsFromKept = (chain: Current, reader: RowReader): ChainBreak | undefined => {
  const kept = chain.evidence?.heads.get(chain.sequence);
  return kept === undefined || kept === chain.hash.toString('hex')
    ? undefined
    : {
        kind: 'changed',
        writerId: chain.writerId,
        sequence: chain.sequence,
        entryId: reader.entryId(),
        detail: 'Its hash is not the one that was noted before: the chain up to it was rewritten.',
      };
};

/** The chain whose first stored entry the reader has. */
const beginChain = (reader: RowReader, evidence: ChainEvidence | undefined): Current => {
  const writerId = reader.writerId();
  const anchor = anchorBefore(reader.sequence, evidence);
  return {
    writerId,
    sequence: anchor === undefined ? 0 : reader.sequence - 1,
    hash: anchor ?? emptyChain(writerId).hash,
    isBroken: false,
    evidence,
  };
};

/** What is wrong with a chain of which nothing is stored. */
const missingChain = (writerId: string, evidence: ChainEvidence | undefined): ChainBreak | undefined => {
  const kept = furthest(writerId, evidence);
  if (kept === undefined || evidence?.anchors.has(kept.sequence) === true) return undefined;
  return endsBefore(kept, emptyChain(writerId));
};

/** The end of a chain that was right so far, or that it came too early. */
const closeChain = (
  chain: Current | undefined,
  to: { readonly onBreak: (found: ChainBreak) => void; readonly onHead: (head: ChainHead) => void },
): void => {
  if (chain === undefined || chain.isBroken) return;
  const kept = furthest(chain.writerId, chain.evidence);
  const cut = kept && endsBefore(kept, headOf(chain));
  if (cut === undefined) to.onHead(headOf(chain));
  else to.onBreak(cut);
};

export const createChainScan = (deps: {
  readonly evidence: ReadonlyMap<string, ChainEvidence>;
  readonly onBreak: (found: ChainBreak) => void;
  readonly onHead: (head: ChainHead) => void;
}): ChainScan => {
  const reader = createRowReader();
  const unseen = new Set(deps.evidence.keys());
  const links: ChainHead[] = [];
  // One at most: rows behind it are not looked at.
  const stops: ScanStop[] = [];
  let current: Current | undefined;
  let entries = 0;
  let chains = 0;

  const begin = (): Current => {
    closeChain(current, deps);
    chains += 1;
    const writerId = reader.writerId();
    unseen.delete(writerId);
    const link = reader.sequence === 1 ? linkOf(reader.details()) : undefined;
    if (link !== undefined) links.push(link);
    return beginChain(reader, deps.evidence.get(writerId));
  };

  const stopAt = (chain: Current, found: ChainBreak | undefined): void => {
    chain.isBroken = true;
    stops.push({ head: headOf(chain), found });
  };

  return {
    onRow: (row) => {
      if (stops.length > 0) return;
      reader.read(row);
      const chain = reader.writerChanged() || current === undefined ? begin() : current;
      current = chain;
      if (reader.sequence !== chain.sequence + 1 || !reader.follows(chain.hash) || !reader.isWhole()) {
        stopAt(chain, undefined);
        return;
      }
      reader.copyHash(chain.hash);
      chain.sequence = reader.sequence;
      entries += 1;
      const found = chain.evidence === undefined ? undefined : partsFromKept(chain, reader);
      if (found !== undefined) stopAt(chain, found);
    },
    position: () => current && { writerId: current.writerId, sequence: current.sequence },
    takeStop: () => stops.pop(),
    takeLinks: () => links.splice(0),
    entries: () => entries,
    chains: () => chains,
    finish: () => {
      closeChain(current, deps);
      for (const writerId of unseen) {
        const gone = missingChain(writerId, deps.evidence.get(writerId));
        if (gone !== undefined) deps.onBreak(gone);
      }
    },
  };
};
