import { syscallTables } from './syscall-tables.ts';

export type SyscallArchitecture = keyof typeof syscallTables;

const unpack = (packed: string): ReadonlyMap<number, string> => {
  const names = new Map<number, string>();
  let next = 0;
  for (const token of packed.split(/\s+/).filter((part) => part !== '')) {
    if (token.endsWith(':')) next = Number(token.slice(0, -1));
    else {
      names.set(next, token);
      next += 1;
    }
  }
  return names;
};

const tables: Readonly<Record<SyscallArchitecture, ReadonlyMap<number, string>>> = {
  x86_64: unpack(syscallTables.x86_64),
  i386: unpack(syscallTables.i386),
  aarch64: unpack(syscallTables.aarch64),
};

export const isArchitecture = (value: unknown): value is SyscallArchitecture =>
  typeof value === 'string' && Object.hasOwn(tables, value);

/** The name of a syscall's number, which differs by architecture; `sys_<number>` where the table knows none. */
export const syscallName = (number: number, arch: SyscallArchitecture): string =>
  tables[arch].get(number) ?? `sys_${String(number)}`;
