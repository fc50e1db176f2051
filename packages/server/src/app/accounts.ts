import { randomBytes } from 'node:crypto';
import { createAccountsDomain } from '../domains/accounts/index.ts';
import type { AppOptions } from './options.ts';
import type { Platform } from './platform.ts';

const hourMs = 3_600_000;

/** People, service accounts, their credentials. */
export const buildAccounts = (options: AppOptions, platform: Platform) =>
  createAccountsDomain({
    ...options,
    randomBytes,
    cursors: platform.cursors,
    limiter: platform.limits.limiter,
    argon2: platform.argon2,
    identity: platform.identity,
    outbound: platform.outbound,
    publicUrl: options.config.http.publicUrl,
    tls: options.config.http.tls !== undefined,
    awsLogin: { ...options.config.awsLogin, allowedRole: options.config.identity.allowedAwsRole },
    apiKeyTtlHours: options.config.identity.apiKeyTtlMs / hourMs,
    onAuthAttempt: (method, outcome) => {
      platform.metrics.authAttempts.inc({ method, outcome });
    },
    onKeyOperation: (operation) => {
      platform.metrics.keyOperations.inc({ operation });
    },
  });
