import { randomFillSync } from 'node:crypto';

const idBytes = 16;

/** `count` UUIDv7 (RFC 9562, 5.7) of one moment as bytes, in one buffer: what a batch's rows are called. */
export const rowIds = (count: number, nowMs: number): Buffer => {
  const ids = randomFillSync(Buffer.allocUnsafe(count * idBytes));
  for (let at = 0; at < ids.length; at += idBytes) {
    ids.writeUIntBE(nowMs, at, 6);
    ids[at + 6] = 0x70 | ((ids[at + 6] ?? 0) & 0x0f);
    ids[at + 8] = 0x80 | ((ids[at + 8] ?? 0) & 0x3f);
  }
  return ids;
};
