import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../../../platform/errors.ts';

/** Characters of one line of an answer: an embedding of some thousand numbers, or a whole picture in base64. */
const maxLineCharacters = 16 * 1024 * 1024;

/** Cuts a body into lines as it comes. */
export interface LineCutter {
  /** The lines that end in this piece, without their ends; empty ones too. Throws `upstream_failed` for an endless one. */
  cut(chunk: Buffer): readonly string[];
  /** The last line, where it had no end. */
  rest(): readonly string[];
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

export const createLineCutter = (): LineCutter => {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  return {
    cut: (chunk) => {
      const text = decoder.write(chunk);
      const lines = text.includes('\n') ? `${begun}${text}`.split('\n') : [`${begun}${text}`];
      begun = lines.pop() ?? '';
      if (begun.length > maxLineCharacters) throw garbled('a line that does not end');
      return lines.map(withoutReturn);
    },
    rest: () => {
      const last = `${begun}${decoder.end()}`;
      begun = '';
      return last === '' ? [] : [last];
    },
  };
};

/** What the upstream sent is not of its protocol. */
export const garbled = (what: string): AppError =>
  new AppError('upstream_failed', { detail: `The model server sent ${what}` });

/** What ends a stream of OpenAI's protocol. */
export const streamEnd = '[DONE]';

/** The value of a `data:` field of a stream of server-sent events; empty for other lines. */
export const dataOf = (line: string): string => (line.startsWith('data:') ? line.slice(5).trim() : '');
