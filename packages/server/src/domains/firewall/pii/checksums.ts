/** Digits of a value, whatever parts them. */
export const digitsOf = (value: string): string => value.replace(/\D/g, '');

/** Luhn's check over a number's digits, as cards have it. */
export const luhn = (value: string): boolean => {
  const digits = digitsOf(value);
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

/** The length of a country's IBAN, by its registry: what follows one in a sentence is not taken for its end. */
const ibanLengths: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK|FI|FK|FO|GL|NL|SD',
  19: 'MK|SI',
  20: 'AT|BA|EE|KZ|LT|LU|MN|XK',
  21: 'CH|CR|HR|LI|LV',
  22: 'BG|BH|DE|GB|GE|IE|ME|RS',
  23: 'AE|GI|IL|IQ|OM|SO|TL',
  24: 'AD|CZ|ES|MD|PK|RO|SA|SE|SK|TN|VG',
  25: 'LY|PT|ST',
  26: 'IS|TR',
  27: 'BI|DJ|FR|GR|IT|MC|MR|SM',
  28: 'AL|AZ|BY|CY|DO|GT|HU|LB|NI|PL|SV',
  29: 'BR|EG|PS|QA|UA',
  30: 'JO|KW|MU|YE',
  31: 'MT|SC',
  32: 'LC',
  33: 'RU',
};

/** An IBAN of any country, its characters together or in groups. */
export const ibanPattern = (): RegExp =>
  new RegExp(
    `\\b(?=[A-Z]{2}\\d{2})(?:${Object.entries(ibanLengths)
      .map(([length, countries]) => `(?:${countries})\\d{2}(?:[ -]?[A-Z0-9]){${String(Number(length) - 4)}}`)
      .join('|')})\\b`,
    'gi',
  );

/** ISO 13616: rearranged and read in base 36, an IBAN is 1 modulo 97. */
export const ibanValid = (value: string): boolean => {
  const compact = value.replace(/[\s-]/g, '').toUpperCase();
  // Words in a row are no account, whatever they come to.
  if (digitsOf(compact).length < 8) return false;
  let rest = 0;
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const part = /\d/.test(char) ? char : String(char.charCodeAt(0) - 55);
    for (const digit of part) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
};

/** Card numbers of the known networks: length by prefix, and Luhn. */
export const cardValid = (value: string): boolean => {
  const digits = digitsOf(value);
  if (digits.length < 12 || digits.length > 19 || /^(\d)\1+$/.test(digits)) return false;
  const prefix =
    /^(?:4\d{12}(?:\d{3}){0,2}$|5[1-5]|2(?:2[2-9]|[3-6]\d|7[01]|720)|3[47]|3(?:0[0-59]|[689])|6(?:011|4[4-9]|5|2)|35(?:2[89]|[3-8]\d)|5018|5020|5038|5[678]|6304|6759|676[1-3]|60|1800|2131|8[16]|9792|220[0-4])/;
  return prefix.test(digits) && luhn(digits);
};

/** US social security numbers that can have been given out. */
export const ssnValid = (value: string): boolean => {
  const digits = digitsOf(value);
  const area = digits.slice(0, 3);
  return (
    digits.length === 9 &&
    area !== '000' &&
    area !== '666' &&
    area < '900' &&
    digits.slice(3, 5) !== '00' &&
    digits.slice(5) !== '0000'
  );
};

export const ipv4Valid = (value: string): boolean => value.split('.').every((part) => Number(part) <= 255);

/** 7 to 15 digits, not all the same, no date, and no counters, whose groups all begin with zeros. */
export const phoneValid = (value: string): boolean => {
  const digits = digitsOf(value);
  return (
    digits.length >= 7 &&
    digits.length <= 15 &&
    !/^(\d)\1+$/.test(digits) &&
    !/^00\d+(?:[ .-]00\d+)+$/.test(value) &&
    !/^(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])$/.test(value) &&
    !/^(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)?\d\d$/.test(value)
  );
};
