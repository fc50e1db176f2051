import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

const limits = { maxInFlight: 10, maxBodyBytes: 100, addressShare: 0.5 };

describe('admission', () => {
  it('keeps one address from taking the room of all others', () => {
    const admission = createAdmission(limits);
    for (let index = 0; index < 5; index += 1) admission.enter('a', 10);
    expect(() => admission.enter('a', 0)).toThrow();
    expect(() => admission.enter('b', 10)).not.toThrow();
  });

  it('bounds the bytes that all may hold together', () => {
    const admission = createAdmission(limits);
    admission.enter('a', 50);
    admission.enter('b', 50);
    expect(() => admission.enter('c', 1)).toThrow();
  });

  it('gives a place back once, however often it is left', () => {
    const admission = createAdmission(limits);
    const leave = admission.enter('a', 50);
    expect(() => admission.enter('a', 1)).toThrow();
    leave();
    leave();
    admission.enter('a', 50);
    expect(() => admission.enter('a', 1)).toThrow();
  });
});
