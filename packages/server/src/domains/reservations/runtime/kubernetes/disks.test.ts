import { describe, expect, it } from 'vitest';
import { snapshotProgress } from './disks.ts';

const createdMs = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => ({ nowMs: createdMs + seconds * 1000, patienceMs: 60_000 });
const snapshot = (status: object) => ({ metadata: { creationTimestamp: '2026-01-01T00:00:00Z' }, status });

describe('a snapshot of a volume', () => {
  it('is done when it can be used, with the size that its driver tells', () => {
    expect(snapshotProgress(snapshot({ readyToUse: true, restoreSize: '1Gi' }), at(1))).toEqual({
      kind: 'done',
      sizeBytes: 2 ** 30,
    });
    expect(snapshotProgress(snapshot({ readyToUse: true, restoreSize: 'much' }), at(1))).toEqual({
      kind: 'done',
      sizeBytes: null,
    });
  });

  it('has failed when its error stays, and not at the first one', () => {
    const broken = snapshot({ readyToUse: false, error: { message: 'the pool is full' } });
    expect(snapshotProgress(broken, at(59))).toMatchObject({ kind: 'pending' });
    expect(snapshotProgress(broken, at(60))).toEqual({ kind: 'failed', reason: 'the pool is full' });
  });

  it.each([{}, { readyToUse: 'true' }, { readyToUse: 1 }, { error: 'text' }])(
    'of which the cluster says %j is being made',
    (status) => {
      expect(snapshotProgress(snapshot(status), at(600))).toMatchObject({ kind: 'pending' });
    },
  );
});
