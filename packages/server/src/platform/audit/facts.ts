import { isSensitiveKey } from '../observability/sensitive-key.ts';
import type { Digester } from './digest.ts';
import type { AuditFacts } from './entry.ts';
import type { AuditInput } from './types.ts';

/** Largest lengths in characters; longer texts are cut. They bound an entry to some kilobytes, whoever sent it. */
const maxLength = {
  correlationId: 128,
  principalId: 256,
  principalKind: 32,
  principalName: 256,
  action: 128,
  resource: 512,
  reason: 128,
  ipAddress: 64,
  userAgent: 512,
  detailKey: 64,
  detailValue: 512,
} as const;

/** Details are small, flat facts: more than these are dropped, and the entry says how many. */
const maxDetails = 32;

/** PostgreSQL stores neither NUL nor half a surrogate pair; both become U+FFFD, so that no entry can be refused. */
const storable = (text: string, limit: number): string =>
  text.slice(0, limit).replaceAll('\0', '\uFFFD').toWellFormed();

type DetailValue = string | number | boolean | null;

const detailOf = (value: unknown): DetailValue => {
  if (typeof value === 'string') return storable(value, maxLength.detailValue);
  // JSON has neither infinity nor NaN, and stores -0 as 0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value);
  return typeof value === 'boolean' ? value : null;
};

/** `{name: 'password', value: …}`: the value goes with the name that stands beside it. */
const isNamedSecret = (details: Readonly<Record<string, unknown>>, name: string): boolean => {
  const beside = details['key'] ?? details['name'];
  return name === 'value' && typeof beside === 'string' && isSensitiveKey(beside);
};

const detailsOf = (given: AuditInput['details'], digester: Digester): Record<string, DetailValue> => {
  const details = given ?? {};
  const all = Object.entries(details);
  const kept = all.slice(0, maxDetails).map(([name, value]): [string, DetailValue] => {
    const isSecret = typeof value === 'string' && isNamedSecret(details, name);
    const shown = isSecret ? digester.secret(value) : digester.underName(name, value);
    return [storable(digester.text(name), maxLength.detailKey), detailOf(shown)];
  });
  if (all.length > maxDetails) kept.push(['details_dropped', all.length - maxDetails]);
  return Object.fromEntries(kept);
};

/** What is stored of a decision: secrets as digests, texts cut and made storable. */
export const factsOf = (
  input: AuditInput,
  context: { readonly id: string; readonly occurredAtMs: number; readonly digester: Digester },
): AuditFacts => {
  const { digester } = context;
  const text = (value: string, limit: number): string => storable(digester.text(value), limit);
  const textOrNull = (value: string | null, limit: number): string | null =>
    value === null ? null : text(value, limit);
  return {
    id: context.id,
    occurredAtMs: Math.trunc(context.occurredAtMs),
    correlationId: storable(input.correlationId, maxLength.correlationId),
    principalId: storable(input.principalId, maxLength.principalId),
    principalKind: storable(input.principalKind, maxLength.principalKind),
    principalName: textOrNull(input.principalName, maxLength.principalName),
    action: storable(input.action, maxLength.action),
    resource: text(input.resource, maxLength.resource),
    granted: input.granted,
    reason: text(input.reason, maxLength.reason),
    ipAddress: input.ipAddress === null ? null : storable(input.ipAddress, maxLength.ipAddress),
    userAgent: textOrNull(input.userAgent, maxLength.userAgent),
    details: detailsOf(input.details, digester),
  };
};
