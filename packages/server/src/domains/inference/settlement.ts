import type { Principal } from '../../platform/identity/index.ts';
import type { UsageEntry } from '../usage/index.ts';
import type { AdmittedCall } from './admit-call.ts';
import type { GatewayDeps } from './deps.ts';
import { charge, type Charged } from './limits/measure.ts';
import type { Model, ReportedUsage, Timings } from './types.ts';

/** What a call came to, on whichever path it ended. */
export interface Ending {
  readonly outcome: UsageEntry['outcome'];
  /** Undefined: no upstream said anything of it. */
  readonly usage: ReportedUsage | undefined;
  readonly outputBytes: number;
  readonly timings: Timings | undefined;
  /** Seconds that upstreams worked, by our clock. */
  readonly workedSeconds: number;
  /** The model that answered, a fallback perhaps. */
  readonly model: Model;
  readonly upstream: string | null;
  /** Nothing came back, and how far the upstream got nobody knows: then all that was held is charged. */
  readonly unknown: boolean;
}

export interface Settlement {
  readonly charged: Charged;
  readonly latencyMs: number;
}

const nothing: Charged = { promptTokens: 0, completionTokens: 0 };
const tokensPerPrice = 1e6;

const chargedFor = ({ prompt, hold }: AdmittedCall, ending: Ending): Charged => {
  const { usage, outputBytes, unknown, outcome } = ending;
  if (unknown) return { promptTokens: prompt.tokensMax, completionTokens: hold.outputCap };
  if (outcome === 'failed' && outputBytes === 0) return nothing;
  return charge(usage, { prompt, outputBytes, outputCap: hold.outputCap });
};

/** Settles a call once: the holds, and the ledger. A failure to settle is logged; the hold expires by itself then. */
export const createSettle = (
  deps: Pick<GatewayDeps, 'ledger' | 'clock' | 'log' | 'newId'>,
  about: {
    readonly principal: Principal;
    readonly admitted: AdmittedCall;
    readonly startedMs: number;
    readonly correlationId: string;
  },
): ((ending: Ending) => Promise<Settlement>) => {
  const { principal, admitted, startedMs, correlationId } = about;
  return async (ending) => {
    const { model, timings, workedSeconds } = ending;
    const charged = chargedFor(admitted, ending);
    const latencyMs = deps.clock.monotonicMs() - startedMs;
    const gpuSeconds = (timings?.gpuSeconds ?? workedSeconds) * model.gpuShare;
    const tokens = charged.promptTokens + charged.completionTokens;
    deps.ledger.record({
      id: deps.newId(),
      atMs: deps.clock.nowMs(),
      principalId: principal.id,
      kind: 'inference',
      subject: model.name,
      operation: admitted.call.kind,
      provider: ending.upstream,
      credentialId: principal.credentialId,
      outcome: ending.outcome,
      ...charged,
      gpuSeconds,
      cost:
        (charged.promptTokens * model.price.input + charged.completionTokens * model.price.output) /
        tokensPerPrice,
      durationMs: latencyMs,
      correlationId,
    });
    try {
      await admitted.hold.settle({ tokens, gpuSeconds });
    } catch (err) {
      deps.log.error({ err, correlation_id: correlationId }, 'a hold could not be settled');
    }
    return { charged, latencyMs };
  };
};
