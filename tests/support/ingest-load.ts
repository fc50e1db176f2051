import { randomUUID } from 'node:crypto';
import { listAll, type Answer, type Client } from './client.ts';

/** One bulk request that may be sent again as it is. `marker` stands in each of its records. */
export interface Bulk {
  readonly marker: number;
  readonly key: string;
  readonly body: { readonly records: readonly unknown[] };
}

/** What became of a bulk: the server's status, or undefined where no answer came. */
export interface Attempt {
  readonly bulk: Bulk;
  readonly status: number | undefined;
  readonly retryAfter: string | null;
}

export const recordsPerBulk = 10;

export const makeBulk = (gpuId: string, marker: number): Bulk => ({
  marker,
  key: `"${randomUUID()}"`,
  body: {
    records: Array.from({ length: recordsPerBulk }, (_, n) => ({
      gpu_id: gpuId,
      timestamp: new Date(Date.now() - n).toISOString(),
      metrics: { temperature: 40 + n, marker },
    })),
  },
});

export const sendBulk = (client: Client, bulk: Bulk): Promise<Answer> =>
  client.send('POST', '/api/v1/telemetry/records/bulk', bulk.body, { 'idempotency-key': bulk.key });

const attempt = async (client: Client, bulk: Bulk): Promise<Attempt> => {
  try {
    const { status, headers } = await sendBulk(client, bulk);
    return { bulk, status, retryAfter: headers.get('retry-after') };
  } catch {
    return { bulk, status: undefined, retryAfter: null };
  }
};

export interface Load {
  readonly attempts: readonly Attempt[];
  /** Ends it, and resolves when the last request has its answer or its failure. */
  end(): Promise<readonly Attempt[]>;
}

/** Sends bulks from `senders` at once, each its next when the one before was answered. Markers count from `after` + 1. */
export const startLoad = (client: Client, gpuId: string, senders: number, after = 0): Load => {
  const attempts: Attempt[] = [];
  let ended = false;
  let count = after;
  const sender = async (): Promise<void> => {
    while (!ended) {
      const made = await attempt(client, makeBulk(gpuId, (count += 1)));
      attempts.push(made);
      // A server that is away answers at once, and would be asked a thousand times a second.
      if (made.status !== 201) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const senderEnds = Array.from({ length: senders }, sender);
  return {
    attempts,
    end: async () => {
      ended = true;
      await Promise.all(senderEnds);
      return attempts;
    },
  };
};

/** How many records are stored of each marker. */
export const storedByMarker = async (client: Client, gpuId: string): Promise<ReadonlyMap<number, number>> => {
  const counts = new Map<number, number>();
  for (const record of await listAll(client, `/api/v1/telemetry/records?gpu_id=${gpuId}`)) {
    const { metrics } = record;
    const marker =
      metrics !== null && typeof metrics === 'object' && 'marker' in metrics ? Number(metrics.marker) : -1;
    counts.set(marker, (counts.get(marker) ?? 0) + 1);
  }
  return counts;
};

/** Waits until `isTrue` or fails after `timeoutMs`, saying what was waited for. */
export const until = async (
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> => {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadlineMs) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
