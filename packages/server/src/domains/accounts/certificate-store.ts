import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface CertificateRow {
  readonly id: string;
  readonly match: 'fingerprint' | 'san_uri' | 'san_dns';
  readonly value: string;
  readonly description: string;
  readonly created_at: Date;
}

const columns = 'id, match, value, description, created_at';

export interface NewCertificate {
  readonly id: string;
  readonly userId: string;
  readonly match: CertificateRow['match'];
  readonly value: string;
  readonly description: string;
  readonly at: Date;
}

/** Undefined when the name is registered already, to whomever. */
export const insertCertificate = async (
  tx: Executor,
  certificate: NewCertificate,
): Promise<CertificateRow | undefined> => {
  const { id, userId, match, value, description, at } = certificate;
  const { rows } = await tx.query<CertificateRow>(
    `INSERT INTO client_certificates (id, user_id, match, value, description, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (match, value) DO NOTHING RETURNING ${columns}`,
    [id, userId, match, value, description, at],
  );
  return rows[0];
};

/** Newest first. */
export const listCertificates = async (
  db: Executor,
  userId: string,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly CertificateRow[]> => {
  const { rows } = await db.query<CertificateRow>(
    `SELECT ${columns} FROM client_certificates
      WHERE user_id = $2 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3::timestamptz, $4::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $1`,
    [limit, userId, after?.sort ?? null, after?.id ?? null],
  );
  return rows;
};

/** Every replica forgets what it knows of certificates. False when there was none. */
export const deleteCertificate = async (tx: Executor, userId: string, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query('DELETE FROM client_certificates WHERE id = $1 AND user_id = $2', [
    id,
    userId,
  ]);
  return rowCount === 1;
};
