// Structured personal data and secrets, made from a seed: valid checksums, the forms in which people of several
// countries write them, sentences of a GPU cluster's users. Written before its author read the patterns.

export interface BlindItem {
  family: Family;
  text: string;
  value: string;
}
export type Family = 'card' | 'email' | 'iban' | 'ip' | 'key' | 'phone' | 'ssn';

/** Small repeatable source of numbers (a linear congruence is enough for made-up digits). */
function source(seed: number) {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => {
    const found = list[below(list.length)];
    if (found === undefined) throw new Error('an empty list has nothing to pick');
    return found;
  };
  const of = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[below(alphabet.length)]).join('');
  return { below, pick, of, digits: (n: number) => of('0123456789', n) };
}
type Source = ReturnType<typeof source>;

function luhn(prefix: string, length: number, s: Source): string {
  const body = prefix + s.digits(length - 1 - prefix.length);
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    const digit = Number(body[body.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return body + String((10 - (sum % 10)) % 10);
}

function iban(country: string, bban: string): string {
  const letters = `${bban}${country}00`.replace(/[A-Z]/gu, (c) => String(c.charCodeAt(0) - 55));
  let rest = 0;
  for (const digit of letters) rest = (rest * 10 + Number(digit)) % 97;
  return `${country}${String(98 - rest).padStart(2, '0')}${bban}`;
}

const fours = (text: string, sep: string) => text.replace(/(.{4})(?=.)/gu, `$1${sep}`);
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const digit = '0123456789';
const base64 = `${upper}${lower}${digit}`;

const contexts: Record<Family, readonly string[]> = {
  card: [
    'Please charge my card @ for the extra GPU hours.',
    'Card number: @, expires 09/28.',
    'I paid with @ but got no receipt',
    '{"payment":{"pan":"@","cvc":"123"}}',
    'Meine Kreditkarte ist @, bitte stornieren.',
    '@',
  ],
  iban: [
    'Transfer the refund to @, thanks.',
    'IBAN: @',
    'Bitte überweisen Sie auf das Konto @ bis Freitag.',
    'account=@;currency=EUR',
    'name,iban\nJana,@',
    '@',
  ],
  ssn: [
    'My social security number is @.',
    'SSN: @',
    'employee ssn=@ start=2026-01-05',
    'Her SSN (@) was in the log, please remove it.',
    '{"name":"Joe","ssn":"@"}',
    'Taxpayer @ asked for a new form W-2.',
  ],
  phone: [
    'Call me at @ when the job is done.',
    'Tel. @',
    'My mobile number is @, text me.',
    'Sie erreichen mich telefonisch unter @.',
    'phone: @, room 12',
    'WhatsApp me on @ please',
  ],
  email: [
    'Write to @ for access.',
    'From: Ana <@>',
    'notify=@',
    'Meine Adresse ist @.',
    'users:\n  - @\n  - admin',
    '(@)',
  ],
  ip: [
    'The login came from @ at night.',
    'client=@ status=200',
    'Block @, please.',
    'ssh root@@@',
    'X-Forwarded-For: @, proxy',
    'Ping to @ fails',
  ],
  key: [
    'My key is @, why does the call fail?',
    'export API_KEY=@',
    'Authorization: Bearer @',
    '{"token":"@"}',
    'client = Client("@")',
    'It works with @ here',
  ],
};

const makers: Record<Family, readonly ((s: Source) => string)[]> = {
  card: [
    (s) => luhn('4', 16, s),
    (s) => fours(luhn('4', 16, s), ' '),
    (s) => fours(luhn(s.pick(['51', '52', '53', '54', '55']), 16, s), '-'),
    (s) => fours(luhn('22' + String(30 + s.below(40)), 16, s), ' '),
    (s) => luhn(s.pick(['34', '37']), 15, s).replace(/^(.{4})(.{6})/u, '$1 $2 '),
    (s) => luhn(s.pick(['34', '37']), 15, s),
    (s) => luhn('6011', 16, s),
    (s) => fours(luhn('3528', 16, s), ' '),
    (s) => luhn('36', 14, s),
    (s) => luhn('62', 16, s),
  ],
  iban: [
    (s) => iban('DE', s.digits(18)),
    (s) => fours(iban('DE', s.digits(18)), ' '),
    (s) => fours(iban('GB', s.of(upper, 4) + s.digits(14)), ' '),
    (s) => iban('FR', s.digits(10) + s.of(upper + digit, 11) + s.digits(2)),
    (s) => fours(iban('NL', s.of(upper, 4) + s.digits(10)), ' '),
    (s) => iban('ES', s.digits(20)),
    (s) => fours(iban('IT', s.of(upper, 1) + s.digits(22)), ' '),
    (s) => iban('AT', s.digits(16)).toLowerCase(),
    (s) => fours(iban('CH', s.digits(17)), '-'),
    (s) => fours(iban('NO', s.digits(11)), ' '),
    (s) => iban('PL', s.digits(24)),
    (s) => fours(iban('SE', s.digits(20)), ' '),
  ],
  ssn: [
    (s) => `${String(100 + s.below(560))}-${String(10 + s.below(89))}-${String(1000 + s.below(8999))}`,
    (s) => `${String(670 + s.below(200))}-0${String(1 + s.below(8))}-${String(1000 + s.below(8999))}`,
    (s) => `${String(100 + s.below(560))} ${String(10 + s.below(89))} ${String(1000 + s.below(8999))}`,
    (s) => `${String(100 + s.below(560))}${String(10 + s.below(89))}${String(1000 + s.below(8999))}`,
    (s) => `0${String(10 + s.below(80))}-${String(10 + s.below(89))}-0${String(100 + s.below(899))}`,
  ],
  phone: [
    (s) => `+49 30 ${s.pick(['2', '5', '8'])}${s.digits(6)}`,
    (s) => `+1 (${s.pick(['212', '415', '646'])}) 555-${String(2000 + s.below(7000))}`,
    (s) => `${s.pick(['312', '408', '503'])}-555-0${s.digits(3)}`,
    (s) => `(${s.pick(['312', '408', '503'])}) 555-0${s.digits(3)}`,
    (s) => `+44 20 7${s.digits(3)} ${s.digits(4)}`,
    (s) => `07${s.digits(3)} ${s.digits(6)}`,
    (s) => `0171 ${s.pick(['2', '4', '7'])}${s.digits(6)}`,
    (s) => `+33 6 ${s.digits(2)} ${s.digits(2)} ${s.digits(2)} ${s.digits(2)}`,
    (s) => `+81-3-${String(3000 + s.below(6000))}-${s.digits(4)}`,
    (s) => `+4915${s.digits(9)}`,
    (s) => `0049 89 ${s.pick(['2', '5'])}${s.digits(5)}`,
    (s) => `+91 9${s.digits(4)} ${s.digits(5)}`,
    (s) => `+34 6${s.digits(2)} ${s.digits(3)} ${s.digits(3)}`,
    (s) => `${s.pick(['312', '408', '503'])}.555.0${s.digits(3)}`,
  ],
  email: [
    (s) => `${s.of(lower, 5)}.${s.of(lower, 7)}@example.com`,
    (s) => `${s.of(lower, 4)}+gpu@mail.example.org`,
    (s) => `${s.of(lower, 3)}_${s.digits(2)}@uni-${s.of(lower, 5)}.de`,
    (s) => `${s.of(upper, 1)}${s.of(lower, 5)}@${s.of(lower, 6)}.co.uk`,
    (s) => `${s.of(lower, 6)}@sub.dept.${s.of(lower, 6)}.edu`,
    (s) => `${s.of(lower, 2)}-${s.of(lower, 4)}@${s.of(lower, 4)}.museum`,
    (s) => `o'${s.of(lower, 5)}@${s.of(lower, 5)}.ie`,
    (s) => `jürgen.${s.of(lower, 5)}@${s.of(lower, 5)}.de`,
    (s) => `${s.of(lower, 5)}@${s.of(lower, 2)}${s.digits(2)}.io`,
  ],
  ip: [
    (s) => `203.0.113.${String(1 + s.below(253))}`,
    (s) => `10.${String(s.below(255))}.${String(s.below(255))}.${String(1 + s.below(253))}`,
    (s) => `192.168.${String(s.below(255))}.${String(1 + s.below(253))}`,
    (s) =>
      `${String(20 + s.below(80))}.${String(s.below(255))}.${String(s.below(255))}.${String(1 + s.below(253))}`,
    (s) => `2001:db8:${s.of('123456789abcdef', 4)}::${s.of('123456789abcdef', 2)}`,
    (s) => `fe80::${s.of('123456789abcdef', 4)}:${s.of('123456789abcdef', 4)}`,
    (s) => Array.from({ length: 8 }, () => s.of('123456789abcdef', 4)).join(':'),
  ],
  key: [
    (s) => `AKIA${s.of(`${upper}234567`, 16)}`,
    (s) => `ghp_${s.of(base64, 36)}`,
    (s) => `github_pat_${s.of(base64, 22)}_${s.of(base64, 59)}`,
    (s) => `xoxb-${s.digits(12)}-${s.digits(12)}-${s.of(base64, 24)}`,
    (s) => `sk_live_${s.of(base64, 24)}`,
    (s) => `sk-proj-${s.of(base64, 48)}`,
    (s) => `sk-ant-api03-${s.of(base64, 80)}`,
    (s) => `hf_${s.of(base64, 34)}`,
    (s) => `AIza${s.of(base64, 35)}`,
    (s) => `glpat-${s.of(base64, 20)}`,
    (s) => `eyJ${s.of(base64, 20)}.eyJ${s.of(base64, 40)}.${s.of(base64, 43)}`,
    (s) => `npm_${s.of(base64, 36)}`,
    (s) => `hvs.${s.of(base64, 24)}`,
    (s) => `nvapi-${s.of(base64, 64)}`,
    (s) => `SG.${s.of(base64, 22)}.${s.of(base64, 43)}`,
    (s) =>
      `-----BEGIN RSA PRIVATE KEY-----\n${s.of(base64, 64)}\n${s.of(base64, 64)}\n-----END RSA PRIVATE KEY-----`,
  ],
};

/** Sixty of each family: forms and sentences turn at different speeds, so that most pairs occur. */
export function blindItems(): BlindItem[] {
  const s = source(20261125);
  const items: BlindItem[] = [];
  for (const family of ['card', 'email', 'iban', 'ip', 'key', 'phone', 'ssn'] as const) {
    for (let i = 0; i < 60; i++) {
      const maker = makers[family][i % makers[family].length];
      const context = contexts[family][(i + Math.floor(i / makers[family].length)) % contexts[family].length];
      if (maker === undefined || context === undefined) throw new Error(`nothing to write for ${family}`);
      const value = maker(s);
      const at = context.lastIndexOf('@@@') < 0 ? context.indexOf('@') : context.indexOf('@@@') + 1;
      const end = context.includes('@@@') ? at + 2 : at + 1;
      items.push({ family, value, text: context.slice(0, at) + value + context.slice(end) });
    }
  }
  return items;
}
