import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import { unpackBody } from './content-encoding.ts';
import { parseForm } from './form-body.ts';

/** Deeper JSON than this is refused before it is parsed: nothing of ours nests so far, and recursion costs stack. */
const maxDepth = 32;

const quote = 0x22;
const backslash = 0x5c;
/** The bit that parts [ from { and ] from }, and no other two bytes. */
const curly = 0x20;
const opening = 0x7b;
const closing = 0x7d;

/** True when brackets outside of strings nest deeper than `limit`. One pass over the bytes, of every JSON body. */
export const nestsDeeperThan = (bytes: Buffer, limit: number): boolean => {
  const end = bytes.length;
  let depth = 0;
  for (let index = 0; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === quote) {
      for (index += 1; index < end; index += 1) {
        const inside = bytes[index] ?? 0;
        if (inside === quote) break;
        if (inside === backslash) index += 1;
      }
      continue;
    }
    const bracket = byte | curly;
    if (bracket === opening) {
      depth += 1;
      if (depth > limit) return true;
    } else if (bracket === closing) depth -= 1;
  }
  return false;
};

const poisoned = (key: string): boolean =>
  key === '__proto__' || key === 'constructor' || key === 'prototype';

/** Parses a JSON body. Throws `malformed_body` (400) for anything but well-formed UTF-8 JSON of sane depth. */
export const parseJson = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new AppError('malformed_body', { detail: 'The body is not valid UTF-8' });
  if (nestsDeeperThan(bytes, maxDepth)) {
    throw new AppError('malformed_body', { detail: `The body nests deeper than ${String(maxDepth)} levels` });
  }
  const text = bytes.toString('utf8');
  // A reviver is slow on large bodies, so it runs only where one of the names stands in the text at all.
  const suspicious =
    text.includes('__proto__') ||
    text.includes('constructor') ||
    text.includes('prototype') ||
    text.includes('\\u00');
  try {
    const parsed: unknown = suspicious
      ? JSON.parse(text, (key, value: unknown) => {
          if (poisoned(key))
            throw new AppError('malformed_body', { detail: `The field name ${key} is not allowed` });
          return value;
        })
      : JSON.parse(text);
    return parsed;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('malformed_body', { detail: 'The body is not well-formed JSON', cause: error });
  }
};

declare module 'fastify' {
  interface FastifyRequest {
    rawBody: Buffer | undefined;
  }
}

/** A body that its route reads by itself: an export in OTLP. */
export interface RawExport {
  readonly encoding: 'json' | 'protobuf';
  readonly bytes: Buffer;
}

type Consumed = 'json' | 'form' | 'otlp' | 'json-lines';

/** Each line a JSON text; a line that is none is undefined: it must not sink the others. Empty lines are left out. */
const parseLines = (bytes: Buffer): unknown => {
  if (!isUtf8(bytes)) throw new AppError('malformed_body', { detail: 'The body is not valid UTF-8' });
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return parseJson(Buffer.from(line));
      } catch (error) {
        if (error instanceof AppError) return undefined;
        throw error;
      }
    });
};

const wrongType = (wanted: Consumed): AppError => {
  if (wanted === 'json-lines') {
    return new AppError('unsupported_media_type', {
      detail: 'This request takes JSON, or a JSON text a line',
      remediation: 'Send Content-Type: application/json or application/x-ndjson.',
    });
  }
  if (wanted === 'json') return new AppError('unsupported_media_type');
  return wanted === 'otlp'
    ? new AppError('unsupported_media_type', {
        detail: 'This request takes OTLP',
        remediation: 'Send Content-Type: application/x-protobuf or application/json.',
      })
    : new AppError('unsupported_media_type', {
        detail: 'This request takes a form',
        remediation: 'Send Content-Type: application/x-www-form-urlencoded.',
      });
};

/** What becomes of a body of each content type, by what its route consumes. */
const readers: Readonly<
  Record<
    'json' | 'form' | 'protobuf' | 'lines',
    Partial<Readonly<Record<Consumed, (bytes: Buffer) => unknown>>>
  >
> = {
  lines: { 'json-lines': parseLines },
  json: {
    json: parseJson,
    'json-lines': parseJson,
    otlp: (bytes): RawExport => ({ encoding: 'json', bytes }),
  },
  form: { form: parseForm },
  protobuf: { otlp: (bytes): RawExport => ({ encoding: 'protobuf', bytes }) },
};

const contentTypes: readonly (readonly [RegExp, keyof typeof readers])[] = [
  [/^application\/(?:[a-z0-9.+-]+\+)?json(?:$|\s*;)/i, 'json'],
  [/^application\/(?:x-ndjson|ndjson|jsonl|x-json-stream)(?:$|\s*;)/i, 'lines'],
  [/^application\/x-www-form-urlencoded(?:$|\s*;)/i, 'form'],
  [/^application\/(?:x-protobuf|protobuf|vnd\.google\.protobuf)(?:$|\s*;)/i, 'protobuf'],
];

/**
 * JSON is what routes take unless they say `consumes`; the raw bytes stay for signatures and keys. Routes that take gzip
 * get the body unpacked, within their body limit.
 */
export const registerJsonBody = (app: FastifyInstance): void => {
  app.decorateRequest('rawBody', undefined);
  app.removeAllContentTypeParsers();
  for (const [pattern, type] of contentTypes)
    app.addContentTypeParser(
      pattern,
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer): Promise<unknown> => {
        const { route, admitSigned } = request.state;
        const consumes = route?.consumes ?? 'json';
        const read = readers[type][consumes];
        if (read === undefined) throw wrongType(consumes);
        // A signature covers the bytes: nothing of them is parsed before it was verified.
        await admitSigned?.(body);
        const limitBytes = route?.bodyLimitBytes ?? body.length;
        const parsed = read(route?.gzip === true ? await unpackBody(request, body, limitBytes) : body);
        request.rawBody = body;
        return parsed;
      },
    );
};
