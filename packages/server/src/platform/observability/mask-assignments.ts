const hidden = '***';

/**
 * A credential's name, as it stands in text, up to the sign before its value: `password=`, `"api_key": `,
 * `\"token\":\"`, `x-llm-token: `. Every repetition is bounded, so the search is linear in the text.
 */
const assignment =
  /(?<name>pass(?:word|wd|phrase)|pwd|secret|token|api[-_ ]?key|authorization|cookie|credential|private[-_ ]?key|access[-_ ]?key|x-amz-signature)[\w-]{0,40}(?:\\{0,8}["'])?\s{0,4}(?:[:=]|=>)\s{0,4}/giu;

/** Values of these run to the end of the line: `Authorization: Basic x`, `Cookie: a=1; b=2`. */
const lineLong = /^(authorization|cookie)$/i;

const quoteStart = /(\\{0,8})(["'`])/y;
const bareWord = /[^\s,;&"'`<>{}()[\]\\]+/y;
const restOfLine = /[^\r\n"'`\\]+/y;
const numberOnly = /^\d{1,9}$/;

/** Hides the values that stand after credentials' names, in JSON (escaped any number of times), forms, logs and prose. */
export const maskAssignments = (text: string): string => {
  let out = '';
  let copied = 0;
  assignment.lastIndex = 0;
  for (let found = assignment.exec(text); found !== null; found = assignment.exec(text)) {
    const name = found.groups?.['name'] ?? '';
    const start = found.index + found[0].length;
    const value = valueAt(text, start, name);
    if (value === undefined) continue;
    out += text.slice(copied, value.from) + hidden;
    copied = value.to;
    assignment.lastIndex = Math.max(value.to, start);
  }
  return out + text.slice(copied);
};

const valueAt = (text: string, start: number, name: string): { from: number; to: number } | undefined => {
  quoteStart.lastIndex = start;
  const quote = quoteStart.exec(text);
  if (quote !== null) {
    const from = start + quote[0].length;
    return { from, to: closingQuote(text, from, quote[2] ?? '"', quote[1]?.length ?? 0) };
  }
  const pattern = lineLong.test(name) ? restOfLine : bareWord;
  pattern.lastIndex = start;
  const word = pattern.exec(text)?.[0];
  if (word === undefined) return undefined;
  // "max_token: 512" is a count; a password of digits has another name.
  if (name.toLowerCase() === 'token' && numberOnly.test(word)) return undefined;
  return { from: start, to: start + word.length };
};

/**
 * Where the quoted value ends. Inside JSON that was escaped k times, a quote of the value's own level has
 * `escapes` backslashes before it, and each backslash of the value doubles with every level: counting the
 * backslashes modulo twice the level's unit tells the closing quote from an escaped one.
 */
const closingQuote = (text: string, from: number, quote: string, escapes: number): number => {
  const unit = escapes + 1;
  let backslashes = 0;
  for (let index = from; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '\\') {
      backslashes += 1;
      continue;
    }
    if (letter === quote && backslashes % (2 * unit) === unit - 1) return index - escapes;
    backslashes = 0;
  }
  return text.length;
};
