/** What has been typed so far, as far as leaving needs it: `~.` at the beginning of a line, as in ssh. */
export type EscapeState = 'line start' | 'tilde' | 'in line';

export interface Typed {
  readonly state: EscapeState;
  /** What goes to the shell. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly leaves: boolean;
}

const [tilde, dot, carriageReturn, lineFeed] = [0x7e, 0x2e, 0x0d, 0x0a];

/** Takes more keys. A tilde at the beginning of a line waits for what comes next; `~~` sends one. */
export const takeKeys = (before: EscapeState, keys: Uint8Array): Typed => {
  const sent: number[] = [];
  let state = before;
  for (const key of keys) {
    if (state === 'tilde') {
      if (key === dot) return { state, bytes: Uint8Array.from(sent), leaves: true };
      if (key !== tilde) sent.push(tilde);
    } else if (state === 'line start' && key === tilde) {
      state = 'tilde';
      continue;
    }
    sent.push(key);
    state = key === carriageReturn || key === lineFeed ? 'line start' : 'in line';
  }
  return { state, bytes: Uint8Array.from(sent), leaves: false };
};
