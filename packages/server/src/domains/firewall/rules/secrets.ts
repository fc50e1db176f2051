import type { Hit } from '../hit.ts';
import { surveyOf } from '../text/survey.ts';

interface SecretForm {
  readonly type: string;
  /** One of these stands in each text that the pattern finds: looking for them costs a hundredth of the pattern. */
  readonly marks: readonly string[];
  readonly pattern: RegExp;
}

/** Forms of credentials, each begun by a fixed text, so that scanning stays linear. */
export const secretForms: readonly SecretForm[] = [
  {
    type: 'aws_access_key',
    marks: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  },
  {
    type: 'github_token',
    marks: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})/g,
  },
  { type: 'gitlab_token', marks: ['glpat-'], pattern: /\bglpat-[A-Za-z0-9_-]{20,64}/g },
  { type: 'slack_token', marks: ['xox'], pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g },
  {
    type: 'slack_webhook',
    marks: ['hooks.slack.com'],
    pattern: /\bhooks\.slack\.com\/services\/[A-Za-z0-9/]{20,100}/g,
  },
  {
    type: 'openai_key',
    marks: ['sk-'],
    pattern: /\bsk-(?:proj-|svcacct-|admin-|ant-[a-z0-9]{2,8}-|or-v1-)?[A-Za-z0-9_-]{20,250}/g,
  },
  { type: 'google_api_key', marks: ['AIza'], pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { type: 'google_oauth', marks: ['ya29.'], pattern: /\bya29\.[A-Za-z0-9_-]{20,500}/g },
  {
    type: 'stripe_key',
    marks: ['k_live_', 'k_test_'],
    pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,247}/g,
  },
  { type: 'huggingface_token', marks: ['hf_'], pattern: /\bhf_[A-Za-z0-9]{30,60}\b/g },
  { type: 'nvidia_key', marks: ['nvapi-'], pattern: /\bnvapi-[A-Za-z0-9_-]{60,120}/g },
  { type: 'replicate_token', marks: ['r8_'], pattern: /\br8_[A-Za-z0-9]{37}\b/g },
  { type: 'groq_key', marks: ['gsk_'], pattern: /\bgsk_[A-Za-z0-9]{48,64}\b/g },
  { type: 'xai_key', marks: ['xai-'], pattern: /\bxai-[A-Za-z0-9]{60,120}\b/g },
  { type: 'docker_token', marks: ['dckr_'], pattern: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,80}/g },
  {
    type: 'shopify_token',
    marks: ['shpat_', 'shpss_', 'shpca_', 'shppa_'],
    pattern: /\bshp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}\b/g,
  },
  { type: 'age_key', marks: ['AGE-SECRET-KEY-1'], pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g },
  { type: 'npm_token', marks: ['npm_'], pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { type: 'pypi_token', marks: ['pypi-'], pattern: /\bpypi-[A-Za-z0-9_-]{50,250}/g },
  { type: 'vault_token', marks: ['hvs.', 'hvb.', 'hvr.'], pattern: /\bhv[sbr]\.[A-Za-z0-9_-]{24,250}/g },
  { type: 'sendgrid_key', marks: ['SG.'], pattern: /\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/g },
  { type: 'twilio_key', marks: ['SK'], pattern: /\bSK[0-9a-f]{32}\b/g },
  { type: 'telegram_token', marks: [':AA'], pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g },
  { type: 'digitalocean_token', marks: ['_v1_'], pattern: /\bdo[opr]_v1_[0-9a-f]{64}\b/g },
  {
    type: 'gpushield_key',
    marks: ['gps_', 'gpk_', 'gp_', 'gpsk_'],
    pattern: /\bgps?k?_[A-Za-z0-9_-]{32,120}\b/g,
  },
  { type: 'azure_account_key', marks: ['AccountKey='], pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/g },
  {
    type: 'jwt',
    marks: ['eyJ'],
    pattern: /\beyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,2000}/g,
  },
  {
    type: 'private_key',
    marks: ['PRIVATE KEY'],
    pattern: /-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s:,-]{0,8000}/g,
  },
  {
    type: 'connection_string',
    marks: ['://'],
    pattern:
      /\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|rediss|amqps?|ftp|https?):\/\/[^\s:/@'"<>]{1,64}:[^\s:/@'"<>]{3,128}@[^\s'"<>]{3,200}/g,
  },
];

/** A word that names a credential, then its value. */
const assigned =
  /\b(?:password|passwd|pwd|secret|api[_-]?key|apikey|access[_-]?key|secret[_-]?key|auth[_-]?token|client[_-]?secret|private[_-]?key)["']?\s{0,3}(?:=|:|=>)\s{0,3}["']?([^\s"',;<>{}()[\]]{8,200})/gi;
const placeholder =
  /^(?:\*+|x{4,}|\.{3,}|<|\$\{?|%|your|my|the|example|changeme|password|secret|none|null|undefined|true|false|process\.env|os\.|env|config|string|required|placeholder)/i;
/** Bits a character: words of a language have some 2 to 3 at this length. */
const leastEntropy = 2.75;

const entropyOf = (text: string): number => {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
};

const looksRandom = (value: string): boolean =>
  entropyOf(value) >= leastEntropy && /\d/.test(value) && /[A-Za-z]/.test(value) && !placeholder.test(value);

/** Credentials by their form, and values that are assigned to a word for one and look random. */
export const findSecrets = (text: string, survey = surveyOf(text)): readonly Hit[] => {
  const hits: Hit[] = [];
  for (const { type, marks, pattern } of secretForms) {
    if (!marks.some((mark) => survey.mayHold(mark) && text.includes(mark))) continue;
    for (const match of text.matchAll(pattern)) {
      hits.push({
        kind: 'secret',
        type,
        score: 1,
        start: match.index,
        end: match.index + match[0].length,
        reason: `It has the form of a ${type.replaceAll('_', ' ')}`,
      });
    }
  }
  if (!text.includes('=') && !text.includes(':')) return hits;
  for (const match of text.matchAll(assigned)) {
    const value = match[1] ?? '';
    const start = match.index + match[0].length - value.length;
    if (looksRandom(value) && !hits.some((hit) => hit.start <= start && hit.end >= start + value.length)) {
      hits.push({
        kind: 'secret',
        type: 'assigned_secret',
        score: 0.8,
        start,
        end: start + value.length,
        reason: 'A random value is assigned to the name of a credential',
      });
    }
  }
  return hits;
};
