import type { SyslogTarget } from '../platform/audit/sinks/syslog-sink.ts';
import type { LogLevel } from '../platform/observability/log-level.ts';
import type { Secret } from '../platform/secrets/index.ts';
import type { VaultOptions } from '../platform/vault/index.ts';
import type { AwsRole } from './aws-role.ts';
import type { ConfigSealing } from './resolve-sealing.ts';
import type { ConfigKeys, ConfigSecrets } from './resolve-secrets.ts';

/** Where the state is: in a PostgreSQL that we run ourselves, or in one that the operator names. */
export type DatabaseSource =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'external'; readonly url: Secret };

/** What a process does: answer clients, or work on queues and schedules. One process may do both. */
export const serverRoles = ['api', 'worker'] as const;
export type ServerRole = (typeof serverRoles)[number];

/** Files of the server's TLS identity, PEM, absolute paths. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  /** Authorities of client certificates; undefined: none are asked for. */
  readonly clientCaFile: string | undefined;
}

/** Cost of Argon2id. */
export interface Argon2Config {
  readonly timeCost: number;
  readonly memoryCostKib: number;
  readonly parallelism: number;
}

/** How much each kind of client may ask per minute, and when and for how long it is blocked. */
export interface LimitsConfig {
  readonly rates: {
    readonly addressPerMinute: number;
    readonly anonymousPerMinute: number;
    readonly refusedPerMinute: number;
    readonly principalPerMinute: number;
    readonly ingestPerMinute: number;
  };
  readonly blockRule: {
    readonly refusals: number;
    readonly windowSeconds: number;
    readonly blockSeconds: number;
  };
  /** Networks that no block may hit; the trusted proxies are among them. */
  readonly neverBlocked: readonly string[];
  readonly replicas: number;
}

/** The audit trail's keeping, signing and sinks. Paths are absolute. */
export interface AuditConfig {
  /** Undefined: kept for ever. */
  readonly retentionDays: number | undefined;
  /** Ed25519 private key in PEM; without it and the file, the key stands on `keys.auditSigning`. */
  readonly signingKey: Secret | undefined;
  readonly signingKeyFile: string | undefined;
  readonly checkpointFile: string | undefined;
  readonly file: string | undefined;
  readonly siem:
    | { readonly url: string; readonly token: Secret | undefined; readonly allowPrivate: readonly string[] }
    | undefined;
  readonly syslog: (SyslogTarget & { readonly caFile: string | undefined }) | undefined;
}

