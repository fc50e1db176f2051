import { resolve } from 'node:path';
import { isWeakSecret } from './secret-parsers.ts';
import type { ConfigSealing } from './resolve-sealing.ts';
import { deriveKeys, type ConfigSecrets } from './resolve-secrets.ts';
import type { AuditConfig, Config, LimitsConfig, TlsConfig } from './types.ts';
import type { Values } from './variables.ts';

const hourMs = 3_600_000;
const secondMs = 1000;

/** Gives checked values the form in which the server uses them. Relative paths start from `cwd`. */
export const assemble = (
  values: Values,
  { secrets, sealing }: { readonly secrets: ConfigSecrets; readonly sealing: ConfigSealing },
  cwd: string,
): Config => {
  const dataDir = resolve(cwd, values.dataDir);
  return {
    roles: values.roles,
    dataDir,
    debug: values.debug,
    logLevel: values.logLevel ?? (values.debug ? 'debug' : 'info'),
    http: {
      host: values.host,
      port: values.port,
      corsOrigins: values.corsOrigins,
      trustedProxies: values.trustedProxies,
      publicUrl: values.publicUrl,
      tls: assembleTls(values, cwd),
    },
    database: assembleDatabase(values, dataDir),
    identity: assembleIdentity(values),
    secrets,
    keys: deriveKeys(secrets.secretKey),
    sealing,
    telemetry: assembleTelemetry(values),
    scoring: assembleScoring(values, cwd),
    alerts: assembleAlerts(values),
    webhooks: {
      allowPrivate: values.webhookAllowPrivate,
      allowHttp: values.webhookAllowHttp,
      ports: values.webhookPorts,
    },
    audit: assembleAudit(values, cwd),
    queue: { reservationsName: values.queueName },
    reservations: assembleReservations(values, cwd),
    awsLogin: {
      raw: values.awsRawLogin,
      regions: values.awsLoginRegions ?? [values.awsRegion],
      audience: values.awsLoginAudience,
      stsEndpoint: values.stsEndpoint,
    },
    redisUrl: values.redisUrl,
    limits: assembleLimits(values),
    inference: assembleInference(values, cwd),
    vault: assembleVault(values),
    sensor: { runsBeside: values.sensor },
    warnings: warningsOf(values),
  };
};

const assembleTelemetry = (values: Values): Config['telemetry'] => ({
  anomalyThreshold: values.anomalyThreshold,
  batchSize: values.batchSize,
  otlpEndpoint: values.otlpEndpoint,
  otlpGrpcPort: values.otlpGrpcPort,
  otlpHeaders: values.otlpHeaders ?? {},
  traceSampleRatio: values.traceSampleRatio,
  retentionDays: values.telemetryRetentionDays,
  minutesRetentionDays: values.minutesRetentionDays,
  hoursRetentionDays: values.hoursRetentionDays,
});

const assembleScoring = (values: Values, cwd: string): Config['scoring'] => ({
  rulesDir: values.rulesDir === undefined ? undefined : resolve(cwd, values.rulesDir),
  halfLifeMs: values.riskHalfLifeSeconds * secondMs,
  alertThreshold: values.riskAlertThreshold,
  retentionDays: values.eventRetentionDays,
});

const assembleAlerts = (values: Values): Config['alerts'] => {
  const { alertmanagerUrls: urls, alertmanagerToken: token } = values;
  return {
    retentionDays: values.alertRetentionDays,
    quietMs: values.alertQuietHours * hourMs,
    alertmanager:
      urls === undefined ? undefined : { urls, token, resendMs: values.alertmanagerResendSeconds * secondMs },
  };
};

/** As Kubernetes spells them. */
const addressKinds = {
  internalip: 'InternalIP',
  externalip: 'ExternalIP',
  hostname: 'Hostname',
  internaldns: 'InternalDNS',
  externaldns: 'ExternalDNS',
} as const;

const assembleBuilder = (values: Values): Config['reservations']['kubernetes']['builder'] => {
  const { buildkitAddress: address, buildRepository: repository } = values;
  // Each without the other is refused by check-together.
  if (address === undefined || repository === undefined) return undefined;
  return {
    address,
    repository,
    image: values.buildImage,
    registrySecret: values.buildRegistrySecret,
    tlsSecret: values.buildTlsSecret,
  };
};

const assembleReservations = (values: Values, cwd: string): Config['reservations'] => ({
  runtime: values.jobRuntime,
  directory: values.jobDirectory === undefined ? undefined : resolve(cwd, values.jobDirectory),
  sshAddress: values.jobSshAddress,
  kubernetes: {
    kubeconfig: values.kubeconfig === undefined ? undefined : resolve(cwd, values.kubeconfig),
    namespace: values.kubernetesNamespace,
    profilingNamespace: values.kubernetesProfilingNamespace,
    image: values.jobImage,
    builder: assembleBuilder(values),
    nvidiaRuntimeClass: values.nvidiaRuntimeClass,
    kataRuntimeClass: values.kataRuntimeClass,
    storageClass: values.jobStorageClass,
    snapshotClass: values.jobSnapshotClass,
    addressKind: addressKinds[values.jobAddressKind],
    patienceMs: values.jobPatienceSeconds * secondMs,
  },
  limits: {
    maxHours: values.jobMaxHours,
    maxTotalHours: values.jobMaxTotalHours,
    graceSeconds: values.jobGraceSeconds,
    idleMinutes: values.jobIdleMinutes,
  },
  githubUrl: values.githubUrl,
  githubAllowPrivate: values.githubAllowPrivate,
});

