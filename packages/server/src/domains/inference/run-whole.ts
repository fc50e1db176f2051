import { AppError } from '../../platform/errors.ts';
import type { AdmittedCall } from './admit-call.ts';
import type { GatewayDeps } from './deps.ts';
import type { JsonObject } from './json.ts';
import type { Presenter } from './protocol/presenter.ts';
import { blocks, choicesOf, outputBytes, screenWhole } from './screen.ts';
import type { createSettle } from './settlement.ts';

const blockedText = 'The answer was blocked by the firewall.';

/** An answer whose text is not shown, in the form that clients know for it. */
export const blockAnswer = (body: JsonObject): void => {
  for (const choice of choicesOf(body)) {
    choice['finish_reason'] = 'content_filter';
    if (typeof choice['text'] === 'string') choice['text'] = blockedText;
    else choice['message'] = { role: 'assistant', content: blockedText };
    if ('logprobs' in choice) choice['logprobs'] = null;
  }
};

export interface Run {
  readonly admitted: AdmittedCall;
  readonly userId: string;
  /** Ends with the client, the deadline or the server. */
  readonly signal: AbortSignal;
  readonly settle: ReturnType<typeof createSettle>;
}

/** Asks for a whole answer and gives it in the protocol's form. The call is settled on every path. */
export const runWhole = async (deps: GatewayDeps, run: Run, presenter: Presenter): Promise<unknown> => {
  const { admitted, userId, signal, settle } = run;
  const { model, call, context } = admitted;
  let workedSeconds = 0;
  const onWork = (seconds: number): void => {
    workedSeconds += seconds;
  };
  const base = { usage: undefined, outputBytes: 0, timings: undefined, upstream: null, model };
  try {
    const routed = await deps.router.whole({ model, call, userId, signal, onWork });
    const { body, usage, timings } = routed.answer;
    const bytes = outputBytes(body);
    const verdict = call.kind === 'embed' ? null : await screenWhole(deps.firewall, context, body);
    const blocked = blocks(verdict);
    if (blocked) blockAnswer(body);
    const { charged, latencyMs } = await settle({
      outcome: blocked ? 'blocked' : 'ok',
      usage,
      outputBytes: bytes,
      timings,
      workedSeconds,
      model: routed.model,
      upstream: routed.upstream,
      unknown: false,
    });
    return presenter.whole(body, { model: model.name, charged, timings, latencyMs });
  } catch (error) {
    // Who goes away, or waits longer than it may, may have had everything computed.
    const unknown = workedSeconds > 0 && (signal.aborted || isTimeout(error));
    const outcome = signal.aborted ? 'aborted' : 'failed';
    await settle({ ...base, outcome, workedSeconds: unknown ? workedSeconds : 0, unknown });
    throw error;
  }
};

const isTimeout = (error: unknown): boolean => error instanceof AppError && error.code === 'upstream_timeout';