/** Everything that the environment decides: checked as a whole, and frozen. Made by `loadConfig`. */
export interface Config {
  /** At least one, each once. */
  readonly roles: readonly ServerRole[];
  /** Absolute path of what embedded mode keeps. */
  readonly dataDir: string;
  readonly debug: boolean;
  readonly logLevel: LogLevel;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly corsOrigins: readonly string[];
    /** Addresses and CIDR networks. */
    readonly trustedProxies: readonly string[];
    /** Undefined: plain HTTP. */
    readonly tls: TlsConfig | undefined;
    /** Where people reach this installation; undefined: nobody said. */
    readonly publicUrl: string | undefined;
  };
  readonly database: {
    readonly source: DatabaseSource;
    readonly poolMin: number;
    readonly poolMax: number;
    readonly statementTimeoutMs: number;
  };
  readonly identity: {
    /** False on a loopback host only. */
    readonly requireAuth: boolean;
    readonly adminPassword: Secret | undefined;
    readonly apiKeyTtlMs: number;
    readonly allowedAwsRole: AwsRole;
    readonly awsRegion: string;
    readonly spireSocketPath: string | undefined;
    /** HMAC secrets by agent id; an object without a prototype. */
    readonly agentKeys: Readonly<Record<string, Secret>>;
    readonly requireSignedTimestamp: boolean;
    /** SHA-1 hashes, ascending; undefined: only the built-in patterns are refused. */
    readonly breachedPasswordsFile: string | undefined;
    readonly argon2: Argon2Config;
  };
  readonly secrets: ConfigSecrets;
  readonly keys: ConfigKeys;
  /** For `createSealer`. */
  readonly sealing: ConfigSealing;
  readonly telemetry: {
    /** From 0 to 1. */
    readonly anomalyThreshold: number;
    /** Records in one COPY. */
    readonly batchSize: number;
    readonly otlpEndpoint: string | undefined;
    /** 0: OTLP/gRPC is not served. */
    readonly otlpGrpcPort: number;
    /** Of every request to the Collector, by lower-case name. */
    readonly otlpHeaders: Readonly<Record<string, Secret>>;
    /** From 0 to 1. */
    readonly traceSampleRatio: number;
    readonly retentionDays: number;
    /** Of roll-ups by minute and by hour. */
    readonly minutesRetentionDays: number;
    readonly hoursRetentionDays: number;
  };
  /** Syscall risk. */
  readonly scoring: {
    /** The operator's own rules, absolute; undefined: the built-in ones alone. */
    readonly rulesDir: string | undefined;
    readonly halfLifeMs: number;
    /** From 1 to 100. */
    readonly alertThreshold: number;
    readonly retentionDays: number;
  };
  readonly alerts: {
    readonly retentionDays: number;
    /** How long a false alarm's finding opens no new alert. */
    readonly quietMs: number;
    /** Undefined: no Alertmanager is told. */
    readonly alertmanager:
      | {
          readonly urls: readonly string[];
          readonly token: Secret | undefined;
          readonly resendMs: number;
        }
      | undefined;
  };
  /** Where webhooks may go beyond https on public addresses. */
  readonly webhooks: {
    readonly allowPrivate: readonly string[];
    readonly allowHttp: boolean;
    readonly ports: readonly number[];
  };
  readonly audit: AuditConfig;
  readonly queue: { readonly reservationsName: string };
  /** How people sign in with AWS; without an endpoint, each region's own. */
  readonly awsLogin: {
    readonly raw: boolean;
    readonly regions: readonly string[];
    readonly audience: string;
    readonly stsEndpoint: string | undefined;
  };
  readonly reservations: {
    readonly runtime: 'local' | 'kubernetes' | 'off';
    /** Absolute; undefined: below the data directory. */
    readonly directory: string | undefined;
    readonly sshAddress: string;
    readonly kubernetes: {
      /** Absolute. */
      readonly kubeconfig: string | undefined;
      readonly namespace: string;
      readonly profilingNamespace: string | undefined;
      readonly image: string | undefined;
      readonly builder:
        | {
            readonly address: string;
            readonly repository: string;
            readonly image: string;
            readonly registrySecret: string | undefined;
            readonly tlsSecret: string | undefined;
          }
        | undefined;
      readonly nvidiaRuntimeClass: string | undefined;
      readonly kataRuntimeClass: string | undefined;
      readonly storageClass: string | undefined;
      readonly snapshotClass: string | undefined;
      readonly addressKind: 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS';
      readonly patienceMs: number;
    };
    readonly limits: {
      readonly maxHours: number;
      readonly maxTotalHours: number;
      readonly graceSeconds: number;
      /** Undefined: idle jobs are left alone. */
      readonly idleMinutes: number | undefined;
    };
    readonly githubUrl: string;
    readonly githubAllowPrivate: readonly string[];
  };
  readonly redisUrl: Secret | undefined;
  readonly limits: LimitsConfig;
  readonly inference: {
    readonly ollamaBaseUrl: string | undefined;
    readonly openaiApiKey: Secret | undefined;
    readonly openaiBaseUrl: string;
    /** An absolute path. */
    readonly modelsFile: string | undefined;
    /** The firewall's second stage. */
    readonly firewallGuardModel: string | undefined;
    readonly ollamaConcurrency: number;
    readonly limits: {
      readonly requestsPerMinute: number;
      readonly tokensPerMinute: number;
      readonly gpuSecondsPerHour: number;
    };
    readonly deadlineMs: number;
    readonly maxPromptBytes: number;
  };
  /** HashiCorp Vault; undefined where there is none. */
  readonly vault: VaultOptions | undefined;
  /** Whether the sensor of this machine runs beside the server. */
  readonly sensor: { readonly runsBeside: boolean };
  /** What the operator must hear at every start, in full sentences. */
  readonly warnings: readonly string[];
}
