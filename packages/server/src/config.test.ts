import { globSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, readEnvFile, systemContext, type Config } from './config.ts';
import { variables } from './config/variables.ts';
import type { Variable } from './config/variable.ts';

const strong = 'k'.repeat(48);
const external = { DATABASE_URL: 'postgresql://gpushield:pw@db:5432/gpushield', SECRET_KEY: strong };
const table = Object.values<Variable<unknown>>(variables);

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'gpushield-config-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

const load = (env: Record<string, string | undefined>): Config => loadConfig(env, systemContext(cwd));

const refusal = (env: Record<string, string | undefined>): ConfigError => {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

const problemOf = (env: Record<string, string | undefined>, variable: string): string =>
  refusal(env)
    .problems.filter((problem) => problem.variable === variable)
    .map(({ problem }) => problem)
    .join('\n');

describe('the table of variables', () => {
  it('has defaults that its own parsers accept', () => {
    for (const { name, defaultText, parse } of table) {
      if (defaultText !== undefined) expect({ name, ...parse(defaultText) }).toMatchObject({ ok: true });
    }
  });

  it('shows valid examples, except that the example of a secret can never become a secret', () => {
    for (const { name, example, secret, parse } of table) {
      const exempt = name === 'DATABASE_URL' || name === 'REDIS_URL';
      expect({ name, ok: parse(example).ok }).toEqual({ name, ok: !secret || exempt });
    }
  });

  it('names every variable once', () => {
    expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
  });
});

describe('configuration', () => {
  it('is whole without any variable, on loopback, with authentication', () => {
    const config = load({});
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8000, corsOrigins: [], tls: undefined });
    expect(config.database).toMatchObject({ source: { kind: 'embedded' }, poolMin: 2, poolMax: 10 });
    expect(config.database.statementTimeoutMs).toBe(60_000);
    expect(config.identity).toMatchObject({ requireAuth: true, apiKeyTtlMs: 7_200_000 });
    expect(config.identity.argon2).toEqual({ timeCost: 4, memoryCostKib: 131_072, parallelism: 8 });
    expect(config.telemetry).toMatchObject({ anomalyThreshold: 0.7, batchSize: 1000, retentionDays: 30 });
    expect(config.dataDir).toBe(join(cwd, '.gpushield'));
    expect(config.warnings).toEqual([]);
  });

  it('accepts the example of the first seed, whose database is named in SQLAlchemy’s way', () => {
    const config = load({
      DATABASE_URL: 'postgresql+asyncpg://gpushield:gpushield@localhost:5432/gpushield',
      SECRET_KEY: strong,
      HOST: '0.0.0.0',
      PORT: '8000',
      DEBUG: 'false',
      CORS_ORIGINS: '["http://localhost:3000","http://localhost:5173"]',
      REQUIRE_AUTH: 'true',
      SPIRE_SOCKET_PATH: '/tmp/spire-agent/public/api.sock',
      ANOMALY_THRESHOLD: '0.7',
      BATCH_SIZE: '1000',
      OTLP_ENDPOINT: 'http://localhost:4317',
    });
    const { source } = config.database;
    expect(source.kind === 'external' && source.url.reveal()).toBe(
      'postgresql://gpushield:gpushield@localhost:5432/gpushield',
    );
    expect(config.http.corsOrigins).toEqual(['http://localhost:3000', 'http://localhost:5173']);
    expect(config.telemetry.otlpEndpoint).toBe('http://localhost:4317');
  });

  it('takes an empty variable for an unset one, as Compose files write it', () => {
    expect(load({ PORT: '', DATABASE_URL: ' ', OTLP_ENDPOINT: '' }).http.port).toBe(8000);
  });

  it('is frozen all the way down', () => {
    const config = load({ AGENT_KEYS: JSON.stringify({ a: strong }) });
    const frozen = [
      config,
      config.http,
      config.http.corsOrigins,
      config.identity.argon2,
      config.identity.agentKeys,
    ];
    expect(frozen.map((part) => Object.isFrozen(part))).toEqual(frozen.map(() => true));
  });

  it('names all that is wrong in one report, each with a way out', () => {
    const error = refusal({
      PORT: '99999',
      DATABASE_URL: 'sqlite:///./x.db',
      ANOMALY_THRESHOLD: '2',
      GPUSHIELD_DATADIR: 'x',
    });
    expect(error.problems.map(({ variable }) => variable).sort()).toEqual([
      'ANOMALY_THRESHOLD',
      'DATABASE_URL',
      'GPUSHIELD_DATADIR',
      'PORT',
      'SECRET_KEY',
    ]);
    for (const { variable, example } of error.problems) {
      expect(error.report).toContain(variable);
      expect(error.report).toContain(example);
    }
    expect(error.report).toContain('unset it for the embedded PostgreSQL, or give postgresql://…');
    expect(error.report).toContain('did you mean GPUSHIELD_DATA_DIR?');
  });

  it.each([
    ['HOST', '300.1.1.1'],
    ['HOST', 'a b'],
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['PORT', '0x50'],
    ['DEBUG', 'maybe'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'http://a/path'],
    ['CORS_ORIGINS', '[1]'],
    ['CORS_ORIGINS', '["http://a"'],
    ['SPIRE_SOCKET_PATH', 'relative.sock'],
    ['ANOMALY_THRESHOLD', 'NaN'],
    ['ANOMALY_THRESHOLD', '1.01'],
    ['BATCH_SIZE', '0'],
    ['BATCH_SIZE', '1e3'],
    ['OTLP_ENDPOINT', 'localhost:4317'],
    ['QUEUE_NAME', 'a-b'],
    ['QUEUE_NAME', 'q'.repeat(48)],
    ['API_KEY_TTL_HOURS', '0'],
    ['API_KEY_TTL_HOURS', '169'],
    ['ALLOWED_AWS_ROLE', 'arn:aws:iam::1:role/x'],
    ['AWS_REGION', 'moon'],
    ['REDIS_URL', 'http://redis'],
    ['OLLAMA_BASE_URL', 'ftp://x'],
    ['OPENAI_API_KEY', 'a b c d e f g'],
    ['ARGON2_TIME_COST', '0'],
    ['ARGON2_MEMORY_COST', '64'],
    ['ARGON2_PARALLELISM', '65'],
    ['AGENT_KEYS', '[]'],
    ['AGENT_KEYS', '{"a":1}'],
    ['AGENT_KEYS', '{"a":"short"}'],
    ['AGENT_KEYS', '{'],
    ['GPUSHIELD_ADMIN_PASSWORD', 'short'],
    ['GPUSHIELD_LOG_LEVEL', 'loud'],
    ['GPUSHIELD_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['GPUSHIELD_TRUSTED_PROXIES', 'proxy'],
    ['GPUSHIELD_DB_POOL_MAX', '0'],
    ['GPUSHIELD_DB_STATEMENT_TIMEOUT_SECONDS', '0'],
    ['GPUSHIELD_SENSOR', 'perhaps'],
    ['GPUSHIELD_TELEMETRY_RETENTION_DAYS', '0'],
    ['DATABASE_URL', 'mysql://a/b'],
    ['DATABASE_URL', 'postgresql://a'],
    ['DATABASE_URL', 'postgresql://gpudev:CHANGEME@db/gpudev'],
    ['SECRET_KEY', 'x'.repeat(31)],
  ])('refuses %s=%s by name', (name, value) => {
    expect(problemOf({ [name]: value }, name)).not.toBe('');
  });

  it.each([
    ['SECRET_KEY', 'change-me-256-bit'],
    ['HMAC_SECRET_KEY', 'your-secret-key-here'],
    ['OAUTH2_SECRET_KEY', 'your-oauth-secret'],
    ['SECRET_KEY', '$(openssl rand -base64 48 --for-sure)'],
  ])('refuses the documented placeholder in %s as one that everyone knows', (name, value) => {
    expect(problemOf({ [name]: value }, name)).toContain('placeholder');
  });

  it('takes the agents of seed 4 as they are, and warns that their secrets are weak', () => {
    const config = load({ AGENT_KEYS: '{"agent-1": "secret-1", "agent-2": "secret-2"}' });
    expect(Object.keys(config.identity.agentKeys)).toEqual(['agent-1', 'agent-2']);
    expect(config.warnings.join()).toContain('AGENT_KEYS');
    expect(problemOf({ AGENT_KEYS: '{"agent-1": "short"}' }, 'AGENT_KEYS')).toContain('8');
  });

  it('lets authentication be off on loopback only, and then warns', () => {
    expect(problemOf({ REQUIRE_AUTH: 'false', HOST: '0.0.0.0' }, 'REQUIRE_AUTH')).toContain('loopback');
    expect(problemOf({ REQUIRE_AUTH: 'false', HOST: '::' }, 'REQUIRE_AUTH')).toContain('loopback');
    expect(problemOf({ REQUIRE_AUTH: 'false', HOST: '127.evil.example' }, 'REQUIRE_AUTH')).toContain(
      'loopback',
    );
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', '[::1]', 'localhost']) {
      expect(load({ REQUIRE_AUTH: 'false', HOST: host }).warnings).toHaveLength(1);
    }
  });

  it('wants certificate and key together, and files that can be read', () => {
    writeFileSync(join(cwd, 'tls.crt'), '');
    writeFileSync(join(cwd, 'tls.key'), '');
    expect(problemOf({ GPUSHIELD_TLS_CERT: 'tls.crt' }, 'GPUSHIELD_TLS_KEY')).toContain('missing');
    expect(problemOf({ GPUSHIELD_TLS_CLIENT_CA: 'tls.crt' }, 'GPUSHIELD_TLS_CERT')).toContain('missing');
    expect(
      problemOf({ GPUSHIELD_TLS_CERT: 'tls.crt', GPUSHIELD_TLS_KEY: 'no.key' }, 'GPUSHIELD_TLS_KEY'),
    ).toContain('read');
    expect(load({ GPUSHIELD_TLS_CERT: 'tls.crt', GPUSHIELD_TLS_KEY: 'tls.key' }).http.tls).toEqual({
      certFile: join(cwd, 'tls.crt'),
      keyFile: join(cwd, 'tls.key'),
      clientCaFile: undefined,
    });
  });

  it('refuses a pool whose minimum exceeds its maximum', () => {
    expect(problemOf({ GPUSHIELD_DB_POOL_MIN: '11' }, 'GPUSHIELD_DB_POOL_MIN')).toContain('above');
  });

  it('knows in which account an AWS role lives only from its ARN', () => {
    expect(load({}).identity.allowedAwsRole.accountId).toBeUndefined();
    expect(
      load({ ALLOWED_AWS_ROLE: 'arn:aws:iam::123456789012:role/path/Dev' }).identity.allowedAwsRole,
    ).toEqual({
      partition: 'aws',
      accountId: '123456789012',
      roleName: 'Dev',
    });
  });
});

