/** The alternate screen that editors use, on and off. */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const alternate = /\u001b\[\?(?:1049|1047|47)([hl])/g;
/** Longer than any of those sequences: one that two pieces share is still seen. */
const carried = 12;

/** Mouse reports, bracketed paste, hidden cursor, application keys, colours: off, as at a shell's prompt. */
const plain =
  '\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[?1l\u001b>\u001b[?25h\u001b[0m';

/** Watches what a remote shell does to the terminal, so that it can be undone when the connection breaks. */
export const createScreen = () => {
  const decoder = new TextDecoder('latin1');
  let tail = '';
  let onAlternate = false;
  return {
    see: (bytes: Uint8Array): void => {
      const text = tail + decoder.decode(bytes);
      const last = [...text.matchAll(alternate)].at(-1);
      if (last !== undefined) onAlternate = last[1] === 'h';
      tail = text.slice(-carried);
    },
    /** What puts the terminal right again. */
    repair: (): string => `${onAlternate ? '\u001b[?1049l' : ''}${plain}`,
  };
};
