import { describe, expect, it } from 'vitest';
import { decide } from './state-machine.ts';

describe('an alert', () => {
  it.each([
    ['open', 'acknowledge', { kind: 'move', to: 'acknowledged' }],
    ['open', 'assign', { kind: 'stay' }],
    ['open', 'resolve', { kind: 'move', to: 'resolved' }],
    ['acknowledged', 'acknowledge', { kind: 'stay' }],
    ['acknowledged', 'assign', { kind: 'stay' }],
    ['acknowledged', 'resolve', { kind: 'move', to: 'resolved' }],
    ['resolved', 'acknowledge', { kind: 'refused', allowed: [] }],
    ['resolved', 'assign', { kind: 'refused', allowed: [] }],
    ['resolved', 'resolve', { kind: 'refused', allowed: [] }],
  ] as const)('that is %s answers %s as the table says', (status, action, expected) => {
    expect(decide(status, action)).toEqual(expected);
  });
});
