import { AppError } from '../../platform/errors.ts';
import type { RequestContext, RouteResult } from '../../platform/http/route.ts';
import { askedTokens, createAdmitCall, type AdmittedCall } from './admit-call.ts';
import type { GatewayDeps } from './deps.ts';
import { textOf } from './json.ts';
import type { Presenter } from './protocol/presenter.ts';
import { runStream } from './run-stream.ts';
import { runWhole } from './run-whole.ts';
import { createSettle } from './settlement.ts';
import type { Call } from './types.ts';

/** Runs one call from its decision to its answer; every inference route is a form around this. */
export type RunCall = (call: Call, presenter: Presenter, ctx: RequestContext) => Promise<RouteResult>;

type Details = Readonly<Record<string, string | number | boolean | null>>;

const scopeOf = (call: Call): string => (call.kind === 'embed' ? 'llm:embed' : 'llm:generate');

/** The facts of a decision (seed 3): who is in the entry already. */
const detailsOf = (call: Call, ctx: RequestContext, admitted: AdmittedCall | undefined): Details => {
  const { grant } = ctx.principal;
  const verdict = admitted?.verdict;
  return {
    required_scope: scopeOf(call),
    requested_tokens: askedTokens(call) ?? null,
    token_id: grant?.tokenId ?? null,
    token_max_tokens: grant?.maxTokens ?? null,
    stream: call.stream,
    ...(admitted === undefined ? {} : { prompt_bytes: admitted.prompt.bytes }),
    ...(verdict === undefined || verdict === null || verdict.findings.length === 0
      ? {}
      : {
          firewall: verdict.action,
          firewall_score: verdict.score,
          firewall_types: [...new Set(verdict.findings.map(({ type }) => type))].join(',').slice(0, 256),
        }),
  };
};

const callEnded = new DOMException('The call has ended', 'AbortError');

/** One signal for whatever ends a call: the client, the server's stop, the deadline. */
const endOf = (ctx: RequestContext, deadlineMs: number) => {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(callEnded);
  };
  const timer = setTimeout(abort, deadlineMs);
  const outer = ctx.signal;
  if (outer.aborted) abort();
  else outer.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    abort,
    dispose: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
};

const rethrow = (error: unknown, signal: AbortSignal, outer: AbortSignal): never => {
  if (signal.aborted && !outer.aborted) {
    throw new AppError('upstream_timeout', { detail: 'The model did not answer in time', cause: error });
  }
  throw error;
};

export const createRunCall = (deps: GatewayDeps): RunCall => {
  const admitCall = createAdmitCall(deps);

  const admit = async (call: Call, ctx: RequestContext): Promise<AdmittedCall> => {
    try {
      return await admitCall(call, ctx);
    } catch (error) {
      const reason = error instanceof AppError ? error.code : 'internal';
      await ctx.audit({
        action: `llm.${call.kind === 'embed' ? 'embed' : 'generate'}`,
        resource: `llm:${textOf(call.body['model']).slice(0, 128)}`,
        granted: false,
        reason,
        details: detailsOf(call, ctx, undefined),
      });
      throw error;
    }
  };

  return async (call, presenter, ctx) => {
    const startedMs = deps.clock.monotonicMs();
    const admitted = await admit(call, ctx);
    const { principal, correlationId } = ctx;
    const settle = createSettle(deps, { principal, admitted, startedMs, correlationId });
    const end = endOf(ctx, deps.deadlineMs);
    // Written while the model works; nothing of the answer leaves before the entry is there.
    const recorded = ctx.audit({
      action: `llm.${call.kind === 'embed' ? 'embed' : 'generate'}`,
      resource: `llm:${admitted.model.name}`,
      details: detailsOf(call, ctx, admitted),
    });
    recorded.catch(end.abort);
    const run = { admitted, userId: principal.id, signal: end.signal, settle };
    try {
      if (!call.stream) {
        const [body] = await Promise.all([runWhole(deps, run, presenter), recorded]).finally(end.dispose);
        return { status: 200, body };
      }
      const stream = { ...run, correlationId, abort: end.abort, onEnd: end.dispose };
      const starting = runStream(deps, stream, presenter);
      const [body] = await Promise.all([starting, recorded]).catch((error: unknown) => {
        starting.then(
          (readable) => readable.destroy(),
          () => undefined,
        );
        throw error;
      });
      return {
        status: 200,
        body,
        headers: { 'content-type': presenter.contentType, 'cache-control': 'no-store' },
      };
    } catch (error) {
      // The entry that could not be written is the reason, not the abort that followed from it.
      await recorded;
      return rethrow(error, end.signal, ctx.signal);
    }
  };
};