const assembleAudit = (values: Values, cwd: string): AuditConfig => {
  const path = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : resolve(cwd, given);
  const { auditSiemUrl: url, auditSyslogUrl: target } = values;
  return {
    retentionDays: values.auditRetentionDays,
    signingKey: values.auditSigningKey,
    signingKeyFile: path(values.auditSigningKeyFile),
    checkpointFile: path(values.auditCheckpointFile),
    file: path(values.auditFile),
    siem:
      url === undefined
        ? undefined
        : { url, token: values.auditSiemToken, allowPrivate: values.auditSiemAllowPrivate },
    syslog: target === undefined ? undefined : { ...target, caFile: path(values.auditSyslogCa) },
  };
};

const assembleInference = (values: Values, cwd: string): Config['inference'] => ({
  ollamaBaseUrl: values.ollamaBaseUrl,
  openaiApiKey: values.openaiApiKey,
  openaiBaseUrl: values.openaiBaseUrl,
  modelsFile: values.modelsFile === undefined ? undefined : resolve(cwd, values.modelsFile),
  firewallGuardModel: values.firewallGuardModel,
  ollamaConcurrency: values.ollamaConcurrency,
  limits: {
    requestsPerMinute: values.llmRequestsPerMinute,
    tokensPerMinute: values.llmTokensPerMinute,
    gpuSecondsPerHour: values.llmGpuSecondsPerHour,
  },
  deadlineMs: values.llmDeadlineSeconds * secondMs,
  maxPromptBytes: values.llmMaxPromptBytes,
});

/** `checkTogether` has seen that one way to sign in is whole. */
const assembleVault = (values: Values): Config['vault'] => {
  const { vaultAddress: address, vaultToken: token, vaultRoleId: roleId, vaultSecretId: secretId } = values;
  if (address === undefined) return undefined;
  const namespace = values.vaultNamespace;
  if (token !== undefined) return { address, namespace, signIn: { kind: 'token', token } };
  if (roleId === undefined || secretId === undefined) return undefined;
  return { address, namespace, signIn: { kind: 'approle', roleId, secretId } };
};

const assembleTls = ({ tlsCert, tlsKey, tlsClientCa }: Values, cwd: string): TlsConfig | undefined =>
  tlsCert === undefined || tlsKey === undefined
    ? undefined
    : {
        certFile: resolve(cwd, tlsCert),
        keyFile: resolve(cwd, tlsKey),
        clientCaFile: tlsClientCa === undefined ? undefined : resolve(cwd, tlsClientCa),
      };

const assembleDatabase = (values: Values, dataDir: string): Config['database'] => ({
  source:
    values.databaseUrl === undefined
      ? { kind: 'embedded', dataDir }
      : { kind: 'external', url: values.databaseUrl },
  poolMin: values.dbPoolMin,
  poolMax: values.dbPoolMax,
  statementTimeoutMs: values.dbStatementTimeoutSeconds * secondMs,
});

const blockWindowSeconds = 60;

const assembleLimits = (values: Values): LimitsConfig => ({
  rates: {
    addressPerMinute: values.limitAddressPerMinute,
    anonymousPerMinute: values.limitAnonymousPerMinute,
    refusedPerMinute: values.limitRefusedPerMinute,
    principalPerMinute: values.limitPrincipalPerMinute,
    ingestPerMinute: values.limitIngestPerMinute,
  },
  blockRule: {
    refusals: values.limitBlockRefusals,
    windowSeconds: blockWindowSeconds,
    blockSeconds: values.limitBlockSeconds,
  },
  neverBlocked: [...values.trustedProxies, ...values.limitNeverBlocked],
  replicas: values.limitReplicas,
});

const assembleIdentity = (values: Values): Config['identity'] => ({
  requireAuth: values.requireAuth,
  adminPassword: values.adminPassword,
  apiKeyTtlMs: values.apiKeyTtlHours * hourMs,
  allowedAwsRole: values.allowedAwsRole,
  awsRegion: values.awsRegion,
  spireSocketPath: values.spireSocketPath,
  agentKeys: values.agentKeys,
  requireSignedTimestamp: values.requireSignedTimestamp,
  breachedPasswordsFile: values.breachedPasswordsFile,
  argon2: {
    timeCost: values.argon2TimeCost,
    memoryCostKib: values.argon2MemoryCostKib,
    parallelism: values.argon2Parallelism,
  },
});

const warningsOf = (values: Values): readonly string[] => [
  ...(values.requireAuth
    ? []
    : [
        'REQUIRE_AUTH is false: whoever reaches this machine’s loopback interface is an administrator of GPUShield.',
      ]),
  ...(Object.values(values.agentKeys).some(isWeakSecret)
    ? [
        'AGENT_KEYS holds secrets that are short or printed in documentation: whoever guesses one speaks for that agent.',
      ]
    : []),
];
