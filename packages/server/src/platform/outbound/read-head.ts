import { OutboundFailure } from './types.ts';

/** Status line and header fields together: more is an attack or a mistake. */
export const answerHeadMaxBytes = 16 * 1024;

/** Where the body ends: after so many bytes, with its last chunk, or with the connection. */
export type Framing = 'none' | 'chunks' | 'until-close' | number;

export interface AnswerHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly framing: Framing;
  /** How long the connection may be kept without a request, if at all; undefined: as long as we like. */
  readonly keepMs: number | undefined;
}

/** RFC 9112, section 4; RFC 9110, section 5. Nothing else is taken for them: no bare line ends, no folded lines. */
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const decimal = /^\d{1,15}$/;
/** Of these one is meant; the first counts. Others with the same name are a list. */
const single = new Set([
  'content-type',
  'location',
  'retry-after',
  'etag',
  'last-modified',
  'server',
  'date',
]);

export const malformed = (detail = 'the answer is not valid HTTP'): OutboundFailure =>
  new OutboundFailure('protocol', detail, { retryable: false });

/** Fields by name. Throws for whatever could be read in two ways. */
const fieldsOf = (lines: readonly string[]): Record<string, string> => {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const given = colon === -1 ? '' : line.slice(0, colon);
    if (!fieldName.test(given) || !fieldValue.test(line)) throw malformed();
    const name = given.toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (name === 'content-length' || name === 'transfer-encoding') throw malformed();
    else if (!single.has(name)) fields[name] = `${before}, ${value}`;
  }
  return fields;
};

const framingOf = (status: number, version: string, fields: Readonly<Record<string, string>>): Framing => {
  const { 'content-length': length, 'transfer-encoding': coding } = fields;
  if (coding !== undefined) {
    // Two ways to say where the answer ends, or one that we do not read: the next answer could be made of this one.
    if (length !== undefined || version === '0' || coding.toLowerCase() !== 'chunked') throw malformed();
  } else if (length !== undefined && !decimal.test(length)) throw malformed();
  if (status === 204 || status === 304 || status < 200) return 'none';
  if (coding !== undefined) return 'chunks';
  return length === undefined ? 'until-close' : Number(length);
};

/** A second less than the other end says: what we send must not meet its end of the connection. */
const hintSlackMs = 1000;

const keepOf = (version: string, fields: Readonly<Record<string, string>>, framing: Framing) => {
  const closes = /(?:^|,)\s*close\s*(?:,|$)/i.test(fields['connection'] ?? '');
  if (closes || version === '0' || framing === 'until-close') return 0;
  const seconds = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(fields['keep-alive'] ?? '')?.[1];
  return seconds === undefined ? undefined : Math.max(0, Number(seconds) * 1000 - hintSlackMs);
};

/** Reads the head of an answer, without the empty line behind it. Throws `OutboundFailure` of kind `protocol`. */
export const readHead = (text: string): AnswerHead => {
  const lines = text.split('\r\n');
  const [, version = '', code = ''] = statusLine.exec(lines[0] ?? '') ?? [];
  if (code === '') throw malformed();
  const status = Number(code);
  const headers = fieldsOf(lines);
  const framing = framingOf(status, version, headers);
  return { status, headers, framing, keepMs: keepOf(version, headers, framing) };
};
