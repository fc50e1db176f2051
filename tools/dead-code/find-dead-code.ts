import { posix } from 'node:path';
import { readModule, type ModuleFacts } from './read-module.ts';

/** A file that nothing reaches, or a name that nobody takes. */
export interface DeadCode {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

export interface Sources {
  /** Text of each TypeScript file, by its path from the repository's root. */
  readonly files: ReadonlyMap<string, string>;
  /** Entry file of each workspace package, by the specifier that imports it. */
  readonly packages: ReadonlyMap<string, string>;
  /** Whether a file starts by itself: programs, tests, configuration. */
  isEntry(path: string): boolean;
}

/** Finds what could be deleted. What its own file uses too is alive, exported or not. */
export const findDeadCode = ({ files, packages, isEntry }: Sources): readonly DeadCode[] => {
  const modules = new Map([...files].map(([path, text]) => [path, readModule(path, text)]));
  const resolve = (from: string, specifier: string): string | undefined => {
    if (!specifier.startsWith('.')) return packages.get(specifier);
    const path = posix.join(posix.dirname(from), specifier);
    return modules.has(path) ? path : undefined;
  };
  const roots = [...modules.keys()].filter((path) => isEntry(path) || [...packages.values()].includes(path));
  const reached = reachable(roots, modules, resolve);
  const used = usedNames(reached, modules, resolve);
  // What a package's entry gives away is for whoever installs it.
  for (const path of packages.values()) used.add(`${path}#*`);
  spreadWholeUses(used, modules, resolve);
  const unreached = [...modules.keys()].filter((path) => !reached.has(path));
  return [
    ...unreached.map((path) => ({ path, line: 1, what: 'nothing imports this file' })),
    ...[...reached]
      .filter((path) => !isEntry(path))
      .flatMap((path) => unusedExports(path, modules, files, used)),
  ].sort((left, right) => left.path.localeCompare(right.path) || left.line - right.line);
};

type Modules = ReadonlyMap<string, ModuleFacts>;
type Resolve = (from: string, specifier: string) => string | undefined;

const reachable = (roots: readonly string[], modules: Modules, resolve: Resolve): ReadonlySet<string> => {
  const reached = new Set(roots);
  // A set that grows while it is walked visits each file once.
  for (const path of reached) {
    const facts = modules.get(path);
    for (const { specifier } of facts?.imports ?? []) {
      const target = resolve(path, specifier);
      if (target !== undefined) reached.add(target);
    }
  }
  return reached;
};

/** Every `path#name` that some other file takes, followed through the files that only pass it on. */
const usedNames = (reached: ReadonlySet<string>, modules: Modules, resolve: Resolve): Set<string> => {
  const used = new Set<string>();
  const use = (path: string, name: string): void => {
    if (used.has(`${path}#${name}`)) return;
    used.add(`${path}#${name}`);
    const facts = modules.get(path);
    const origin = facts?.exports.find((fact) => fact.name === name)?.from;
    const passed = origin === undefined ? undefined : resolve(path, origin.specifier);
    if (origin !== undefined && passed !== undefined) use(passed, origin.name);
    for (const specifier of facts?.passesOn ?? []) {
      const target = resolve(path, specifier);
      if (target !== undefined) use(target, name);
    }
  };
  for (const path of reached) {
    for (const { specifier, name } of modules.get(path)?.imports ?? []) {
      const target = resolve(path, specifier);
      if (target !== undefined && name !== '') use(target, name);
    }
  }
  return used;
};

/** A file that is taken whole passes the use of its re-exports on. */
const spreadWholeUses = (used: Set<string>, modules: Modules, resolve: Resolve): void => {
  for (const entry of used) {
    if (!entry.endsWith('#*')) continue;
    const path = entry.slice(0, -2);
    for (const { name, from } of modules.get(path)?.exports ?? []) {
      used.add(`${path}#${name}`);
      const target = from === undefined ? undefined : resolve(path, from.specifier);
      if (from !== undefined && target !== undefined) used.add(`${target}#${from.name}`);
    }
    for (const specifier of modules.get(path)?.passesOn ?? []) {
      const target = resolve(path, specifier);
      if (target !== undefined) used.add(`${target}#*`);
    }
  }
};

const unusedExports = (
  path: string,
  modules: Modules,
  files: ReadonlyMap<string, string>,
  used: ReadonlySet<string>,
): DeadCode[] => {
  const facts = modules.get(path)?.exports ?? [];
  const text = files.get(path) ?? '';
  return facts
    .filter(({ name }) => !used.has(`${path}#${name}`) && !used.has(`${path}#*`))
    .filter(({ name, isType, from }) => (from === undefined ? mentions(text, name) < 2 : !isType))
    .map(({ name, line }) => ({ path, line, what: `nobody imports ${name}` }));
};

const mentions = (text: string, name: string): number =>
  text.match(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g'))?.length ?? 0;
