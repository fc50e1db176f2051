import type { Readable } from 'node:stream';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import type { CircuitBoard } from '../../../platform/outbound/index.ts';
import type { Directory } from '../catalogue/directory.ts';
import type { Adapter, Call, Model, StreamPiece, Target, Upstream, WholeAnswer } from '../types.ts';
import type { UpstreamClient } from './client.ts';
import { failureOf, mayTryAnother } from './failures.ts';
import type { FairQueue } from '../limits/fair-queue.ts';

/** Who waits, and until when. */
export interface RouteRequest {
  readonly model: Model;
  readonly call: Call;
  /** Fair shares are by user. */
  readonly userId: string;
  readonly signal: AbortSignal;
  /** Told whenever an upstream begins to work, and again when it ended: seconds that count by the clock. */
  readonly onWork: (seconds: number) => void;
}

/** An answer and where it came from. */
export interface Routed<T> {
  readonly answer: T;
  readonly model: Model;
  readonly upstream: string;
}

export interface StreamAnswer {
  readonly pieces: AsyncIterable<StreamPiece>;
}

/** Brings a call to a target that works: weights, then the other targets, then the fallbacks. */
export interface UpstreamRouter {
  whole(request: RouteRequest): Promise<Routed<WholeAnswer>>;
  /** Resolves with the first piece in hand, so that until then another target may be asked. */
  stream(request: RouteRequest): Promise<Routed<StreamAnswer>>;
}

