import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { ensureAdmin, ensureServiceKeyFile } from '../domains/accounts/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/index.ts';
import { AppError } from '../platform/errors.ts';

export interface PreparedIdentity {
  /** Present when the first administrator was made just now. */
  readonly admin: { readonly username: string; readonly password: string | undefined } | undefined;
  /** Present when this machine's sensor is to run: where its key lies. */
  readonly sensorKeyFile: string | undefined;
}

/** Whoever set the variable must read its name, not only that some password is weak. */
const nameTheVariable = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'weak_password') throw error;
    throw new Error(
      `GPUSHIELD_ADMIN_PASSWORD: ${error.message}. Choose another, or unset it and one is made.`,
      {
        cause: error,
      },
    );
  }
};

/** The first administrator, and the key of the sensor beside the server. */
export const prepareIdentity = async (deps: {
  readonly config: Config;
  readonly app: App;
  readonly db: Database;
  readonly clock: Clock;
  readonly withSensor: boolean;
}): Promise<PreparedIdentity> => {
  const { config, db, clock } = deps;
  // A worker lets nobody in: whoever answers clients makes the first administrator.
  if (!config.roles.includes('api')) return { admin: undefined, sensorKeyFile: undefined };
  const makers = { db, clock, newId: () => randomUUIDv7(), randomBytes };
  const admin = await nameTheVariable(() =>
    ensureAdmin({
      ...makers,
      argon2: deps.app.argon2,
      password: config.identity.adminPassword?.reveal(),
    }),
  );
  const sensorKeyFile = deps.withSensor ? join(config.dataDir, 'sensor.key') : undefined;
  if (sensorKeyFile !== undefined) {
    await ensureServiceKeyFile({ ...makers, name: 'local-sensor', role: 'sensor', file: sensorKeyFile });
  }
  return {
    admin: admin.created ? { username: admin.username, password: admin.generatedPassword } : undefined,
    sensorKeyFile,
  };
};
