import { describe, expect, it } from 'vitest';
import { findDeadCode } from './find-dead-code.ts';

const find = (files: Record<string, string>, packages: Record<string, string> = {}): string[] =>
  findDeadCode({
    files: new Map(Object.entries(files)),
    packages: new Map(Object.entries(packages)),
    isEntry: (path) => path === 'main.ts',
  }).map(({ path, line, what }) => `${path}:${String(line)} ${what}`);

describe('the dead-code check', () => {
  it('finds a file that nothing imports', () => {
    expect(find({ 'main.ts': '', 'lost.ts': 'export const a = 1;' })).toEqual([
      'lost.ts:1 nothing imports this file',
    ]);
  });

  it('finds two files that only import each other', () => {
    expect(find({ 'main.ts': '', 'a.ts': "import './b.ts';", 'b.ts': "import './a.ts';" })).toHaveLength(2);
  });

  it('finds an export that nobody imports, and none that is imported, renamed or taken whole', () => {
    const main = "import { a as x } from './a.ts'; import * as b from './b.ts'; void import('./c.ts');";
    const files = {
      'main.ts': main,
      'a.ts': 'export const a = 1;\nexport function dead() {}\nexport class Gone {}',
      'b.ts': 'export const any = 1;',
      'c.ts': 'export const any = 1;',
    };
    expect(find(files)).toEqual(['a.ts:2 nobody imports dead', 'a.ts:3 nobody imports Gone']);
  });

  it('follows names through index files, and finds those that stop there', () => {
    const files = {
      'main.ts': "import { a } from './index.ts';",
      'index.ts': "export { a, dead } from './a.ts';\nexport * from './b.ts';",
      'a.ts': 'export const a = 1;\nexport const dead = 2;',
      'b.ts': 'export const unused = 1;',
    };
    expect(find(files)).toEqual([
      'a.ts:2 nobody imports dead',
      'b.ts:1 nobody imports unused',
      'index.ts:1 nobody imports dead',
    ]);
  });

  it('lets a type pass that stands in a signature of its own file, and finds one that stands nowhere', () => {
    const files = {
      'main.ts': "import { f } from './a.ts';",
      'a.ts': 'export interface Used { n: 1 }\nexport type Unused = 1;\nexport const f = (u: Used) => u;',
    };
    expect(find(files)).toEqual(['a.ts:2 nobody imports Unused']);
  });

  it('counts what a package gives away as used, through its re-exports', () => {
    const files = { 'p/index.ts': "export * from './a.ts';\nexport { b } from './b.ts';", 'p/a.ts': 'export const a = 1;', 'p/b.ts': 'export const b = 1;' }; // prettier-ignore
    expect(find(files, { '@x/p': 'p/index.ts' })).toEqual([]);
  });
});