export interface RouterDeps {
  readonly directory: Directory;
  readonly client: UpstreamClient;
  readonly adapters: Readonly<Record<Upstream['kind'], Adapter>>;
  readonly circuits: CircuitBoard;
  readonly queue: FairQueue;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Targets that one request asks at most: each may take its deadline. */
const maxAttempts = 4;

/** The targets in the order in which they are asked: the first by weight, then the heavier before the lighter. */
export const orderTargets = (targets: readonly Target[], random: number): readonly Target[] => {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  let left = random * total;
  const first = targets.find(({ weight }) => (left -= weight) < 0) ?? targets[0];
  if (first === undefined) return [];
  return [first, ...targets.filter((one) => one !== first).toSorted((a, b) => b.weight - a.weight)];
};

interface Attempt {
  readonly model: Model;
  readonly target: Target;
  readonly upstream: Upstream;
}

const attemptsFor = (deps: RouterDeps, model: Model): readonly Attempt[] => {
  const fallbacks = model.fallbacks
    .map((name) => deps.directory.find(name))
    .filter((one) => one !== undefined);
  return [model, ...fallbacks]
    .flatMap((one) =>
      orderTargets(one.targets, deps.random()).flatMap((target): Attempt[] => {
        const upstream = deps.directory.upstream(target.upstream);
        return upstream === undefined ? [] : [{ model: one, target, upstream }];
      }),
    )
    .slice(0, maxAttempts);
};

/** A place before the model, where it has a limit of its own, and one before its server, always in this order. */
const enterPlaces = async (
  queue: FairQueue,
  { model, upstream }: Pick<Attempt, 'model' | 'upstream'>,
  userId: string,
  signal: AbortSignal,
): Promise<() => void> => {
  const server = `${upstream.name}\n`;
  if (model.concurrency === undefined) return queue.enter(server, upstream.concurrency, userId, signal);
  const leaveModel = await queue.enter(`${server}${model.name}`, model.concurrency, userId, signal);
  try {
    const leaveServer = await queue.enter(server, upstream.concurrency, userId, signal);
    return () => {
      leaveServer();
      leaveModel();
    };
  } catch (error) {
    leaveModel();
    throw error;
  }
};

/** Runs one attempt within its queue, its circuit and the clock; `release` comes when all is over. */
const createAttempt =
  ({ circuits, queue, clock }: RouterDeps) =>
  async <T>(
    { model, upstream }: Attempt,
    { userId, signal, onWork }: RouteRequest,
    work: (finish: (failed: boolean) => void) => Promise<T>,
  ): Promise<T> => {
    const release = await enterPlaces(queue, { model, upstream }, userId, signal);
    const pass = circuits.admit(upstream.name);
    if (pass === undefined) {
      release();
      throw new AppError('upstream_failed', { detail: 'The model server is given a rest after failures' });
    }
    const startedMs = clock.monotonicMs();
    let finished = false;
    const finish = (failed: boolean): void => {
      if (finished) return;
      finished = true;
      release();
      onWork((clock.monotonicMs() - startedMs) / 1000);
      circuits.settle(upstream.name, pass, failed ? (signal.aborted ? 'void' : 'failure') : 'success');
    };
    try {
      return await work(finish);
    } catch (thrown) {
      const error = failureOf(thrown);
      finish(mayTryAnother(error));
      throw error;
    }
  };

export const createUpstreamRouter = (deps: RouterDeps): UpstreamRouter => {
  const { client, adapters } = deps;
  const attempt = createAttempt(deps);

  const firstThatWorks = async <T>(
    request: RouteRequest,
    work: (attempt: Attempt, finish: (failed: boolean) => void) => Promise<T>,
  ): Promise<Routed<T>> => {
    let last: AppError | undefined;
    for (const one of attemptsFor(deps, request.model)) {
      try {
        const answer = await attempt(one, request, (finish) => work(one, finish));
        return { answer, model: one.model, upstream: one.upstream.name };
      } catch (thrown) {
        last = failureOf(thrown);
        if (!mayTryAnother(last) || request.signal.aborted) throw last;
      }
    }
    throw (
      last ?? new AppError('model_not_found', { detail: `No server has the model ${request.model.name}` })
    );
  };

  return {
    whole: (request) =>
      firstThatWorks(request, async ({ target, upstream }, finish) => {
        const adapter = adapters[upstream.kind];
        const { path, body } = adapter.request(request.call, target.model);
        const answer = await client.post(upstream, path, body, request.signal);
        const whole = adapter.whole(request.call, request.model.name, answer);
        finish(false);
        return whole;
      }),
    stream: (request) =>
      firstThatWorks(request, async ({ target, upstream }, finish) => {
        const adapter = adapters[upstream.kind];
        const { path, body } = adapter.request(request.call, target.model);
        const answer = await client.stream(upstream, path, body, request.signal);
        // Read to its end without being destroyed: its connection serves the next call.
        const source = answer.body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
        const pieces = adapter.pieces(request.call, request.model.name, source)[Symbol.asyncIterator]();
        const first = await pieces.next().catch((error: unknown) => {
          answer.body.destroy();
          throw error;
        });
        return { pieces: streamed(first, pieces, answer.body, finish) };
      }),
  };
};

/** What a server sends behind the end of its answer is waited for this long, for the sake of its connection. */
const remainderMs = 1000;

const letEnd = (body: Readable): void => {
  if (body.closed || body.readableEnded) return;
  const timer = setTimeout(() => body.destroy(), remainderMs);
  body.once('close', () => {
    clearTimeout(timer);
  });
  body.on('error', () => undefined);
  body.resume();
};

/** The pieces, the first of them in hand; whoever stops early ends the upstream's work too. */
const streamed = async function* (
  first: IteratorResult<StreamPiece>,
  rest: AsyncIterator<StreamPiece>,
  body: Readable,
  finish: (failed: boolean) => void,
): AsyncGenerator<StreamPiece> {
  let state: 'running' | 'complete' | 'failed' = 'running';
  try {
    let next = first;
    while (next.done !== true) {
      yield next.value;
      next = await rest.next();
    }
    state = 'complete';
  } catch (thrown) {
    state = 'failed';
    throw failureOf(thrown);
  } finally {
    if (state === 'complete') letEnd(body);
    else body.destroy();
    finish(state === 'failed');
  }
};
