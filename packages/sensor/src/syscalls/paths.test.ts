import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary.ts';
import { createLineParser, type KernelCall } from './parse.ts';
import { resolvePath } from './paths.ts';

const printed = (data: string): string => JSON.stringify({ type: 'printf', data });
const comm = 'x'.padEnd(16);
const atNs = 5_000_000_000;
const opened = (text: string, tid = 9): string =>
  printed(`openat,${String(atNs)},9,${String(tid)},1,1,1,0,0,1,577,1|${comm}${text}`);
const up = (index: number, name: string, tid = 9): string =>
  printed(`+up,${String(tid)},${String(index)}|${name}`);
const root = (when = atNs - 10_000, tid = 9): string => printed(`+root,${String(tid)},${String(when)}|`);

const callOf = (...lines: readonly string[]): KernelCall => {
  const parse = createLineParser();
  const last = lines.map((line) => parse(line)).at(-1);
  if (last?.kind !== 'call') throw new Error(`No call but ${String(last?.kind)}`);
  return last.call;
};

let proc: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: proc, remove } = await temporaryDirectory());
  await mkdir(join(proc, '9/fd'), { recursive: true });
  await symlink('/var/log', join(proc, '9/cwd'));
  await symlink('/etc/motd', join(proc, '9/fd/3'));
});
afterEach(() => remove());
const pathOf = (...lines: readonly string[]): string | undefined => {
  const call = callOf(...lines);
  return resolvePath(proc, call, call.text)?.path;
};

describe('the place that the kernel tells in parts', () => {
  it('is where a relative path begins', () => {
    expect(pathOf(up(0, 'cron.d'), up(1, 'etc'), root(), opened('none'))).toBe('/etc/cron.d/none');
    // Steps over mounts have numbers and no names.
    expect(pathOf(up(0, 'kernel'), up(2, 'proc'), root(), opened('../x'))).toBe('/proc/x');
    expect(pathOf(root(), opened('etc/passwd'))).toBe('/etc/passwd');
  });

  it('is the file itself where a call was told after it was done', () => {
    const done = printed(`openat.file,${String(atNs)},9,9,1,1,1,0,0,1,4,1089|${comm}`);
    expect(callOf(up(0, 'passwd'), up(1, 'etc'), root(), done)).toMatchObject({
      ...{ syscall: 'openat', text: undefined, place: '/etc/passwd' },
      numbers: { ret: 4, flags: 1089 },
    });
    expect(pathOf(printed(`openat.file,${String(atNs)},9,9,1,1,1,0,0,1,3,1|${comm}`))).toBe('/etc/motd');
  });

  it('belongs to one call of one thread at one time, and is whole', () => {
    const parts = [up(0, 'etc'), root()];
    expect(pathOf(...parts, opened('a', 10))).toBe('/var/log/a');
    expect(pathOf(...parts, opened('a'), opened('b'))).toBe('/var/log/b');
    expect(pathOf(up(0, 'etc'), root(atNs - 2_000_000), opened('a'))).toBe('/var/log/a');
    expect(pathOf(up(0, 'etc'), opened('a'))).toBe('/var/log/a');
    // What was left from a call before is no part of this one.
    expect(pathOf(up(0, 'x'), up(1, 'home'), up(0, 'etc'), root(), opened('a'))).toBe('/etc/a');
  });

  it.each(['+up,x,0|a', '+up,9,-1|a', '+up,9,99|a', '+up,99999999,0|a', '+down,9,0|a'])(
    'is refused where it is %s',
    (data) => {
      expect(createLineParser()(printed(data))).toEqual({ kind: 'malformed' });
    },
  );
});

describe('a path', () => {
  it.each([
    ['/etc/../etc/./passwd', '/etc/passwd'],
    ['//etc//passwd', '/etc/passwd'],
    ['/proc/self/root/etc/passwd', '/etc/passwd'],
    ['/proc/9/root/etc/passwd', '/etc/passwd'],
    ['/proc/9/task/9/root/etc/passwd', '/etc/passwd'],
    ['/proc/self/cwd/auth.log', '/var/log/auth.log'],
    ['/proc/self/cwd/../../etc/x', '/etc/x'],
    ['/proc/9/fd/3', '/proc/self/fd/3'],
    // Another process may live in another container.
    ['/proc/1/root/etc/passwd', '/proc/1/root/etc/passwd'],
    ['auth.log', '/var/log/auth.log'],
    ['../../../../../etc/x', '/etc/x'],
  ])('%s leads to %s', (given, path) => {
    expect(pathOf(opened(given))).toBe(path);
  });

  it('of a process that is gone stays as it was given', () => {
    const call = { ...callOf(opened('passwd')), pid: 404 };
    expect(resolvePath(proc, call, 'passwd')).toEqual({ path: 'passwd', counts: true });
  });

  it('that only looked like one that counts is left out', () => {
    const counts = (...lines: readonly string[]): boolean | undefined => {
      const call = callOf(...lines);
      return resolvePath(proc, call, call.text)?.counts;
    };
    expect(counts(up(0, 'work'), root(), opened('../out/x'))).toBe(false);
    expect(counts(up(0, 'dev'), root(), opened('null'))).toBe(false);
    expect(counts(up(0, 'etc'), root(), opened('x'))).toBe(true);
    expect(counts(opened('/work/../out/x'))).toBe(false);
    expect(counts(opened('/anything'))).toBe(true);
  });
});
