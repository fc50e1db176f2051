import type { Executor } from '../../../platform/database/types.ts';
import type { DeviceStatus } from './decide-device.ts';

export interface DeviceRow {
  readonly id: string;
  readonly user_code: string;
  readonly client_name: string;
  readonly ip_address: string;
  readonly user_agent: string | null;
  readonly status: DeviceStatus;
  readonly interval_seconds: number;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_asked_at: Date | null;
  readonly decided_by: string | null;
  readonly decided_password_version: number | null;
}

export interface NewDevice {
  readonly id: string;
  readonly codeHash: Buffer;
  readonly userCode: string;
  readonly clientName: string;
  readonly ipAddress: string;
  readonly userAgent: string | null;
  readonly intervalSeconds: number;
  readonly at: Date;
  readonly expiresAt: Date;
}

const columns = `id, user_code, client_name, ip_address, user_agent, status, interval_seconds, created_at, expires_at,
  last_asked_at, decided_by, decided_password_version`;

/** False where another device has that code. */
export const insertDevice = async (db: Executor, device: NewDevice): Promise<boolean> => {
  const { rowCount } = await db.query(
    `INSERT INTO device_logins
       (id, device_code_hash, user_code, client_name, ip_address, user_agent, interval_seconds, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (user_code) DO NOTHING`,
    [
      device.id,
      device.codeHash,
      device.userCode,
      device.clientName,
      device.ipAddress,
      device.userAgent?.slice(0, 256) ?? null,
      device.intervalSeconds,
      device.at,
      device.expiresAt,
    ],
  );
  return rowCount === 1;
};

export const findDevice = async (db: Executor, codeHash: Buffer): Promise<DeviceRow | undefined> =>
  (await db.query<DeviceRow>(`SELECT ${columns} FROM device_logins WHERE device_code_hash = $1`, [codeHash]))
    .rows[0];

export const findDeviceByUserCode = async (db: Executor, userCode: string): Promise<DeviceRow | undefined> =>
  (await db.query<DeviceRow>(`SELECT ${columns} FROM device_logins WHERE user_code = $1`, [userCode]))
    .rows[0];

export const noteQuestion = async (
  db: Executor,
  question: { readonly id: string; readonly at: Date; readonly intervalSeconds: number },
): Promise<void> => {
  await db.query('UPDATE device_logins SET last_asked_at = $2, interval_seconds = $3 WHERE id = $1', [
    question.id,
    question.at,
    question.intervalSeconds,
  ]);
};

/** A person's word, once: undefined where it was said before, the time is over, or nobody waits. */
export const decideWaiting = async (
  tx: Executor,
  word: { readonly userCode: string; readonly userId: string; readonly approved: boolean; readonly at: Date },
): Promise<DeviceRow | undefined> =>
  (
    await tx.query<DeviceRow>(
      `UPDATE device_logins
          SET status = $3, decided_by = person, decided_password_version = password_version
         FROM (SELECT id AS person, password_version FROM users WHERE id = $2 AND NOT disabled) u
        WHERE user_code = $1 AND status = 'pending' AND expires_at > $4
        RETURNING ${columns}`,
      [word.userCode, word.userId, word.approved ? 'approved' : 'denied', word.at],
    )
  ).rows[0];

/** Of two questions at the same time one gets the token. */
export const useApproval = async (tx: Executor, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `UPDATE device_logins SET status = 'used' WHERE id = $1 AND status = 'approved'`,
    [id],
  );
  return rowCount === 1;
};

export const deleteEndedDevices = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM device_logins WHERE id IN
       (SELECT id FROM device_logins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
