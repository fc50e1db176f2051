import type { DriftItem } from '@gpushield/contracts';
import { classify, isInTree, newSuspectTaints, type Judgement } from './classify.ts';
import { differenceOf, shownValue, type Change } from './difference.ts';
import { byKey, keyOf, kernelName, type Snapshot } from './snapshot.ts';
import type { Item, ItemKind } from './types.ts';

/** Something that this report says and the last one did not. */
export interface Finding extends Judgement {
  readonly kind: ItemKind;
  readonly name: string;
  readonly change: Change | 'restored' | 'unreadable';
  readonly expected: string | null;
  readonly actual: string | null;
  readonly path: string | null;
  /** The change of the kernel accounts for it. */
  readonly byKernel: boolean;
}

export interface Known {
  /** What is right. */
  readonly baseline: readonly Item[];
  /** What the last report said, with the last known value of what it could not read. */
  readonly observed: readonly Item[];
  readonly bootId: string | null;
}

export interface Comparison {
  readonly findings: readonly Finding[];
  readonly observed: readonly Item[];
  /** As before, except that a value which was unreadable so far is filled in when it is first read. */
  readonly baseline: readonly Item[];
  readonly drift: readonly (DriftItem & { readonly byKernel: boolean })[];
}

/**
 * What is known of an item after this report. A value that cannot be read now is the one last read, or else the
 * baseline's: were it forgotten, then whoever makes a file unreadable for a while could change it unseen.
 */
const settle = ({ baseline, before, now }: Trio, unseen: boolean): Item | undefined => {
  if (now === undefined) return unseen && before !== undefined ? { ...before, unreadable: true } : undefined;
  if (now.value !== null || now.missing === true) return now;
  return { ...now, value: before?.value ?? baseline?.value ?? null, unreadable: true };
};

interface World {
  readonly next: Snapshot;
  readonly rebooted: boolean;
  /** The kernel of this report is not the one of the last report. */
  readonly kernelMoved: boolean;
  /** The kernel of this report is not the one of the baseline. */
  readonly kernelDrifts: boolean;
  readonly toldTaints: ReadonlySet<string>;
}

interface Trio {
  readonly baseline: Item | undefined;
  readonly before: Item | undefined;
  readonly now: Item | undefined;
}

/**
 * Whether another kernel accounts for a module's difference to the baseline: its file belongs to the running
 * release, and what was known of it belongs to another one. A module that the kernel marks anew as unsigned,
 * foreign or forced is never explained, nor one that was already seen under this release.
 */
const explainedByKernel = (world: World, trio: Trio, change: Change): boolean => {
  const { baseline, before, now } = trio;
  const kind = (now ?? baseline)?.kind;
  if (kind !== 'module' || !world.kernelDrifts) return false;
  const update = world.kernelMoved && world.rebooted;
  if (change === 'removed') return update;
  if (!isInTree(now?.path, world.next.release) || newSuspectTaints(trio).length > 0) return false;
  if (update) return true;
  const seenHere = [before, baseline].some((item) => isInTree(item?.path, world.next.release));
  return change === 'changed' && !seenHere;
};

const describe = (
  trio: Trio,
  judgement: Judgement,
  change: Finding['change'],
  byKernel: boolean,
): Finding => {
  const { baseline, before, now } = trio;
  const { kind, name } = now ?? before ?? baseline ?? { kind: 'file', name: '' };
  return {
    ...judgement,
    kind,
    name,
    change,
    expected: shownValue(baseline),
    actual: shownValue(now),
    path: (now ?? before ?? baseline)?.path ?? null,
    byKernel,
  };
};

/** What one item's passage from the last report to this one means; undefined when it means nothing. */
const findingOf = (world: World, trio: Trio): Finding | undefined => {
  const { baseline, before, now } = trio;
  const step = differenceOf(before, now);
  if (step === undefined) {
    const lost = now?.unreadable === true && before?.unreadable !== true && before?.value !== null;
    if (!lost || before === undefined || before.missing === true) return undefined;
    const reason = 'It could be read before; what it holds now is not known.';
    return describe(trio, { severity: 'low', alert: false, reason }, 'unreadable', false);
  }
  const fromBaseline = differenceOf(baseline, now);
  if (fromBaseline === undefined) {
    const reason = 'It is what the baseline says again.';
    const byKernel = world.kernelMoved && world.rebooted && (now ?? before)?.kind === 'module';
    return describe(trio, { severity: 'info', alert: false, reason }, 'restored', byKernel);
  }
  // An item that the baseline does not know is `added` once; what it does later is a change of its own.
  const change = baseline === undefined && step === 'changed' ? 'changed' : fromBaseline;
  const byKernel = explainedByKernel(world, trio, change);
  const judgement = classify({ ...trio, ...world, change });
  if (!byKernel) return describe(trio, judgement, change, false);
  const reason = 'It belongs to the kernel that runs now.';
  return describe(
    trio,
    { severity: change === 'removed' ? 'info' : 'medium', alert: false, reason },
    change,
    true,
  );
};

const taintsOfNewModules = (known: ReadonlyMap<string, Item>, next: Snapshot): ReadonlySet<string> =>
  new Set(
    next.items.flatMap((item) =>
      item.kind === 'module' && !known.has(keyOf(item)) ? [...(item.taint ?? '')] : [],
    ),
  );

const worldOf = (
  known: Known,
  observed: ReadonlyMap<string, Item>,
  baseline: ReadonlyMap<string, Item>,
  next: Snapshot,
): World => {
  const kernel = keyOf({ kind: 'kernel', name: kernelName });
  const now = next.items.find((item) => keyOf(item) === kernel);
  return {
    next,
    rebooted: known.bootId !== null && next.bootId !== null && known.bootId !== next.bootId,
    kernelMoved: differenceOf(observed.get(kernel), now) !== undefined,
    kernelDrifts: differenceOf(baseline.get(kernel), now) !== undefined,
    toldTaints: taintsOfNewModules(observed, next),
  };
};

/**
 * Compares a report with the last one, to find what is new, and with the baseline, to say what it means.
 * The same report a second time finds nothing.
 */
export const compareInventories = (known: Known, next: Snapshot): Comparison => {
  const baselineBy = byKey(known.baseline);
  const beforeBy = byKey(known.observed);
  const nextBy = byKey(next.items);
  const world = worldOf(known, beforeBy, baselineBy, next);
  const findings: Finding[] = [];
  const observed: Item[] = [];
  const filled = new Map(baselineBy);
  const drift: Comparison['drift'][number][] = [];
  for (const key of new Set([...beforeBy.keys(), ...nextBy.keys(), ...baselineBy.keys()])) {
    const before = beforeBy.get(key);
    const baseline = baselineBy.get(key);
    const reported = nextBy.get(key);
    const { kind, name } = reported ?? before ?? baseline ?? { kind: 'file', name: key };
    const now = settle({ baseline, before, now: reported }, next.unseen.has(kind));
    const trio = { baseline, before, now };
    const finding = findingOf(world, trio);
    if (finding !== undefined) findings.push(finding);
    if (now !== undefined) observed.push(now);
    if (baseline?.value === null && baseline.missing !== true && now !== undefined && now.value !== null)
      filled.set(key, now);
    const change = differenceOf(baseline, now);
    if (change === undefined) continue;
    const byKernel = finding?.byKernel === true;
    drift.push({ kind, name, change, expected: shownValue(baseline), actual: shownValue(now), byKernel });
  }
  return { findings, observed, baseline: [...filled.values()], drift };
};
