import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../../../platform/errors.ts';

/** Characters of one line of an answer: an embedding of some thousand numbers, or a whole picture in base64. */
const maxLineCharacters = 16 * 1024 * 1024;

/** The lines of a body as they come, without their ends; empty ones too. Throws `upstream_failed` for an endless one. */
export const linesOf = async function* (body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.write(chunk);
    let from = 0;
    for (let end = rest.indexOf('\n', from); end !== -1; end = rest.indexOf('\n', from)) {
      yield rest.endsWith('\r', end) && end > from ? rest.slice(from, end - 1) : rest.slice(from, end);
      from = end + 1;
    }
    rest = rest.slice(from);
    if (rest.length > maxLineCharacters) throw garbled('a line that does not end');
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
};

/** What the upstream sent is not of its protocol. */
export const garbled = (what: string): AppError =>
  new AppError('upstream_failed', { detail: `The model server sent ${what}` });

/** What ends a stream of OpenAI's protocol. */
export const streamEnd = '[DONE]';

/** The values of `data:` fields of a stream of server-sent events, up to and with `[DONE]`. */
export const eventsOf = async function* (body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const line of linesOf(body)) {
    if (!line.startsWith('data:')) continue;
    const data = line.slice(5).trim();
    if (data !== '') yield data;
    if (data === streamEnd) return;
  }
};
