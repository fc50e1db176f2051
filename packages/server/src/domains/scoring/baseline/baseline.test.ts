import { describe, expect, it } from 'vitest';
import { createBaselineModel } from './baseline-model.ts';
import { createLanguageModel } from './language-model.ts';

const loop = ['epoll_wait', 'recvfrom', 'openat', 'fstat', 'read', 'close', 'sendto', 'futex'];
const sequence = (length: number, shift: number): string[] =>
  Array.from(
    { length },
    (_, index) => loop[(index * (index % 5 === shift % 5 ? 2 : 1) + shift) % loop.length] ?? '',
  );

describe('the language model', () => {
  it('is less surprised by what it learned, and sums its probabilities to one', () => {
    const model = createLanguageModel();
    for (let shift = 0; shift < 50; shift += 1) model.learn(sequence(100, shift));
    const usual = model.surprise(sequence(100, 3));
    const unusual = model.surprise([
      'ptrace',
      'memfd_create',
      'execveat',
      'mprotect',
      'bpf',
      'setns',
      'mount',
      'unshare',
    ]);
    expect(usual).toBeLessThan(1);
    expect(unusual).toBeGreaterThan(usual + 3);
    // Over the 512 symbols that could come, of which eight are known: P(w) sums to 1.
    const known = loop.reduce((sum, name) => sum + Math.exp(-model.surprise([name])), 0);
    const others = (512 - loop.length) * Math.exp(-model.surprise(['never seen']));
    expect(known + others).toBeCloseTo(1, 6);
  });

  it('says the same after it was written and read', () => {
    const model = createLanguageModel();
    model.learn(sequence(500, 1));
    const read = createLanguageModel(
      JSON.parse(JSON.stringify(model.toJson())) as ReturnType<typeof model.toJson>,
    );
    expect(read.surprise(sequence(80, 2))).toBe(model.surprise(sequence(80, 2)));
  });
});

describe('a baseline', () => {
  it('judges nothing while it knows little, then what is far beyond the usual, and the usual not', () => {
    const model = createBaselineModel();
    expect(model.judge(sequence(100, 1))).toBeUndefined();
    for (let round = 0; round < 400; round += 1) model.learn(sequence(100, round));
    expect(model.judge(sequence(100, 7))).toBe(0);
    const attack = Array.from(
      { length: 40 },
      (_, index) => ['ptrace', 'mprotect', 'bpf', 'setns', 'mount'][(index * index) % 5] ?? '',
    );
    expect(model.judge(attack)).toBeGreaterThan(20);
    expect(model.judge(attack.slice(0, 8))).toBeUndefined();
  });
});
