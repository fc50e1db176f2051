import { listOf, objectOf, textOf } from '../json.ts';
import type { Call, ReportedUsage } from '../types.ts';
import type { InputPart } from '../firewall-port.ts';

/** What a chat template adds around each message, in tokens. */
const tokensPerMessage = 8;
/** A picture, in tokens: more than the common encoders make of one tile. */
const tokensPerImage = 2048;

const utf8Bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

const imagesIn = (call: Call): number => {
  const own = listOf(call.ollama['images']).length;
  const inMessages = listOf(call.body['messages']).reduce<number>((sum, value) => {
    const message = objectOf(value);
    const parts = listOf(message['content']).filter((part) =>
      textOf(objectOf(part)['type']).includes('image'),
    );
    return sum + parts.length + listOf(message['images']).length;
  }, 0);
  return own + inMessages;
};

/** How large a prompt is. `bytes` is text alone. */
export interface PromptSize {
  readonly bytes: number;
  /** Tokens that it has at most, for tokenizers that make no more than one token of `bytesPerToken` bytes. */
  readonly tokensMax: number;
}

export const promptSize = (call: Call, parts: readonly InputPart[], bytesPerToken: number): PromptSize => {
  const bytes = parts.reduce((sum, { text }) => sum + utf8Bytes(text), 0);
  const overhead = parts.length * tokensPerMessage + imagesIn(call) * tokensPerImage;
  return { bytes, tokensMax: Math.ceil(bytes / bytesPerToken) + overhead };
};

/** Nobody's tokenizer makes fewer tokens than this of so many bytes of text. */
const mostBytesPerToken = 16;
const usualBytesPerToken = 4;

/** What a call used, as it is charged. */
export interface Charged {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/**
 * Charges what the upstream reports, within what can be true: not less than the texts allow, not more than was
 * reserved or than the texts have bytes. Without a report the texts are counted.
 */
export const charge = (
  reported: ReportedUsage | undefined,
  seen: { readonly prompt: PromptSize; readonly outputBytes: number; readonly outputCap: number },
): Charged => {
  const within = (value: number | undefined, bytes: number, most: number): number => {
    const told =
      value === undefined || (value === 0 && bytes > 0) ? Math.ceil(bytes / usualBytesPerToken) : value;
    return Math.max(Math.ceil(bytes / mostBytesPerToken), Math.min(told, most));
  };
  return {
    promptTokens: within(reported?.promptTokens, seen.prompt.bytes, seen.prompt.tokensMax),
    completionTokens: within(
      reported?.completionTokens,
      seen.outputBytes,
      Math.max(seen.outputCap, seen.outputBytes),
    ),
  };
};
