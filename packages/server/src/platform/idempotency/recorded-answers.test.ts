import { randomBytes, randomUUIDv7 } from 'node:crypto';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createRecordedAnswers, type Recorder, type Recording } from './recorded-answers.ts';

const database = testDatabase();
const claim = (key: string, payloadHash = 'hash') => ({
  principalId: 'p',
  route: 'stream',
  key,
  payloadHash,
});
const answers = (options: { maxBytes?: number; leaseSeconds?: number } = {}) =>
  createRecordedAnswers({ db: database.db, newId: () => randomUUIDv7(), ...options });
const bytesOf = async (body: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
const firstOf = (recording: Recording): Recorder => {
  if (recording.kind !== 'first') throw new Error('This is a replay');
  return recording.recorder;
};

describe('a recorded answer', () => {
  it('is given again byte for byte, however it was cut', async () => {
    const content = randomBytes(300_000);
    const recorder = firstOf(await answers().begin(claim('a')));
    for (let at = 0; at < content.length; at += 7919) await recorder.write(content.subarray(at, at + 7919));
    await recorder.finish(200, { 'content-type': 'text/event-stream' });
    const again = await answers().begin(claim('a'));
    if (again.kind !== 'replay') throw new Error('This is no replay');
    expect([again.status, again.headers]).toEqual([200, { 'content-type': 'text/event-stream' }]);
    expect((await bytesOf(again.body)).equals(content)).toBe(true);
  });

  it('refuses a twin while it is being made, and another payload for ever', async () => {
    const recorder = firstOf(await answers().begin(claim('b')));
    await expect(answers().begin(claim('b'))).rejects.toMatchObject({ code: 'idempotency_in_progress' });
    await recorder.finish(200, {});
    await expect(answers().begin(claim('b', 'other'))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  it('lets one of many concurrent twins through', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => answers().begin(claim('c'))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('may be asked for again at once when it broke off, and after its lease when its maker was killed', async () => {
    await firstOf(await answers().begin(claim('d'))).abandon();
    expect((await answers().begin(claim('d'))).kind).toBe('first');
    const stale = firstOf(await answers({ leaseSeconds: 0 }).begin(claim('e')));
    const taken = firstOf(await answers().begin(claim('e')));
    await stale.write(Buffer.alloc(100_000));
    await stale.finish(500, {});
    await taken.write(Buffer.from('right'));
    await taken.finish(200, {});
    const again = await answers().begin(claim('e'));
    expect(again.kind === 'replay' && (await bytesOf(again.body)).toString()).toBe('right');
  });

  it('is not kept when it is too large, and says so instead of doing the work twice', async () => {
    const recorder = firstOf(await answers({ maxBytes: 1000 }).begin(claim('f')));
    await recorder.write(Buffer.alloc(1001));
    await recorder.finish(200, {});
    await expect(answers().begin(claim('f'))).rejects.toMatchObject({ code: 'conflict' });
  });
});
