import { createHash } from 'node:crypto';
import { createLru } from '../../platform/lru.ts';
import type { Engine } from './engine.ts';
import type { Hit } from './hit.ts';
import { inspectText } from './inspect-text.ts';

/** Judging a shorter text costs no more than knowing it again. */
const leastChars = 64;
/** Hashing a longer one would hold the process for milliseconds. */
const mostChars = 1_000_000;
/** With 16 hits each, 40 MB. */
const textsMax = 20_000;
const hitsMax = 16;

/** What stage 1 finds in a text of a principal's. */
export type Inspect = (principalId: string, text: string, signal: AbortSignal) => Promise<readonly Hit[]>;

const keyOf = (principalId: string, text: string): string =>
  createHash('sha256')
    .update(principalId)
    .update('\u0000')
    .update(Buffer.from(text, 'utf16le'))
    .digest('base64');

/**
 * Stage 1 that judges a text once: a conversation sends all its turns again with each call, and an agent its whole system
 * prompt. No text is kept, only what was found under its hash; each principal's apart, so that nobody learns from an
 * answer's speed what another one sent.
 */
export const createRemembered = (engine: Engine): Inspect => {
  const known = createLru<readonly Hit[]>(textsMax);
  return async (principalId, text, signal) => {
    if (text.length < leastChars || text.length > mostChars) return inspectText(engine, text, signal);
    const key = keyOf(principalId, text);
    const found = known.get(key);
    if (found !== undefined) return found;
    const hits = await inspectText(engine, text, signal);
    if (hits.length <= hitsMax) known.set(key, hits);
    return hits;
  };
};
