import { createHash, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { AppError } from '../errors.ts';

/** The keyset position that a cursor carries: a time in milliseconds or another sort value, and the row's id. */
export interface CursorPosition {
  readonly sort: string;
  readonly id: string;
}

export interface CursorCodec {
  /** `filters` are the query's own values: a cursor works only with those it was made with. */
  encode(list: string, filters: unknown, position: CursorPosition): string;
  /** Throws `invalid_cursor` (400) for anything tampered, foreign, old or of another list or filter. */
  decode(list: string, filters: unknown, cursor: string): CursorPosition;
}

const version = 1;
const macBytes = 16;

/** Stable text of a filter object: keys sorted, absent values left out, `limit` and `cursor` do not count. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([key, part]) => part !== undefined && key !== 'cursor' && key !== 'limit')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
};

const invalid = (): AppError => new AppError('invalid_cursor', { detail: 'Cursor is invalid or expired' });

/** Opaque, signed keyset cursors (standards.md): base64url of version, position and a truncated HMAC-SHA256. */
export const createCursorCodec = (key: KeyObject | Buffer): CursorCodec => {
  const mac = (list: string, filters: unknown, payload: Buffer): Buffer =>
    createHmac('sha256', key)
      .update(`${list}\n${createHash('sha256').update(canonical(filters)).digest('hex')}\n`)
      .update(payload)
      .digest()
      .subarray(0, macBytes);

  return {
    encode: (list, filters, position) => {
      const payload = Buffer.from(JSON.stringify([version, position.sort, position.id]));
      return Buffer.concat([mac(list, filters, payload), payload]).toString('base64url');
    },
    decode: (list, filters, cursor) => {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.toString('base64url') !== cursor || bytes.length <= macBytes) throw invalid();
      const payload = bytes.subarray(macBytes);
      if (!timingSafeEqual(bytes.subarray(0, macBytes), mac(list, filters, payload))) throw invalid();
      const parsed: unknown = JSON.parse(payload.toString('utf8'));
      if (!Array.isArray(parsed) || parsed[0] !== version) throw invalid();
      const [, sort, id] = parsed as readonly unknown[];
      if (typeof sort !== 'string' || typeof id !== 'string') throw invalid();
      return { sort, id };
    },
  };
};
