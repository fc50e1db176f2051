/** A text that was hidden in another. `origin[i]` is where its code unit `i` came from in the outer text. */
export interface Decoded {
  readonly name: string;
  readonly text: string;
  readonly origin: Uint32Array;
}

/** Gathers code units with their origins. */
export const createCollector = (name: string) => {
  const parts: string[] = [];
  const origins: number[] = [];
  return {
    add: (char: string, at: number): void => {
      parts.push(char);
      origins.push(...Array.from({ length: char.length }, () => at));
    },
    get length(): number {
      return origins.length;
    },
    done: (): Decoded => ({ name, text: parts.join(''), origin: Uint32Array.from(origins) }),
  };
};
