import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { devProgram } from '../dev/index.ts';
import { createProgram } from '../program.ts';
import { createFakeIo } from '../testing/fake-io.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { completionTree, flatten, type CompletionCommand } from './tree.ts';
import { zshCompletion } from './zsh.ts';

let tree: CompletionCommand;
beforeAll(() => {
  tree = completionTree(
    createProgram({ io: createFakeIo({ home: '/nowhere' }), version: '0', onExit: () => {} }),
  );
});

const completeInBash = (...words: readonly string[]): readonly string[] => {
  const script = `${bashCompletion(tree)}
COMP_WORDS=(gpushield "$@"); COMP_CWORD=$#
_gpushield; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
    .trim()
    .split('\n');
};

describe('completion of gpu-dev', () => {
  it('works in bash although the name has a hyphen, and names every command in the other shells', () => {
    const io = createFakeIo({ home: '/nowhere' });
    const dev = completionTree(devProgram.create({ io, version: '0', onExit: () => {} }));
    const script = `${bashCompletion(dev)}
COMP_WORDS=(gpu-dev "$@"); COMP_CWORD=$#
_gpu-dev; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const complete = (...words: readonly string[]): string =>
      execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' }).trim();
    expect(complete('res')).toBe('reserve');
    expect(complete('reserve', '--jup')).toBe('--jupyter');
    expect(complete('disk', 'list-')).toBe('list-content');
    expect(complete('config', 'set', 'gpu')).toBe('gpu_type');
    for (const { path } of flatten(dev).slice(1)) {
      expect(zshCompletion(dev)).toContain(`_gpu_dev_${path.join('_').replaceAll('-', '_')}()`);
      expect(fishCompletion(dev)).toContain(`'${path.join(' ')}'`);
    }
  });
});

describe('completion', () => {
  it('offers commands, subcommands, options and values in bash', () => {
    expect(completeInBash('al')).toEqual(['alerts']);
    expect(completeInBash('alerts', 'ac')).toEqual(['acknowledge']);
    expect(completeInBash('--json', 'alerts', 'list', '--sev')).toEqual(['--severity']);
    expect(completeInBash('alerts', 'list', '--severity', 'c')).toEqual(['critical']);
    expect(completeInBash('completion', 'f')).toEqual(['fish']);
  });
  it('names every command of the program in every shell', () => {
    const paths = flatten(tree).filter((command) => command.path.length > 0);
    expect(paths.length).toBeGreaterThan(30);
    const [bash, zsh, fish] = [bashCompletion(tree), zshCompletion(tree), fishCompletion(tree)];
    for (const { path } of paths) {
      expect(bash).toContain(`'${path.join(' ')}')`);
      expect(zsh).toContain(`_gpushield_${path.join('_').replaceAll('-', '_')}()`);
      expect(fish).toContain(`'${path.join(' ')}'`);
    }
  });
});
