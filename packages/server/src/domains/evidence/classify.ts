import type { Severity } from '@gpushield/contracts';
import type { Change } from './difference.ts';
import type { Snapshot } from './snapshot.ts';
import type { Item } from './types.ts';

export interface Judgement {
  readonly severity: Severity;
  readonly alert: boolean;
  /** Why, in words for the event's description. */
  readonly reason: string;
}

/** One item's three states, and what is known of the report around it. */
export interface Situation {
  readonly change: Change;
  readonly baseline: Item | undefined;
  readonly before: Item | undefined;
  readonly now: Item | undefined;
  readonly next: Snapshot;
  /** The machine started another kernel between the last report and this one. */
  readonly rebooted: boolean;
  /** Taint letters that modules in this same report already account for. */
  readonly toldTaints: ReadonlySet<string>;
}

const judge = (severity: Severity, reason: string): Judgement => ({
  severity,
  alert: severity === 'high' || severity === 'critical',
  reason,
});

/** Letters by which the kernel marks code that nobody vouched for: out of tree, unsigned, forced. */
const suspectLetters = ['O', 'E', 'F'] as const;
export const suspectTaints = (taint: string | undefined): readonly (typeof suspectLetters)[number][] =>
  suspectLetters.filter((letter) => taint?.includes(letter) === true);

/** Letters that the module has now and neither its baseline nor its last report had. */
export const newSuspectTaints = ({
  baseline,
  before,
  now,
}: Pick<Situation, 'baseline' | 'before' | 'now'>) => {
  const known = new Set<string>([...suspectTaints(baseline?.taint), ...suspectTaints(before?.taint)]);
  return suspectTaints(now?.taint).filter((letter) => !known.has(letter));
};

/** True for a file that belongs to the modules of this kernel release. */
export const isInTree = (path: string | undefined, release: string): boolean =>
  path !== undefined &&
  ['/lib/modules/', '/usr/lib/modules/'].some((root) => path.startsWith(`${root}${release}/`));

const addedModule = ({ now, next }: Situation): Judgement => {
  const letters = suspectTaints(now?.taint);
  if (letters.length > 0) {
    return judge(
      'high',
      `The kernel marks it as ${letters.map((letter) => letterNames[letter]).join(', ')}.`,
    );
  }
  if (now?.path === undefined) {
    return next.modulesHaveFiles
      ? judge('high', 'It is loaded, and no file on disk belongs to it.')
      : judge('medium', 'This sensor cannot see the files of modules.');
  }
  return isInTree(now.path, next.release)
    ? judge('medium', 'It comes from the directory of the running kernel.')
    : judge('high', 'It was loaded from an unusual path.');
};

const letterNames = { O: 'built outside of the kernel', E: 'unsigned', F: 'loaded by force' } as const;

/** Kernel taint flags that tell of code or tables from elsewhere; the others tell of faults. By the sensor's names. */
const suspectFlags: Readonly<Record<string, string>> = {
  proprietary_module: 'P',
  forced_module_load: 'F',
  forced_module_unload: 'R',
  user_request: 'U',
  acpi_table_overridden: 'A',
  out_of_tree_module: 'O',
  unsigned_module: 'E',
  livepatched: 'K',
};

const addedTaint = ({ now, toldTaints }: Situation): Judgement => {
  const letter = now === undefined ? undefined : suspectFlags[now.name];
  if (letter === undefined) return judge('medium', 'The kernel reports a fault, not foreign code.');
  if (toldTaints.has(letter))
    return judge('medium', 'A module that was loaded at the same time explains it.');
  return judge('high', 'Code or tables that the distribution did not sign have reached the kernel.');
};

const added = (situation: Situation): Judgement => {
  const { now, before } = situation;
  switch (now?.kind) {
    case 'module':
      return addedModule(situation);
    case 'taint':
      return addedTaint(situation);
    case 'file':
      return before?.missing === true
        ? judge('high', 'This path is watched, and had no file before.')
        : judge('medium', 'It is new among the watched files.');
    default:
      return judge('low', 'It was not there before.');
  }
};

const removed = ({ baseline, now }: Situation): Judgement => {
  switch (baseline?.kind) {
    case 'file':
      return now?.missing === true
        ? judge('high', 'This path is watched, and its file is gone.')
        : judge('medium', 'It is no longer among the watched files.');
    case 'driver':
    case 'toolkit':
      return judge('medium', 'It is no longer installed.');
    case 'module':
    case 'taint':
      return judge('info', 'It is no longer loaded.');
    default:
      return judge('low', 'It is gone.');
  }
};

const changed = ({ now, rebooted }: Situation): Judgement => {
  switch (now?.kind) {
    case 'module':
    case 'firmware':
    case 'file':
      return judge('high', 'Its contents are not those of the baseline.');
    case 'kernel':
      return rebooted
        ? { severity: 'medium', alert: true, reason: 'The machine was started with another kernel.' }
        : judge('high', 'The kernel says that it is another one, although the machine was not restarted.');
    default:
      return judge('medium', 'Another version is installed.');
  }
};

/** How grave one change is, and why. */
export const classify = (situation: Situation): Judgement => {
  if (situation.change === 'added') return added(situation);
  return situation.change === 'removed' ? removed(situation) : changed(situation);
};
