/** Why a password is refused, in words for the person who chose it. */
export type PasswordProblem = string;

/** Answers true when a password is known to have leaked. A hook for a list that an operator brings. */
export type IsBreached = (password: string) => boolean | Promise<boolean>;

const minCharacters = 12;
const maxCharacters = 256;

// What people choose when a rule asks for twelve characters; compared without case, digits' disguises and endings.
const obvious: readonly string[] = [
  'password',
  'passphrase',
  'passwort',
  'secret',
  'letmein',
  'welcome',
  'changeme',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'iloveyou',
  'administrator',
  'admin',
  'root',
  'gpushield',
  'nvidia',
  'default',
  'monkey',
  'dragon',
  'football',
  'abcdefghijkl',
  'abcdefgh',
  'correcthorsebatterystaple',
];
const sequences = [
  '0123456789012345678901234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
];
const disguises: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const undisguised = (password: string): string =>
  password.replace(/[013457@$!]/g, (sign) => disguises[sign] ?? sign);
const lettersOf = (text: string): string => text.replace(/[^a-z]/g, '');

/** What is left when an obvious word is taken out, however often it stands there. */
const isObvious = (lower: string): boolean => {
  // Digits at either end are decoration, those between letters stand for letters.
  const core = lower.replace(/^[^a-z]+|[^a-z]+$/g, '');
  const variants = [lettersOf(lower), lettersOf(undisguised(core))];
  return obvious.some((word) => variants.some((text) => text !== '' && text.replaceAll(word, '') === ''));
};
const isRepetition = (lower: string): boolean =>
  /^(.{1,4})\1*.{0,3}$/.test(lower) && new Set(lower).size <= 4;
const isSequence = (lower: string): boolean =>
  sequences.some((row) => row.includes(lower) || [...row].reverse().join('').includes(lower));

/**
 * Whether a new password may be used: 12 to 256 characters, not the username, not one of the obvious ones. Answers what
 * is wrong, or undefined. Length is what counts (NIST SP 800-63B-4, section 3.1.1.2): no rules about classes of signs.
 */
export const checkPassword = async (
  password: string,
  username: string,
  isBreached?: IsBreached,
): Promise<PasswordProblem | undefined> => {
  const characters = [...password].length;
  if (characters < minCharacters || characters > maxCharacters)
    return 'The password needs 12 to 256 characters';
  const lower = password.toLowerCase();
  const name = username.toLowerCase();
  if (lower === name || (name.length >= 4 && lower.replaceAll(name, '').length < minCharacters / 2)) {
    return 'The password is the username, or little more';
  }
  if (isObvious(lower) || isRepetition(lower) || isSequence(lower)) return 'The password is easy to guess';
  if ((await isBreached?.(password)) === true) return 'The password is known from a breach';
  return undefined;
};
