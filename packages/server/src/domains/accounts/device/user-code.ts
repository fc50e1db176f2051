/** Consonants that nobody mistakes for each other or reads as a word (RFC 8628, section 6.1): 20^8 codes. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;
/** Bytes from here on would make some letters likelier than others. */
const fairBytes = 256 - (256 % letters.length);

/** A code that a person types. */
export const makeUserCode = (randomBytes: (size: number) => Buffer): string => {
  let code = '';
  while (code.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < fairBytes && code.length < length) code += letters[byte % letters.length] ?? '';
    }
  }
  return code;
};

/** As it is shown: `WDJB-MJHT`. */
export const shownUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** What a person typed, as it is stored; undefined for what no code can be. */
export const readUserCode = (typed: string): string | undefined => {
  const code = typed.toUpperCase().replaceAll(/[^A-Z]/g, '');
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : undefined;
};
