/** Makes text from the kernel, firmware or tools fit the contract: no control characters, no ends of space, bounded. */
export const clean = (value: string, maxLength: number): string =>
  value
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maxLength);
