import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/index.ts';
import { checkUrl, createUrlCheck } from './check-url.ts';
import { createCircuitBoard, type CircuitBoard } from './circuit-board.ts';
import { createConnectionPools } from './connection-pools.ts';
import { createDeadline } from './deadline.ts';
import { systemConnect, type ConnectTcp } from './dial.ts';
import type { ExchangeAnswer } from './exchange.ts';
import { createGuard } from './guard.ts';
import { defaultLimits, type OutboundLimits } from './limits.ts';
import { prepareRequest } from './prepare-request.ts';
import { createResolve, type Resolve } from './resolve.ts';
import { createSend, createSendStream } from './send.ts';
import { createSlots } from './slots.ts';
import {
  OutboundFailure,
  type DestinationPolicy,
  type OutboundClient,
  type OutboundFailureKind,
  type OutboundRequest,
  type OutboundStream,
} from './types.ts';

/** What became of a request: the class of the answer's status, or why there was none. */
export type OutboundOutcome = '1xx' | '2xx' | '3xx' | '4xx' | '5xx' | OutboundFailureKind;

export interface OutboundMetricsHooks {
  /** Once for each request. `policy` is the policy's name: of few values, fit for a label. */
  onFinish(event: {
    readonly policy: string;
    readonly outcome: OutboundOutcome;
    readonly seconds: number;
  }): void;
  /** A destination got a rest (`open`), is probed (`half-open`) or works again (`closed`). */
  onCircuit?(event: { readonly policy: string; readonly state: 'closed' | 'open' | 'half-open' }): void;
}

export interface OutboundClientOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metricsHooks: OutboundMetricsHooks;
  /** The machine's resolver unless given. */
  readonly resolve?: Resolve;
  /** The machine's TCP unless given. Whatever it connects to is checked again. */
  readonly connect?: ConnectTcp;
  /** Authorities to trust instead of the machine's, PEM. */
  readonly ca?: string;
  readonly limits?: Partial<OutboundLimits>;
}

/** Runs a request and tells how it ended. */
const createMeasured =
  ({ clock, metricsHooks }: Pick<OutboundClientOptions, 'clock' | 'metricsHooks'>) =>
  async <T extends { readonly status: number }>(
    policy: DestinationPolicy,
    work: () => Promise<T>,
  ): Promise<T & { readonly durationMs: number }> => {
    const startedMs = clock.monotonicMs();
    let outcome: OutboundOutcome = 'protocol';
    try {
      const answer = await work();
      outcome = statusClass(answer.status);
      return { ...answer, durationMs: clock.monotonicMs() - startedMs };
    } catch (error) {
      const failure = asFailure(error);
      outcome = failure.kind;
      throw failure;
    } finally {
      const seconds = (clock.monotonicMs() - startedMs) / 1000;
      metricsHooks.onFinish({ policy: policy.name, outcome, seconds });
    }
  };

/** The one way out of the server (security.md, "Outbound requests"). One per process; `close` when it ends. */
export const createOutboundClient = (options: OutboundClientOptions): OutboundClient => {
  const { resolve = createResolve(), connect = systemConnect, ca } = options;
  const limits: OutboundLimits = { ...defaultLimits, ...options.limits };
  const closing = new AbortController();
  const [measured, checkedUrl] = [createMeasured(options), createUrlCheck()];
  const pools = createConnectionPools({ connect, connectTimeoutMs: limits.connectTimeoutMs, ca });
  const sendDeps = { pools, resolve, resolveTimeoutMs: limits.resolveTimeoutMs };
  const [send, sendStream] = [createSend(sendDeps), createSendStream(sendDeps)];
  const guard = createGuard({ slots: createSlots(limits), circuits: watchedCircuits(options, limits) });

  const prepare = (policy: DestinationPolicy, request: OutboundRequest) => {
    const checked = checkedUrl(policy, request.url);
    if (!checked.ok) {
      throw new OutboundFailure('forbidden_destination', checked.reason, { retryable: false });
    }
    const { target } = checked;
    const prepared = prepareRequest(request, target, limits);
    const deadline = createDeadline({
      timeoutMs: Math.min(request.timeoutMs ?? limits.timeoutMs, limits.timeoutMaxMs),
      aborts: [closing.signal, ...(request.signal === undefined ? [] : [request.signal])],
    });
    return { target, prepared, deadline };
  };

  const open = async (policy: DestinationPolicy, request: OutboundRequest): Promise<OutboundStream> => {
    const { target, prepared, deadline } = prepare(policy, request);
    try {
      deadline.signal.throwIfAborted();
      return await sendStream(policy.name, target, prepared, deadline);
    } catch (error) {
      deadline.dispose();
      throw error;
    }
  };

  const run = async (policy: DestinationPolicy, request: OutboundRequest): Promise<ExchangeAnswer> => {
    const { target, prepared, deadline } = prepare(policy, request);
    try {
      deadline.signal.throwIfAborted();
      const work = (): Promise<ExchangeAnswer> => send(policy.name, target, prepared, deadline);
      return await guard(`${policy.name}\n${target.url.origin}`, deadline.signal, work);
    } finally {
      deadline.dispose();
    }
  };

  return {
    request: (policy, request) => measured(policy, () => run(policy, request)),
    stream: (policy, request) => measured(policy, () => open(policy, request)),
    check: (policy, url) => {
      const checked = checkUrl(policy, url);
      return checked.ok ? { ok: true } : checked;
    },
    close: () => {
      closing.abort();
      pools.close();
      return Promise.resolve();
    },
  };
};

const watchedCircuits = (
  { clock, log, metricsHooks }: OutboundClientOptions,
  { circuit }: OutboundLimits,
): CircuitBoard =>
  createCircuitBoard({
    clock,
    settings: circuit,
    onChange: (key, state) => {
      const [policy = '', origin] = key.split('\n');
      if (state === 'open') log.warn({ policy, origin }, 'destination fails and is given a rest');
      if (state === 'closed') log.info({ policy, origin }, 'destination works again');
      metricsHooks.onCircuit?.({ policy, state });
    },
  });

/** Whatever came out as something else is a mistake of ours or of a caller: trying again will not help. */
const asFailure = (error: unknown): OutboundFailure =>
  error instanceof OutboundFailure
    ? error
    : new OutboundFailure('protocol', 'the request could not be made', { retryable: false, cause: error });

const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

const statusClass = (status: number): OutboundOutcome =>
  statusClasses[Math.floor(status / 100) - 1] ?? 'protocol';
