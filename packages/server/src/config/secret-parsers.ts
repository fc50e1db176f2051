import { createSecret, type Secret } from '../platform/secrets/index.ts';
import { accepted, refused, type Parser } from './parsed.ts';
import { parseJson } from './parsers.ts';

/** NIST SP 800-131A asks for 112 bits at least; 32 bytes of text also cover hex and base64 spellings of 128 and more. */
const secretMinBytes = 32;

/** Longer is a mistake, such as a whole file. */
const secretMaxBytes = 4096;

/** Values that the systems' own documents print: everyone knows them. */
const placeholders = [
  'change-me-256-bit',
  'your-secret-key-here',
  'your-oauth-secret',
  'secret-1',
  'secret-2',
  'changeme',
  'change-me',
];

/** Our own examples: words in parentheses, or a shell command that nothing expanded. */
const unfilled = /^"?\$?\(.*\)"?$/s;

const isPlaceholder = (text: string): boolean =>
  placeholders.includes(text.trim().toLowerCase()) || unfilled.test(text.trim());

const secretProblem = (text: string): string | undefined => {
  if (isPlaceholder(text)) return 'is the placeholder of the documentation, which everyone knows';
  const bytes = Buffer.byteLength(text);
  if (bytes < secretMinBytes) {
    return `must have at least ${String(secretMinBytes)} bytes; make one with: openssl rand -base64 48`;
  }
  if (bytes > secretMaxBytes) return `must have at most ${String(secretMaxBytes)} bytes`;
  return undefined;
};

/** A signing or sealing secret of full strength. */
export const strongSecret: Parser<Secret> = (text) => {
  const problem = secretProblem(text);
  return problem === undefined ? accepted(createSecret(text)) : refused(problem);
};

/** A credential that somebody else issued: only its form is checked. */
export const issuedSecret: Parser<Secret> = (text) =>
  /^[\x21-\x7e]{8,4096}$/.test(text) && !isPlaceholder(text)
    ? accepted(createSecret(text))
    : refused('must be 8 to 4096 printable characters without spaces, and not a placeholder');

const passwordMinLength = 12;
const passwordMaxLength = 1024;

/** A person's password; long enough to stand alone, short enough that hashing it costs what it should. */
export const password: Parser<Secret> = (text) => {
  if (isPlaceholder(text)) return refused('is the placeholder of the documentation, which everyone knows');
  return text.length >= passwordMinLength && text.length <= passwordMaxLength
    ? accepted(createSecret(text))
    : refused(`must have ${String(passwordMinLength)} to ${String(passwordMaxLength)} characters`);
};

/** A PostgreSQL URL; the spellings of SQLAlchemy and of libpq mean the same server. */
export const postgresUrl: Parser<Secret> = (text) => {
  const scheme = /^([a-z0-9+]+):/i.exec(text.trim())?.[1]?.toLowerCase() ?? '';
  if (scheme.startsWith('sqlite')) {
    return refused('names SQLite: unset it for the embedded PostgreSQL, or give postgresql://…');
  }
  if (!['postgres', 'postgresql', 'postgresql+asyncpg'].includes(scheme)) {
    return refused('must start with postgresql:// (postgres:// and postgresql+asyncpg:// mean the same)');
  }
  const url = URL.parse(text.trim().replace(/^[^:]+:/, 'postgresql:'));
  if (url === null || !text.includes('://'))
    return refused('must be a URL: user, password, host, port, database');
  // Without a host, the URL speaks of a Unix socket, whose folder the query then names.
  if (url.hostname === '' && !url.searchParams.has('host')) return refused('names no host');
  if (url.pathname.length < 2) return refused('names no database');
  if (isPlaceholder(url.password))
    return refused('holds the password of the documentation, which everyone knows');
  return accepted(createSecret(url.href));
};

/** A Redis URL, which may hold a password. */
export const redisUrl: Parser<Secret> = (text) => {
  const url = URL.parse(text.trim());
  return url !== null && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== ''
    ? accepted(createSecret(url.href))
    : refused('must be a URL that starts with redis:// or rediss:// and names a host');
};

/** Agents that the environment may name; a larger fleet registers its agents through the API. */
const agentsMax = 1000;
const agentId = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Agents that are out there already have the secrets that they have (seed 4 shows `secret-1`): weak ones are warned of. */
const agentSecretMinBytes = 8;

/** Whether a secret that is accepted is still one that an attacker would try, or could guess. */
export const isWeakSecret = (secret: Secret): boolean => secretProblem(secret.reveal()) !== undefined;

/** SysScore's agents: a JSON object from agent id to that agent's HMAC secret. */
export const agentKeys: Parser<Readonly<Record<string, Secret>>> = (text) => {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('must be a JSON object from agent id to secret');
  }
  const agents = Object.entries(value);
  if (agents.length > agentsMax) return refused(`must name at most ${String(agentsMax)} agents`);
  const keys: Record<string, Secret> = {};
  Object.setPrototypeOf(keys, null);
  for (const [id, secret] of agents) {
    if (!agentId.test(id)) return refused('must use agent ids of 1 to 128 letters, digits and . _ : -');
    if (typeof secret !== 'string') return refused(`must give agent ${id} a secret as text`);
    if (unfilled.test(secret.trim())) return refused(`gives agent ${id} the placeholder of the example`);
    const bytes = Buffer.byteLength(secret);
    if (bytes < agentSecretMinBytes || bytes > secretMaxBytes) {
      return refused(
        `must give agent ${id} a secret of ${String(agentSecretMinBytes)} to ${String(secretMaxBytes)} bytes`,
      );
    }
    keys[id] = createSecret(secret);
  }
  return accepted(keys);
};
