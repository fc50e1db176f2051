import { describe, expect, it } from 'vitest';
import { findPii } from '../pii/find-pii.ts';
import { piiForms } from '../pii/forms.ts';
import { surveyOf } from '../text/survey.ts';
import { findSecrets, secretForms } from './secrets.ts';

const letters = (length: number): string => 'aB3dE5gH7jK9mN2pQ4sT6vW8xY0zC1fR'.repeat(6).slice(0, length);
const upper = (length: number): string => letters(length).toUpperCase();
const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length);

/** The least that each form may have, and each of its beginnings. */
const secrets: Readonly<Record<string, readonly string[]>> = {
  aws_access_key: ['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((begin) => `${begin}${upper(16)}`),
  github_token: [
    ...['p', 'o', 'u', 's', 'r'].map((kind) => `gh${kind}_${letters(36)}`),
    `github_pat_${letters(50)}`,
  ],
  gitlab_token: [`glpat-${letters(20)}`],
  slack_token: ['a', 'b', 'e', 'o', 'p', 'r', 's'].map((kind) => `xox${kind}-${letters(10)}`),
  slack_webhook: [`hooks.slack.com/services/${letters(20)}`],
  openai_key: ['', 'proj-', 'svcacct-', 'admin-', 'ant-api03-', 'or-v1-'].map(
    (kind) => `sk-${kind}${letters(20)}`,
  ),
  google_api_key: [`AIza${letters(35)}`],
  google_oauth: [`ya29.${letters(20)}`],
  stripe_key: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'].map((begin) => `${begin}${letters(16)}`),
  huggingface_token: [`hf_${letters(30)}`],
  nvidia_key: [`nvapi-${letters(60)}`],
  replicate_token: [`r8_${letters(37)}`],
  groq_key: [`gsk_${letters(48)}`],
  xai_key: [`xai-${letters(60)}`],
  docker_token: ['pat', 'oat'].map((kind) => `dckr_${kind}_${letters(20)}`),
  shopify_token: ['at', 'ss', 'ca', 'pa'].map((kind) => `shp${kind}_${hex(32)}`),
  age_key: [`AGE-SECRET-KEY-1${upper(58)}`],
  npm_token: [`npm_${letters(36)}`],
  pypi_token: [`pypi-${letters(50)}`],
  vault_token: ['hvs.', 'hvb.', 'hvr.'].map((begin) => `${begin}${letters(24)}`),
  sendgrid_key: [`SG.${letters(16)}.${letters(32)}`],
  twilio_key: [`SK${hex(32)}`],
  telegram_token: [`12345678:AA${letters(33)}`],
  digitalocean_token: ['dop_v1_', 'doo_v1_', 'dor_v1_'].map((begin) => `${begin}${hex(64)}`),
  gpushield_key: ['gp_', 'gps_', 'gpk_', 'gpsk_'].map((begin) => `${begin}${letters(32)}`),
  azure_account_key: [`AccountKey=${letters(86)}==`],
  jwt: [`eyJ${letters(10)}.eyJ${letters(10)}.${letters(10)}`],
  private_key: [
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN PGP PRIVATE KEY BLOCK-----',
  ],
  connection_string: ['postgres', 'postgresql', 'mysql', 'mongodb+srv', 'redis', 'amqps', 'https'].map(
    (scheme) => `${scheme}://user:pass@host`,
  ),
};

/** Matches with as few digits as their patterns allow. */
const personal: Readonly<Record<string, readonly string[]>> = {
  email: ['a@b.cd', 'ann@example.org'],
  iban: ['DE89 3704 0044 0532 0130 00', 'MT84MALT011000012345MTLCAST001S', 'GB33BUKB20201555555555', 'AB12CDEFGH1'],
  card: ['123456789012', '4111 1111 1111 1111'],
  crypto_wallet: [`0x${'a'.repeat(40)}`, `bc1${'q'.repeat(25)}`, `1${'A'.repeat(25)}`],
  mac_address: ['AA:BB:CC:DD:EE:FF', 'AA-BB-CC-DD-EE-FF'],
  ip: ['1.2.3.4', '::1', 'fe80::abcd', 'a:b:c:d:e:f:a:b'],
  ssn: ['078-05-1120', '078051120'],
  national_id: [
    'AB123456C', '111.444.777-35', 'RSSMRA85T10A562S', 'GOMC960212HDFRRL03', '12345678Z', 'X1234567L', 'S1234567D',
    '900101-1234567', '11010519491231002X', 'A1234-5678', '1 2 3 4567',
  ],
  passport: ['12345', 'A12345'],
  driver_licence: ['A1234-ABCD', 'ABCDE1234'],
  bank_account: ['123456', '1-2-3-4-5-6'],
  date_of_birth: ['1/2/1990', '1990-01-02'],
  phone: ['+1234567', '00 1 23 45 67', '555 123 4567', '123456'],
}; // prettier-ignore

const digitsIn = (text: string): number => text.replace(/\D/g, '').length;

describe('what spares a text a pattern', () => {
  it('stands in every credential: none is passed over for it', () => {
    expect(Object.keys(secrets).toSorted()).toEqual(secretForms.map(({ type }) => type).toSorted());
    for (const { type, marks, pattern } of secretForms) {
      for (const text of secrets[type] ?? []) {
        expect([...text.matchAll(pattern)], `${type}: ${text}`).toHaveLength(1);
        expect(
          marks.some((mark) => text.includes(mark)),
          `${type}: ${text}`,
        ).toBe(true);
        expect(findSecrets(`it is ${text} so`).map((hit) => hit.type)).toContain(type);
      }
    }
    expect(findSecrets('password = hunter2-Kq7x-41tern').map(({ type }) => type)).toEqual([
      'assigned_secret',
    ]);
    expect(findSecrets('api_key: hunter2-Kq7x-41tern').map(({ type }) => type)).toEqual(['assigned_secret']);
  });

  it('holds for every form of personal data', () => {
    for (const form of piiForms) {
      const matched = Object.values(personal)
        .flat()
        .flatMap((text) => [...text.matchAll(form.pattern)].map(([match]) => match));
      expect(matched.length, `${form.type}: ${form.reason}`).toBeGreaterThan(0);
      for (const match of matched) {
        expect(digitsIn(match), `${form.type}: ${match}`).toBeGreaterThanOrEqual(form.digits);
        if (form.sign !== undefined) expect(match).toContain(form.sign);
        const { digitRun, digitChain, wordRun } = surveyOf(match);
        expect(digitRun, match).toBeGreaterThanOrEqual(form.run ?? 0);
        expect(digitChain, match).toBeGreaterThanOrEqual(form.chain ?? 0);
        expect(wordRun, match).toBeGreaterThanOrEqual(form.word ?? 0);
      }
    }
  });
});

const found = (text: string): readonly string[] =>
  findPii(text).map(({ type, start, end }) => `${type}:${text.slice(start, end)}`);

describe('the forms of personal data', () => {
  it('look no further than their own length: nothing repeats without a bound', () => {
    for (const { pattern, reason } of piiForms) {
      const bare = pattern.source.replace(/\[(?:\\.|[^\]])*\]|\\./g, 'C');
      expect(bare, reason).not.toMatch(/[*+]/);
    }
  });

  it('finds addresses with letters of any script and apostrophes, and no place of a repository', () => {
    expect(found("write to o'neil@example.ie now")).toEqual(["email:o'neil@example.ie"]);
    expect(found('jürgen.groß@bücher.example')).toEqual(['email:jürgen.groß@bücher.example']);
    expect(found('Mail: иван@почта.рф')).toEqual(['email:иван@почта.рф']);
    expect(found('git clone git@github.com:acme/tool.git')).toEqual([]);
    expect(found('to ann@example.org: call me')).toEqual(['email:ann@example.org']);
  });

  it('finds each address of a long text, next to one another or far apart', () => {
    const filler = 'words and more words '.repeat(120);
    const longest = `${'a'.repeat(64)}@${`${'b'.repeat(63)}.`.repeat(6)}example`;
    const texts = ['x@y.example', longest, 'a@b.example,c@d.example', 'no@address', 'z@w.example'];
    expect(found(texts.join(` ${filler}`))).toEqual(
      ['x@y.example', longest, 'a@b.example', 'c@d.example', 'z@w.example'].map((value) => `email:${value}`),
    );
    expect(found(`${'a'.repeat(65)}@b.example`)).toEqual([]);
  });

  it('finds an account of each length, and not the word that follows it', () => {
    for (const iban of ['FR1420041010050500013M02606', 'AT61 1904 3002 3457 3201', 'NO93 8601 1117 947'])
      expect(found(`pay ${iban} from Monday`), iban).toEqual([`iban:${iban}`]);
    expect(found('pay FR1420041010050500013M02607')).toEqual([]);
  });

  it('finds a telephone by the words beside it, and takes no counters for one', () => {
    expect(found('telefonisch unter 0171 7112154')).toEqual(['phone:0171 7112154']);
    expect(found('call (202)  456-1414')).toEqual(['phone:(202)  456-1414']);
    expect(found('Batch 0042-0043-0044 of 2026')).toEqual([]);
    expect(found('0049 89 591913')).toEqual(['phone:0049 89 591913']);
  });
});
