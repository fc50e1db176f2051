import { describe, expect, it } from 'vitest';
import { duration, figure, plain, relative, words } from './format.ts';

describe('what people read', () => {
  it('is a duration in its two largest units', () => {
    expect([0, 40, 60, 7500, 86_400, 90_061].map(duration)).toEqual([
      '0 s',
      '40 s',
      '1 min',
      '2 h 5 min',
      '1 d',
      '1 d 1 h',
    ]);
  });

  it('is a time beside now, before and after', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(relative('2025-12-31T23:59:00Z', now)).toBe('1 min ago');
    expect(relative('2026-01-01T02:00:00Z', now)).toBe('in 2 h');
    expect(relative('2026-01-01T00:00:01Z', now)).toBe('now');
    expect([relative(null, now), relative('soon', now)]).toEqual(['never', 'soon']);
  });

  it('is a figure, a name and a value', () => {
    expect([figure(1234.56), figure(null), figure(0.5, 0)]).toEqual(['1,234.6', '–', '1']);
    expect(words('gpu_utilization')).toBe('gpu utilization');
    expect([plain('x'), plain({ a: 1 }), plain(undefined)]).toEqual(['x', '{"a":1}', '']);
  });
});