describe('variables of the sensor and of the command line', () => {
  it('in the same environment do not stop the server, whichever their sources name', () => {
    const packages = join(import.meta.dirname, '../..');
    const paths = globSync('{sensor,cli}/src/**/*.ts', { cwd: packages });
    const names = paths.flatMap(
      (path) => readFileSync(join(packages, path), 'utf8').match(/\bGPUSHIELD_[A-Z_]+/g) ?? [],
    );
    const read = names.filter((name) => !table.some((variable) => variable.name === name));
    expect(read).toContain('GPUSHIELD_URL');
    expect(() => load(Object.fromEntries(read.map((name) => [name, 'x'])))).not.toThrow();
  });
});

describe('secrets of the configuration', () => {
  it('are made once without DATABASE_URL, and are the same at the next start', () => {
    const [first, second] = [load({}), load({})];
    expect(second.secrets.secretKey.reveal()).toBe(first.secrets.secretKey.reveal());
    expect(second.keys.cursor.export()).toEqual(first.keys.cursor.export());
    expect(readdirSync(join(cwd, '.gpushield', 'secrets')).sort()).toEqual([
      'hmac-secret-key',
      'oauth2-secret-key',
      'secret-key',
    ]);
  });

  it('must be given with DATABASE_URL, and nothing is written then', () => {
    expect(problemOf({ DATABASE_URL: external.DATABASE_URL }, 'SECRET_KEY')).toContain('replicas');
    const [one, other] = [load(external), load(external)];
    expect(one.secrets.hmac.equals(other.secrets.hmac)).toBe(true);
    expect(one.secrets.hmac.equals(one.secrets.oauth2)).toBe(false);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('are not made while anything else is wrong', () => {
    refusal({ PORT: 'x' });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('never stand in a report, wherever they were put', () => {
    const secrets = table.filter(({ secret }) => secret);
    fc.assert(
      fc.property(
        fc.constantFrom(...secrets),
        fc.stringMatching(/^[A-Za-z0-9{}":/@]{8,80}$/),
        ({ name }, value) => {
          try {
            load({ [name]: value, PORT: 'wrong' });
          } catch (error) {
            expect(error instanceof ConfigError && error.report.includes(value)).toBe(false);
          }
        },
      ),
    );
  });

  it('never stand in a report of a variable that should hold none', () => {
    const report = refusal({ OTLP_ENDPOINT: 'http://user:hunter2hunter2@collector:4317' }).report;
    expect(report).toContain('OTLP_ENDPOINT');
    expect(report).not.toContain('hunter2');
  });
});

describe('the .env file', () => {
  it('is read if it is there, and is no error if it is not', () => {
    const path = join(cwd, '.env');
    expect(readEnvFile(path)).toEqual({});
    writeFileSync(path, '# note\nPORT=9000\nCORS_ORIGINS=["http://a:1"]\n');
    expect(load({ ...readEnvFile(path), PORT: '9001' }).http).toMatchObject({
      port: 9001,
      corsOrigins: ['http://a:1'],
    });
  });
});
