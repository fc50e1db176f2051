import { hash } from 'node:crypto';
import type { SyscallEventInput } from '@gpushield/contracts';
import type { CheckedEvent } from './check-event.ts';

/** JSON with the fields of objects in order. Depth is bounded by the parser of bodies. */
const canonical = (value: unknown): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(fields);
  if (names.length > 1) names.sort();
  let text = '{';
  for (const name of names) text += `${JSON.stringify(name)}:${canonical(fields[name])},`;
  return `${text}}`;
};

const restOf = (event: SyscallEventInput): string => {
  let text = '';
  for (const name of Object.keys(event).sort()) {
    if (name === 'pid' || name === 'timestamp' || name === 'syscall') continue;
    text += `\n${name}=${canonical(event[name as keyof SyscallEventInput])}`;
  }
  return text;
};

/**
 * The identity of an event of an agent, equal on every replica and in any order of fields: the SHA-256 of its own id where
 * it gave one, else of all that it told; a character a byte. Bytes 0 to 15 are the event's id, 16 to 23 what it is
 * remembered by.
 */
export const identityOf = (agentId: string, checked: CheckedEvent): string => {
  const { event, syscall, occurredAtUs } = checked;
  const text =
    event.id === undefined
      ? `c\n${agentId}\n${String(event.pid)}\n${String(occurredAtUs)}\n${syscall}${restOf(event)}`
      : `i\n${agentId}\n${event.id}`;
  return hash('sha256', text, 'latin1');
};

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hexAt = (digest: string, index: number): string => hex[digest.charCodeAt(index)] ?? '00';

/** An event's id: a UUID of version 8 (RFC 9562) out of its identity. */
export const idOfDigest = (digest: string): string => {
  let text = '';
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    if (index === 6) text += hex[(digest.charCodeAt(6) & 0x0f) | 0x80] ?? '';
    else if (index === 8) text += hex[(digest.charCodeAt(8) & 0x3f) | 0x80] ?? '';
    else text += hexAt(digest, index);
  }
  return text;
};

/** Four bytes of a digest as a signed integer. */
export const wordOf = (digest: string, at: number): number =>
  (digest.charCodeAt(at) << 24) |
  (digest.charCodeAt(at + 1) << 16) |
  (digest.charCodeAt(at + 2) << 8) |
  digest.charCodeAt(at + 3);
