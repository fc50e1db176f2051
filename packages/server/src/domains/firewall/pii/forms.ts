import type { PiiType } from '@gpushield/contracts';
import { isIPv6 } from 'node:net';
import { cardValid, digitsOf, ibanPattern, ibanValid, ipv4Valid, phoneValid, ssnValid } from './checksums.ts';

/** How one kind of personal data looks. */
export interface PiiForm {
  readonly type: PiiType;
  /** A text with fewer digits, or without this sign, holds none: most texts are spared most patterns. */
  readonly digits: number;
  readonly sign?: string;
  /** So many digits in a row stand in each match; so many with at most two characters between; so long a word. */
  readonly run?: number;
  readonly chain?: number;
  readonly word?: number;
  /** How far a match reaches before its sign, of which it has one, and behind: nothing else is looked at. */
  readonly reach?: { readonly before: number; readonly after: number };
  /** What stands in each match and is quicker to look for. */
  readonly mark?: RegExp;
  readonly pattern: RegExp;
  /** A checksum or range that the whole match must pass. */
  readonly valid?: (value: string) => boolean;
  /** Words that must stand near, where the form alone is too common. */
  readonly context?: RegExp;
  /** What must not stand directly before. */
  readonly unless?: RegExp;
  readonly reason: string;
}

const idContext =
  /\b(?:national|identity|identification|id (?:number|no|card)|ssn|nino|insurance|tax|tin|itin|nif|nie|dni|cpf|cnpj|curp|pesel|bsn|aadhaar|pan|steuer|ausweis|personalausweis|codice fiscale|nhs|medicare|sin|fiscal|personnummer|cpr|rrn|hkid|nric|social)\b|身份证|주민등록|マイナンバー/i;

