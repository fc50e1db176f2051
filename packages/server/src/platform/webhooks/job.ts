/** What the queue carries: pointers to rows, never payloads. */
export type Job =
  | {
      readonly kind: 'deliver';
      /** Row of webhook_deliveries. */
      readonly delivery: number;
      /** Its round when the job was sent; a job of an earlier round is stale. */
      readonly round: number;
      readonly endpoint: string;
    }
  | {
      readonly kind: 'fan-out';
      readonly message: string;
      /** Endpoints up to this id have it already. */
      readonly after: string;
    };

export const lowestUuid = '00000000-0000-0000-0000-000000000000';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Reads a queue message's body. Undefined for what this version did not write. */
export const parseJob = (body: unknown): Job | undefined => {
  if (!isObject(body)) return undefined;
  const { kind, delivery, round, endpoint, message, after } = body;
  if (kind === 'deliver' && typeof endpoint === 'string') {
    return Number.isSafeInteger(delivery) && Number.isSafeInteger(round)
      ? { kind, delivery: Number(delivery), round: Number(round), endpoint }
      : undefined;
  }
  return kind === 'fan-out' && typeof message === 'string' && typeof after === 'string'
    ? { kind, message, after }
    : undefined;
};
