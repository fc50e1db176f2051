/** Longer than any line of our programs: what exceeds it is thrown away up to its end. */
export const maxLineBytes = 8192;

/** Cuts a stream into lines with bounded memory. Bytes become characters one to one (latin1): no byte is refused here. */
export const createLineSplitter = (onLine: (line: string) => void, onTooLong: () => void) => {
  let rest = '';
  let isSkipping = false;
  return (chunk: Buffer): void => {
    const text = rest + chunk.toString('latin1');
    let start = 0;
    for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
      if (isSkipping) isSkipping = false;
      else if (end - start > maxLineBytes) onTooLong();
      else if (end > start) onLine(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > maxLineBytes) {
      if (!isSkipping) onTooLong();
      isSkipping = true;
      rest = '';
    }
  };
};
