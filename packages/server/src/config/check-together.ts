import { BlockList, isIP } from 'node:net';
import type { ConfigProblem } from './problems.ts';
import { exampleOf, type ReadValues } from './read-values.ts';
import { serverRoles } from './types.ts';
import type { Values } from './variables.ts';

/** Whether only this machine reaches a server that listens on `host`. */
export const isLoopbackHost = (host: string): boolean => {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
};

/**
 * What single values cannot show: rules between variables. Values that were refused are absent and are not
 * judged a second time. `canRead` answers whether a file can be read.
 */
export const checkTogether = (
  { values, given }: ReadValues,
  canRead: (path: string) => boolean,
): readonly ConfigProblem[] => [
  ...checkOpenness(values),
  ...checkRoles(values, given),
  ...checkPool(values),
  ...checkTls(values, canRead),
  ...checkAudit(values, canRead),
  ...checkSecretKey(given),
  ...checkSealingKey(given),
  ...checkVault(values),
  ...checkBuilder(values),
];

/** A builder needs a place to push to, and the place a builder. */
const checkBuilder = ({ buildkitAddress, buildRepository }: Partial<Values>): ConfigProblem[] => {
  if ((buildkitAddress === undefined) === (buildRepository === undefined)) return [];
  const variable =
    buildkitAddress === undefined ? 'GPUSHIELD_KUBERNETES_BUILDKIT' : 'GPUSHIELD_KUBERNETES_BUILD_REPOSITORY';
  return [
    {
      variable,
      problem: 'is missing, while the other half of a builder is set',
      example: exampleOf(variable),
    },
  ];
};

/** A sign-in to Vault that is half, or twice there. VAULT_ADDR alone may be meant for other programs. */
const checkVault = ({
  vaultAddress,
  vaultToken,
  vaultRoleId,
  vaultSecretId,
}: Partial<Values>): ConfigProblem[] => {
  if (vaultAddress === undefined) return [];
  const example = 'VAULT_TOKEN alone, or VAULT_ROLE_ID and VAULT_SECRET_ID';
  if ((vaultRoleId === undefined) !== (vaultSecretId === undefined))
    return [
      {
        variable: 'VAULT_ROLE_ID',
        problem: 'signs in with VAULT_SECRET_ID, and one of them is unset',
        example,
      },
    ];
  return vaultToken !== undefined && vaultRoleId !== undefined
    ? [
        {
          variable: 'VAULT_TOKEN',
          problem: 'and VAULT_ROLE_ID are both there: one of them signs in',
          example,
        },
      ]
    : [];
};

const checkOpenness = ({ requireAuth, host }: Partial<Values>): ConfigProblem[] =>
  requireAuth === false && host !== undefined && !isLoopbackHost(host)
    ? [
        {
          variable: 'REQUIRE_AUTH',
          problem: `may be false on a loopback HOST only, and HOST is ${host}: anyone who reaches it would be an administrator`,
          example: 'REQUIRE_AUTH=true, or HOST=127.0.0.1',
        },
      ]
    : [];

const checkRoles = ({ roles }: Partial<Values>, given: ReadonlySet<string>): ConfigProblem[] =>
  roles !== undefined && roles.length < serverRoles.length && !given.has('DATABASE_URL')
    ? [
        {
          variable: 'GPUSHIELD_ROLES',
          problem: `is ${roles.join(',')} alone, while DATABASE_URL is unset: processes that share the work share one PostgreSQL`,
          example: `${exampleOf('DATABASE_URL')}, or GPUSHIELD_ROLES=${serverRoles.join(',')}`,
        },
      ]
    : [];

const checkPool = ({ dbPoolMin, dbPoolMax }: Partial<Values>): ConfigProblem[] =>
  dbPoolMin !== undefined && dbPoolMax !== undefined && dbPoolMin > dbPoolMax
    ? [
        {
          variable: 'GPUSHIELD_DB_POOL_MIN',
          problem: `is ${String(dbPoolMin)}, above GPUSHIELD_DB_POOL_MAX, which is ${String(dbPoolMax)}`,
          example: `GPUSHIELD_DB_POOL_MIN=${String(dbPoolMax)}`,
        },
      ]
    : [];

const checkAudit = (values: Partial<Values>, canRead: (path: string) => boolean): ConfigProblem[] => {
  const files = {
    GPUSHIELD_AUDIT_SIGNING_KEY_FILE: values.auditSigningKeyFile,
    GPUSHIELD_AUDIT_SYSLOG_CA: values.auditSyslogCa,
  };
  const unreadable = Object.entries(files).flatMap(([variable, path]) =>
    path === undefined || canRead(path)
      ? []
      : [{ variable, problem: `names ${path}, which cannot be read`, example: exampleOf(variable) }],
  );
  const isTwice = values.auditSigningKey !== undefined && values.auditSigningKeyFile !== undefined;
  return isTwice
    ? [
        ...unreadable,
        {
          variable: 'GPUSHIELD_AUDIT_SIGNING_KEY_FILE',
          problem: 'is set, and so is GPUSHIELD_AUDIT_SIGNING_KEY: one of them must go',
          example: 'unset GPUSHIELD_AUDIT_SIGNING_KEY',
        },
      ]
    : unreadable;
};

const checkTls = (values: Partial<Values>, canRead: (path: string) => boolean): ConfigProblem[] => {
  const { tlsCert, tlsKey, tlsClientCa } = values;
  const files = Object.entries({
    GPUSHIELD_TLS_CERT: tlsCert,
    GPUSHIELD_TLS_KEY: tlsKey,
    GPUSHIELD_TLS_CLIENT_CA: tlsClientCa,
  });
  const unreadable = files.flatMap(([variable, path]) =>
    path === undefined || canRead(path)
      ? []
      : [{ variable, problem: `names ${path}, which cannot be read`, example: exampleOf(variable) }],
  );
  const missing = (variable: string, why: string): ConfigProblem[] => [
    { variable, problem: `is missing, while ${why} is set`, example: exampleOf(variable) },
  ];
  const needsCert = tlsKey !== undefined ? 'GPUSHIELD_TLS_KEY' : 'GPUSHIELD_TLS_CLIENT_CA';
  return [
    ...unreadable,
    ...(tlsCert === undefined && (tlsKey !== undefined || tlsClientCa !== undefined)
      ? missing('GPUSHIELD_TLS_CERT', needsCert)
      : []),
    ...(tlsCert !== undefined && tlsKey === undefined
      ? missing('GPUSHIELD_TLS_KEY', 'GPUSHIELD_TLS_CERT')
      : []),
  ];
};

const checkSecretKey = (given: ReadonlySet<string>): ConfigProblem[] =>
  given.has('DATABASE_URL') && !given.has('SECRET_KEY')
    ? [
        {
          variable: 'SECRET_KEY',
          problem:
            'must be set together with DATABASE_URL: replicas share it, so none of them may make its own',
          example: exampleOf('SECRET_KEY'),
        },
      ]
    : [];

const checkSealingKey = (given: ReadonlySet<string>): ConfigProblem[] =>
  given.has('GPUSHIELD_SEALING_KEY') && given.has('GPUSHIELD_SEALING_KEY_FILE')
    ? [
        {
          variable: 'GPUSHIELD_SEALING_KEY_FILE',
          problem: 'is set together with GPUSHIELD_SEALING_KEY: one of them must go',
          example: 'unset GPUSHIELD_SEALING_KEY',
        },
      ]
    : [];
