import { readFileSync, existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { processorsIn } from './allowed-processors.ts';

describe('the processors that a process may use', () => {
  it.each([
    ['0-1', [0, 1]],
    ['3', [3]],
    ['0,2-4,7', [0, 2, 3, 4, 7]],
  ])('are read from %s', (list, processors) => {
    expect(processorsIn(`Name:\tnode\nCpus_allowed_list:\t${list}\nMems_allowed_list:\t0\n`)).toEqual(
      processors,
    );
  });

  it.each(['', 'Cpus_allowed_list:\tall\n', 'Cpus_allowed_list:\t\n'])(
    'are none where %j says none',
    (text) => {
      expect(processorsIn(text)).toEqual([]);
    },
  );

  it.skipIf(!existsSync('/proc/self/status'))('are as many as Node counts', () => {
    expect(processorsIn(readFileSync('/proc/self/status', 'utf8'))).toHaveLength(availableParallelism());
  });
});
