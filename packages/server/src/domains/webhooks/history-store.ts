import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface MessageRecord {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

const positionOf = (after: CursorPosition | undefined): readonly [Date | null, string | null] => [
  after === undefined ? null : new Date(Number(after.sort)),
  after?.id ?? null,
];

/** The messages of an endpoint, newest first. */
export const listMessages = async (
  db: Executor,
  filters: { readonly endpointId: string; readonly status: string | null },
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly MessageRecord[]> => {
  const { rows } = await db.query<MessageRecord>(
    `SELECT m.id, m.type, m.key, d.status, d.attempts, d.next_attempt_at AS "nextAttemptAt",
            d.created_at AS "createdAt", d.finished_at AS "finishedAt"
       FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
      WHERE d.endpoint_id = $1 AND ($2::text IS NULL OR d.status = $2)
        AND ($3::timestamptz IS NULL OR (d.created_at, d.message_id) < ($3, $4::uuid))
      ORDER BY d.created_at DESC, d.message_id DESC LIMIT $5`,
    [filters.endpointId, filters.status, ...positionOf(after), limit],
  );
  return rows;
};

export interface AttemptRecord {
  readonly id: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly at: Date;
  readonly durationMs: number;
  readonly succeeded: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly response: string | null;
}

/** The attempts of an endpoint, newest first. */
export const listAttempts = async (
  db: Executor,
  filters: { readonly endpointId: string; readonly messageId: string | null },
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly AttemptRecord[]> => {
  const { rows } = await db.query<AttemptRecord>(
    `SELECT id, message_id AS "messageId", attempt, at, duration_ms AS "durationMs", succeeded, status, error, response
       FROM webhook_attempts
      WHERE endpoint_id = $1 AND ($2::uuid IS NULL OR message_id = $2)
        AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4::uuid))
      ORDER BY at DESC, id DESC LIMIT $5`,
    [filters.endpointId, filters.messageId, ...positionOf(after), limit],
  );
  return rows;
};
