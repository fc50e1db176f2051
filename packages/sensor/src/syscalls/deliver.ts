import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { ApiClient } from '../client.ts';
import type { Health } from '../health.ts';
import type { Session } from '../identity.ts';
import type { Batch } from '../spool/batch.ts';
import { judge, type Outcome } from '../spool/sender.ts';
import type { SensorAgentFile } from './agent.ts';

const Payload = Type.Array(Type.Object({ pid: Type.Integer(), syscall: Type.String() }), { minItems: 1 });
const Answer = Type.Object({ errors: Type.Integer() });
/** After a new secret, the next attempt may follow at once. */
const afterRefusalMs = 1_000;

/** Sends spooled syscall events: signed as the agent that this sensor is, or with its key where it could not register. */
export const createDelivery = ({
  client,
  session,
  agent,
  health,
}: {
  readonly client: ApiClient;
  readonly session: Session;
  readonly agent: SensorAgentFile;
  readonly health: Health;
}) => {
  let refusedEvents = 0;
  return async (batch: Batch, signal: AbortSignal): Promise<Outcome> => {
    const { identity } = session;
    if (identity === undefined) return { kind: 'stranger', reason: 'not registered yet' };
    const payloads = batch.entries.map(({ payload }) => payload);
    if (!payloads.every((each) => Value.Check(Payload, each)))
      return { kind: 'never', reason: 'the spooled entry has an unknown form' };
    const ready = await agent.ready(identity, signal);
    if (ready.kind === 'failed') return judge(ready.result);
    const { id, secret } = ready.agent;
    const events = payloads.flat();
    const result = await client({
      method: 'POST',
      path: '/api/v1/events',
      body: secret === undefined ? { agent_id: id, events } : { events },
      idempotencyKey: `${batch.key}.${id.slice(-8)}`,
      ...(secret === undefined ? {} : { signAs: { id, secret } }),
      signal,
    });
    if (result.kind === 'ok' && Value.Check(Answer, result.body) && result.body.errors > 0) {
      refusedEvents += result.body.errors;
      health.set(
        'syscalls.refused',
        'degraded',
        `${String(refusedEvents)} syscall events were refused as wrong`,
      );
    }
    if (result.kind === 'denied' && secret !== undefined) {
      agent.refused();
      return { kind: 'later', reason: result.reason, retryAfterMs: afterRefusalMs };
    }
    return judge(result);
  };
};
