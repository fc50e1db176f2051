import { filePath, flag, matching, socketPath, wholeNumber } from './parsers.ts';
import { awsRole } from './aws-role.ts';
import { agentKeys, password, strongSecret } from './secret-parsers.ts';
import { defaulted, optional } from './variable.ts';

/** For a shell. Where nothing expands it, it is refused: an example must never become somebody's secret. */
const strongExample = '"$(openssl rand -base64 48)"';

/** Who may come in, and the secrets behind it. */
export const identityVariables = {
  requireAuth: defaulted('REQUIRE_AUTH', 'true', {
    group: 'Identity',
    description: 'Whether every request must say who it is. false works with a loopback HOST only.',
    parse: flag,
  }),
  adminPassword: optional('GPUSHIELD_ADMIN_PASSWORD', {
    group: 'Identity',
    description:
      'First password of the user admin, used when the first start creates it; 12 characters or more.',
    example: '(12 characters or more)',
    whenUnset: 'one is made and printed once',
    secret: true,
    parse: password,
  }),
  apiKeyTtlHours: defaulted('API_KEY_TTL_HOURS', '2', {
    group: 'Identity',
    description: 'Hours for which an API key that was got by AWS login lives.',
    parse: wholeNumber(1, 168),
  }),
  allowedAwsRole: defaulted('ALLOWED_AWS_ROLE', 'SSOCloudDevGpuReservation', {
    group: 'Identity',
    description:
      'IAM role that may log in with AWS: its name, or better its ARN, since only the ARN says in which account. A name alone admits nobody.',
    example: 'arn:aws:iam::123456789012:role/SSOCloudDevGpuReservation',
    parse: awsRole,
  }),
  awsRegion: defaulted('AWS_REGION', 'us-east-1', {
    group: 'Identity',
    description: 'Region whose STS endpoint is asked who an AWS caller is.',
    parse: matching(/^[a-z]{2}(-[a-z]{2,12}){1,3}-\d{1,2}$/, 'must be the name of an AWS region'),
  }),
  spireSocketPath: optional('SPIRE_SOCKET_PATH', {
    group: 'Identity',
    description: 'Socket of the SPIRE agent’s Workload API.',
    example: '/tmp/spire-agent/public/api.sock',
    whenUnset: 'SPIFFE identities are refused',
    parse: socketPath,
  }),
  agentKeys: defaulted('AGENT_KEYS', '{}', {
    group: 'Identity',
    description:
      'HMAC secrets of syscall agents: a JSON object from agent id to a secret; below 32 bytes it is accepted with a warning.',
    example: '{"agent-1":"(32 bytes or more)"}',
    secret: true,
    parse: agentKeys,
  }),
  requireSignedTimestamp: defaulted('GPUSHIELD_REQUIRE_SIGNED_TIMESTAMP', 'false', {
    group: 'Identity',
    description:
      'Whether agents must sign a timestamp too. Without one a recorded request can be sent again, and only its Idempotency-Key keeps it from counting twice.',
    parse: flag,
  }),
  breachedPasswordsFile: optional('GPUSHIELD_BREACHED_PASSWORDS_FILE', {
    group: 'Identity',
    description:
      'Passwords that nobody may choose: a file of ascending SHA-1 hashes, one a line, as Have I Been Pwned ships it.',
    example: '/var/lib/gpushield/pwned-passwords-sha1.txt',
    whenUnset: 'only the built-in patterns are refused',
    parse: filePath,
  }),
  argon2TimeCost: defaulted('ARGON2_TIME_COST', '4', {
    group: 'Identity',
    description: 'Passes of Argon2id over its memory for each password.',
    parse: wholeNumber(1, 32),
  }),
  // The lower bound is the smallest memory in OWASP's Password Storage Cheat Sheet (7 MiB, with 5 passes).
  argon2MemoryCostKib: defaulted('ARGON2_MEMORY_COST', '131072', {
    group: 'Identity',
    description: 'Memory of Argon2id for each password, in KiB.',
    parse: wholeNumber(7168, 4_194_304),
  }),
  argon2Parallelism: defaulted('ARGON2_PARALLELISM', '8', {
    group: 'Identity',
    description: 'Lanes of Argon2id.',
    parse: wholeNumber(1, 64),
  }),
  secretKey: optional('SECRET_KEY', {
    group: 'Secrets',
    description:
      'Root secret, 32 bytes or more: access tokens, cursors and sealed values stand on keys derived from it. All replicas share it.',
    example: strongExample,
    whenUnset: 'made once and kept in GPUSHIELD_DATA_DIR; with DATABASE_URL set, the start stops',
    secret: true,
    parse: strongSecret,
  }),
  hmacSecretKey: optional('HMAC_SECRET_KEY', {
    group: 'Secrets',
    description:
      'Reserved for signed ingest, 32 bytes or more. It lets no agent in today: whoever held it could speak as any of them.',
    example: strongExample,
    whenUnset: 'made once and kept in GPUSHIELD_DATA_DIR; with DATABASE_URL set, derived from SECRET_KEY',
    secret: true,
    parse: strongSecret,
  }),
  oauth2SecretKey: optional('OAUTH2_SECRET_KEY', {
    group: 'Secrets',
    description: 'Secret that signs the tokens of OAuth2 clients, 32 bytes or more.',
    example: strongExample,
    whenUnset: 'made once and kept in GPUSHIELD_DATA_DIR; with DATABASE_URL set, derived from SECRET_KEY',
    secret: true,
    parse: strongSecret,
  }),
};
