import type { Executor } from '../../platform/database/types.ts';
import type { SealedColumn } from '../../platform/secrets/index.ts';

/** Bound into what is sealed: a key cannot be moved to another server's row. */
export const keyPurpose = (upstream: string): string => `upstream-key:${upstream}`;

/** Where the keys stand, for sealing them anew under another key. */
export const sealedUpstreamKeys: SealedColumn = {
  table: 'inference_upstream_keys',
  idColumn: 'upstream',
  column: 'sealed_key',
  purpose: keyPurpose,
};

export const findSealedKey = async (db: Executor, upstream: string): Promise<string | undefined> => {
  const { rows } = await db.query<{ sealed_key: string }>(
    'SELECT sealed_key FROM inference_upstream_keys WHERE upstream = $1',
    [upstream],
  );
  return rows[0]?.sealed_key;
};

export const putSealedKey = async (
  db: Executor,
  key: { readonly upstream: string; readonly sealed: string; readonly at: Date; readonly by: string },
): Promise<void> => {
  await db.query(
    `INSERT INTO inference_upstream_keys (upstream, sealed_key, updated_at, updated_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (upstream) DO UPDATE
       SET sealed_key = excluded.sealed_key, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [key.upstream, key.sealed, key.at, key.by],
  );
};

export const deleteSealedKey = async (db: Executor, upstream: string): Promise<boolean> =>
  (await db.query('DELETE FROM inference_upstream_keys WHERE upstream = $1', [upstream])).rowCount > 0;
