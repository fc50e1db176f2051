import { createRandom } from '../../tools/firewall/grammar.ts';

type Made = (random: () => number) => string;

const digits = (random: () => number, count: number): string =>
  Array.from({ length: count }, () => String(Math.floor(random() * 10))).join('');
const one = (random: () => number, choices: readonly string[]): string =>
  choices[Math.floor(random() * choices.length)] ?? '';

const luhnDigit = (body: string): string => {
  let sum = 0;
  for (let i = 0; i < body.length; i += 1) {
    const digit = Number(body[body.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
};

const card: Made = (random) => {
  const body = one(random, ['4', '51', '55', '2223', '6011', '65', '35']);
  const whole = `${body}${digits(random, 15 - body.length)}`;
  const number = `${whole}${luhnDigit(whole)}`;
  const part = one(random, ['', ' ', '-']);
  return number.replace(/(\d{4})(?=\d)/g, `$1${part}`);
};

const iban: Made = (random) => {
  const [country = 'DE', length = '18'] = one(random, [
    'DE 18',
    'FR 23',
    'GB 18',
    'ES 20',
    'NL 14',
    'AT 16',
    'IT 23',
  ]).split(' ');
  const letters = country === 'GB' || country === 'NL' ? 'ABNA' : '';
  const check = country === 'IT' ? 'X' : '';
  const body = `${check}${letters}${digits(random, Number(length) - letters.length - check.length)}`;
  let rest = 0n;
  for (const char of `${body}${country}00`)
    rest = /\d/.test(char) ? rest * 10n + BigInt(char) : rest * 100n + BigInt(char.charCodeAt(0) - 55);
  const compact = `${country}${String(98n - (rest % 97n)).padStart(2, '0')}${body}`;
  return random() < 0.5 ? compact : compact.replace(/(.{4})(?=.)/g, '$1 ');
};

const phone: Made = (random) =>
  one(random, [
    `+1 ${String(200 + Math.floor(random() * 700))} ${digits(random, 3)} ${digits(random, 4)}`,
    `(${String(200 + Math.floor(random() * 700))}) 555-${digits(random, 4)}`,
    `${String(200 + Math.floor(random() * 700))}-555-${digits(random, 4)}`,
    `+49 30 ${digits(random, 8)}`,
    `+44 20 7${digits(random, 3)} ${digits(random, 4)}`,
    `+33 6 ${digits(random, 2)} ${digits(random, 2)} ${digits(random, 2)} ${digits(random, 2)}`,
  ]);

const email: Made = (random) =>
  `${one(random, ['jane', 'max.mustermann', 'a_b', 'info+news', 'ops-team'])}${digits(random, 2)}@${one(random, ['example.com', 'mail.example.org', 'firma.example.de', 'uni.example.ac.uk'])}`;
const ssn: Made = (random) =>
  `${String(100 + Math.floor(random() * 500))}-${String(10 + Math.floor(random() * 89))}-${String(1000 + Math.floor(random() * 8999))}`;
const ip: Made = (random) =>
  random() < 0.7
    ? Array.from({ length: 4 }, () => String(1 + Math.floor(random() * 254))).join('.')
    : `2001:db8::${Math.floor(random() * 65535).toString(16)}:${Math.floor(random() * 65535).toString(16)}`;

/** Structured kinds: slots of the templates, and the type that has to be found. */
export const makers: Readonly<Record<string, { readonly type: string; readonly make: Made }>> = {
  credit_card_number: { type: 'card', make: card },
  iban: { type: 'iban', make: iban },
  phone_number: { type: 'phone', make: phone },
  email: { type: 'email', make: email },
  email_address: { type: 'email', make: email },
  ssn: { type: 'ssn', make: ssn },
  us_ssn: { type: 'ssn', make: ssn },
  ip_address: { type: 'ip', make: ip },
};

const others: Readonly<Record<string, string>> = {
  person: 'Maria Lopez',
  address: '12 High Street, Leeds',
  country: 'Portugal',
  city: 'Lyon',
  organization: 'Acme',
  first_name: 'Tom',
  last_name: 'Weber',
  name: 'Ana Silva',
  prefix: 'Dr.',
  date_time: 'next Friday',
  age: '42',
  url: 'https://example.org',
  zipcode: '90210',
  job: 'nurse',
};

export interface FilledTemplate {
  readonly text: string;
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

/** Fills the slots of a template; undefined where it holds no structured kind. */
export const fill = (template: string, seed: number): FilledTemplate => {
  const random = createRandom(seed);
  const spans: { type: string; start: number; end: number }[] = [];
  let text = '';
  let at = 0;
  for (const match of template.matchAll(/\{\{(\w+)\}\}/g)) {
    const slot = match[1] ?? '';
    text += template.slice(at, match.index);
    at = match.index + match[0].length;
    const maker = makers[slot];
    const value = maker?.make(random) ?? others[slot] ?? others[slot.replace(/_.*$/, '')] ?? 'Sam';
    if (maker !== undefined)
      spans.push({ type: maker.type, start: text.length, end: text.length + value.length });
    text += value;
  }
  return { text: text + template.slice(at), spans };
};