/** The more certain forms come first: a later form does not claim what an earlier one has. */
export const piiForms: readonly PiiForm[] = [
  {
    type: 'email',
    digits: 0,
    reach: { before: 130, after: 1000 },
    sign: '@',
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}](?:[\p{L}\p{N}._%+'’&#~-]{0,62}[\p{L}\p{N}_+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}_]|:[^\s:]{0,80}\/)/gu,
    reason: 'An e-mail address',
  },
  {
    type: 'iban',
    digits: 2,
    pattern: ibanPattern(),
    valid: ibanValid,
    reason: 'An IBAN with a valid checksum',
  },
  {
    type: 'card',
    digits: 12,
    chain: 12,
    pattern: /(?<![\d.-])\d(?:[ -]?\d){11,18}(?![\d-])/g,
    valid: cardValid,
    reason: 'A payment card number with a valid checksum',
  },
  {
    type: 'crypto_wallet',
    digits: 1,
    word: 26,
    pattern: /\b(?:0x[0-9a-fA-F]{40}|bc1[ac-hj-np-z02-9]{25,62}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b/g,
    valid: (value) =>
      value.startsWith('0x') ||
      value.startsWith('bc1') ||
      (/\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value)),
    reason: 'The address of a wallet',
  },
  {
    type: 'mac_address',
    digits: 0,
    mark: /[:-][0-9A-F]{2}[:-]/i,
    pattern: /\b(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}\b/gi,
    reason: 'A hardware address',
  },
  {
    type: 'ip',
    digits: 4,
    chain: 4,
    sign: '.',
    pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]{0,16}\d)/g,
    valid: ipv4Valid,
    unless: /(?:version|release|v\.?|ver|section|chapter|clause)\s{0,2}$/i,
    reason: 'An IPv4 address',
  },
  {
    type: 'ip',
    digits: 0,
    sign: ':',
    mark: /:[0-9a-f]{0,4}:/i,
    pattern: /(?<![\w:.])[0-9a-f:]{2,39}:[0-9a-f:.]{0,30}(?![\w:])/gi,
    valid: (value) => /:.*:/.test(value) && /[0-9a-f]/i.test(value) && isIPv6(value),
    reason: 'An IPv6 address',
  },
  {
    type: 'ssn',
    digits: 9,
    run: 4,
    chain: 9,
    pattern: /(?<![\d-])\d{3}([ -])\d{2}\1\d{4}(?![\d-])/g,
    valid: ssnValid,
    reason: 'A US social security number',
  },
  {
    type: 'ssn',
    digits: 9,
    run: 9,
    pattern: /(?<![\d-])\d{9}(?![\d-])/g,
    valid: ssnValid,
    context: /\b(?:ssn|social security|social-security|sosec)\b/i,
    reason: 'A US social security number',
  },
  {
    type: 'national_id',
    digits: 6,
    chain: 6,
    pattern: /\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/g,
    reason: 'A UK National Insurance number',
  },
  {
    type: 'national_id',
    digits: 11,
    run: 3,
    chain: 11,
    pattern: /\b\d{3}\.\d{3}\.\d{3}-\d{2}\b/g,
    reason: 'A Brazilian CPF',
  },
  {
    type: 'national_id',
    digits: 7,
    word: 16,
    pattern: /\b[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]\b/gi,
    reason: 'An Italian codice fiscale',
  },
  {
    type: 'national_id',
    digits: 7,
    run: 6,
    word: 18,
    pattern: /\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d\b/g,
    reason: 'A Mexican CURP',
  },
  {
    type: 'national_id',
    digits: 7,
    run: 7,
    pattern: /\b(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]\b/g,
    valid: (value) => nifValid(value),
    reason: 'A Spanish NIF or NIE',
  },
  {
    type: 'national_id',
    digits: 7,
    run: 7,
    pattern: /\b[STFGM]\d{7}[A-Z]\b/g,
    context: idContext,
    reason: 'A Singapore NRIC',
  },
  {
    type: 'national_id',
    digits: 13,
    run: 7,
    pattern: /(?<!\d)\d{6}-[1-4]\d{6}(?!\d)/g,
    reason: 'A Korean resident registration number',
  },
  {
    type: 'national_id',
    digits: 17,
    run: 17,
    pattern: /(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX](?![\dA-Z])/gi,
    valid: (value) => chinaValid(value),
    reason: 'A Chinese resident identity number',
  },
  {
    type: 'passport',
    digits: 5,
    run: 5,
    pattern: /\b(?=[A-Z0-9]{0,12}\d{5})[A-Z]{0,3}\d{5,9}[A-Z]{0,1}\d{0,2}\b/g,
    context: /\b(?:passport|reisepass|pasaporte|passeport|passaporto|passaporte|paspoort|паспорт)/i,
    reason: 'A passport number, by the words beside it',
  },
  {
    type: 'driver_licence',
    digits: 4,
    run: 4,
    pattern: /\b(?=[A-Z0-9-]{0,22}\d{4})[A-Z0-9]{1,7}[A-Z0-9-]{4,16}\b/g,
    context:
      /\b(?:driver'?s?|driving)[ -]licen[cs]e|\b(?:führerschein|permis de conduire|licencia de conducir|dl (?:number|no))\b/i,
    reason: 'A driving licence number, by the words beside it',
  },
  {
    type: 'national_id',
    digits: 4,
    run: 4,
    pattern: /(?<![\w-])(?=[A-Z0-9 ./-]{0,26}\d{4})[A-Z]{0,5}\d[\d ./-]{4,18}\d[A-Z]{0,2}(?![\w-])/g,
    valid: (value) => digitsOf(value).length >= 7 && digitsOf(value).length <= 14,
    context: idContext,
    reason: 'A national number, by the words beside it',
  },
  {
    type: 'bank_account',
    digits: 6,
    chain: 6,
    pattern: /(?<![\w-])\d(?:[ -]?\d){5,17}(?![\w-])/g,
    valid: (value) => digitsOf(value).length >= 6,
    context:
      /\b(?:account (?:number|no|nr|#)|acct|bank account|routing|sort code|kontonummer|swift|bban|aba)\b/i,
    reason: 'A bank account number, by the words beside it',
  },
  {
    type: 'date_of_birth',
    digits: 6,
    run: 4,
    chain: 6,
    pattern: /\b(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2})\b/g,
    context: /\b(?:born|birth|dob|birthday|geboren|geburtsdatum|naissance|nacimiento|nascita|nascimento)\b/i,
    reason: 'A date of birth, by the words beside it',
  },
  {
    type: 'phone',
    digits: 7,
    chain: 7,
    pattern:
      /(?<=\\[nrt]|^|[^\w+.-])(?:\+|00)[1-9](?:[ .()/-]{0,2}\d){6,14}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?!\w)/gi,
    valid: phoneValid,
    reason: 'A telephone number in international form',
  },
  {
    type: 'phone',
    digits: 10,
    run: 4,
    chain: 7,
    pattern:
      /(?<=\\[nrt]|^|[^\w+.-])\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?!\w|-\d)/gi,
    valid: phoneValid,
    reason: 'A North American telephone number',
  },
  {
    type: 'phone',
    digits: 6,
    chain: 6,
    pattern:
      /(?<=\\[nrt]|^|[^\w+.-])\(?\d(?:[ .()/-]{0,2}\d){5,14}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?!\w)/gi,
    valid: phoneValid,
    context:
      /\b(?:phone|tel|telephone|mobile|cell|call|fax|whatsapp|sms|text me|contact|reach|number is|telefon\w{0,8}|handy(?:nummer)?|mobil\w{0,8}|rufnummer|teléfono|téléphone|portable|numero|dial|hotline|ring)\b|☎|电话|電話|전화/i,
    reason: 'A telephone number, by the words beside it',
  },
];

const nifLetters = 'TRWAGMYFPDXBNJZSQVHLCKE';
const nifValid = (value: string): boolean => {
  const compact = value.replace('-', '');
  const number = Number(compact.slice(0, -1).replace(/^X/, '0').replace(/^Y/, '1').replace(/^Z/, '2'));
  return nifLetters[number % 23] === compact.at(-1);
};

const chinaWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const chinaValid = (value: string): boolean => {
  const sum = chinaWeights.reduce((total, weight, n) => total + weight * Number(value[n]), 0);
  return '10X98765432'[sum % 11] === value[17]?.toUpperCase();
};
