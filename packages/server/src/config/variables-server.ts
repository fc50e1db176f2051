import { logLevels } from '../platform/observability/log-level.ts';
import { filePath, flag, host, networkList, oneOf, originList, someOf, wholeNumber } from './parsers.ts';
import { postgresUrl } from './secret-parsers.ts';
import { serverRoles } from './types.ts';
import { defaulted, optional } from './variable.ts';

/** Where the server listens, how it speaks, and where it keeps things. */
export const serverVariables = {
  host: defaulted('HOST', '127.0.0.1', {
    group: 'Server',
    description:
      'Address to listen on. Loopback unless you open it: 0.0.0.0 serves every network of the machine, behind TLS or a proxy.',
    example: '0.0.0.0',
    parse: host,
  }),
  port: defaulted('PORT', '8000', {
    group: 'Server',
    description: 'TCP port to listen on; 0 takes a free one.',
    parse: wholeNumber(0, 65_535),
  }),
  roles: defaulted('GPUSHIELD_ROLES', 'api,worker', {
    group: 'Server',
    description:
      'What this process does, with DATABASE_URL: api answers clients, worker handles queues, schedules and sinks and answers for its own health and metrics alone. `gpushield serve --roles` goes before it.',
    example: 'api',
    parse: someOf(serverRoles),
  }),
  debug: defaulted('DEBUG', 'false', {
    group: 'Server',
    description: 'Says more in the log. It never makes answers to clients say more.',
    parse: flag,
  }),
  corsOrigins: defaulted('CORS_ORIGINS', '[]', {
    group: 'Server',
    description: 'Web origins that may call the API from a browser: a JSON array, or a list with commas.',
    example: '["http://localhost:3000","http://localhost:5173"]',
    parse: originList,
  }),
  dataDir: defaulted('GPUSHIELD_DATA_DIR', '.gpushield', {
    group: 'Server',
    description:
      'Folder for everything that is kept without DATABASE_URL: the embedded PostgreSQL and generated secrets. Relative to the working directory.',
    example: '/var/lib/gpushield',
    parse: filePath,
  }),
  logLevel: optional('GPUSHIELD_LOG_LEVEL', {
    group: 'Server',
    description: `Least severe lines to log: ${logLevels.join(', ')}.`,
    example: 'info',
    whenUnset: 'info, or debug with DEBUG=true',
    parse: oneOf(logLevels),
  }),
  tlsCert: optional('GPUSHIELD_TLS_CERT', {
    group: 'Server',
    description:
      'File with the certificate chain (PEM). With GPUSHIELD_TLS_KEY, the server speaks TLS 1.3 only.',
    example: '/etc/gpushield/tls.crt',
    whenUnset: 'plain HTTP',
    parse: filePath,
  }),
  tlsKey: optional('GPUSHIELD_TLS_KEY', {
    group: 'Server',
    description: 'File with the private key of GPUSHIELD_TLS_CERT (PEM).',
    example: '/etc/gpushield/tls.key',
    whenUnset: 'plain HTTP',
    parse: filePath,
  }),
  tlsClientCa: optional('GPUSHIELD_TLS_CLIENT_CA', {
    group: 'Server',
    description: 'File with the authorities (PEM) whose client certificates are accepted as identities.',
    example: '/etc/gpushield/clients-ca.crt',
    whenUnset: 'client certificates are not asked for',
    parse: filePath,
  }),
  trustedProxies: defaulted('GPUSHIELD_TRUSTED_PROXIES', '[]', {
    group: 'Server',
    description: 'Proxies whose X-Forwarded-For is believed: addresses or CIDR networks, with commas.',
    example: '10.0.0.0/8,fd00::/8',
    parse: networkList,
  }),
  sensor: defaulted('GPUSHIELD_SENSOR', 'on', {
    group: 'Server',
    description: 'Whether to watch this machine with a sensor beside the server: on or off.',
    parse: flag,
  }),
  databaseUrl: optional('DATABASE_URL', {
    group: 'Database',
    description:
      'PostgreSQL 15 or later. postgres:// and postgresql+asyncpg:// mean the same as postgresql://. SQLite is refused.',
    example: 'postgresql://gpushield:PASSWORD@localhost:5432/gpushield',
    whenUnset: 'an embedded PostgreSQL 18 in GPUSHIELD_DATA_DIR',
    secret: true,
    parse: postgresUrl,
  }),
  dbPoolMin: defaulted('GPUSHIELD_DB_POOL_MIN', '2', {
    group: 'Database',
    description: 'Connections that each process keeps open.',
    parse: wholeNumber(0, 500),
  }),
  dbPoolMax: defaulted('GPUSHIELD_DB_POOL_MAX', '10', {
    group: 'Database',
    description: 'Connections that each process opens at most.',
    parse: wholeNumber(1, 500),
  }),
  dbStatementTimeoutSeconds: defaulted('GPUSHIELD_DB_STATEMENT_TIMEOUT_SECONDS', '60', {
    group: 'Database',
    description: 'Seconds after which PostgreSQL gives up a statement.',
    parse: wholeNumber(1, 3600),
  }),
};
