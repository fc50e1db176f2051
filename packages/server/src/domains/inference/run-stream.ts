import { Readable } from 'node:stream';
import { AppError } from '../../platform/errors.ts';
import type { GatewayDeps } from './deps.ts';
import type { JsonObject } from './json.ts';
import type { Presenter } from './protocol/presenter.ts';
import type { Run } from './run-whole.ts';
import { blocks, createStreamScreen, outputBytes, type StreamScreen } from './screen.ts';
import type { Ending } from './settlement.ts';
import { noTimings, type ReportedUsage, type StreamPiece, type Timings } from './types.ts';
import { failureOf } from './upstream/failures.ts';
import type { Routed, StreamAnswer } from './upstream/router.ts';

/** Pieces beyond what was asked for: an upstream that does not keep to it is cut off there. */
const extraPieces = 16;

/** What a stream has come to so far. */
interface Progress {
  usage: ReportedUsage | undefined;
  timings: Timings | undefined;
  bytes: number;
  pieces: number;
  template: JsonObject;
}

/** A chunk that ends every choice, in the place of what the firewall does not let through. */
const endingChunk = (
  template: JsonObject,
  reason: string | null,
  texts: readonly { index: number; text: string }[],
): JsonObject => {
  const indices = texts.length > 0 ? texts.map(({ index }) => index) : [0];
  const textOfChoice = (index: number): string => texts.find((one) => one.index === index)?.text ?? '';
  const isText = template['object'] === 'text_completion';
  return {
    ...template,
    choices: indices.map((index) =>
      isText
        ? { index, text: textOfChoice(index), logprobs: null, finish_reason: reason }
        : { index, delta: { content: textOfChoice(index) }, finish_reason: reason },
    ),
  };
};

const note = (progress: Progress, { chunk, usage, timings }: StreamPiece): void => {
  const bytes = outputBytes(chunk);
  progress.bytes += bytes;
  if (bytes > 0) progress.pieces += 1;
  progress.usage = usage ?? progress.usage;
  progress.timings = timings ?? progress.timings;
  const { choices: _choices, usage: _usage, ...template } = chunk;
  if (Object.keys(template).length > 0) progress.template = template;
};

/** Writes to the client at the client's pace; false once it is gone. */
type Write = (text: string) => Promise<boolean>;

/** Screens and writes piece after piece. Answers whether the firewall ended it. */
const passPieces = async (
  pieces: AsyncIterable<StreamPiece>,
  parts: {
    readonly progress: Progress;
    readonly screen: StreamScreen;
    readonly presenter: Presenter;
    readonly write: Write;
    readonly piecesMax: number;
  },
): Promise<'ok' | 'blocked' | 'aborted'> => {
  const { progress, screen, presenter, write } = parts;
  for await (const piece of pieces) {
    note(progress, piece);
    if (screen.chunk(piece.chunk) !== null) {
      await write(presenter.piece(endingChunk(progress.template, 'content_filter', [])));
      return 'blocked';
    }
    if (!(await write(presenter.piece(piece.chunk)))) return 'aborted';
    if (progress.pieces > parts.piecesMax) {
      await write(presenter.piece(endingChunk(progress.template, 'length', [])));
      return 'ok';
    }
  }
  const { texts, verdict } = screen.rest();
  if (blocks(verdict)) {
    await write(presenter.piece(endingChunk(progress.template, 'content_filter', [])));
    return 'blocked';
  }
  if (texts.length > 0) await write(presenter.piece(endingChunk(progress.template, 'stop', texts)));
  return 'ok';
};

export interface StreamRun extends Run {
  readonly correlationId: string;
  /** Ends the upstream's work. */
  readonly abort: () => void;
  /** Called once, when all is over. */
  readonly onEnd: () => void;
}

/**
 * Asks for a stream and answers as soon as its first piece is there; until then errors are thrown and become an error
 * answer. The rest is pumped whether or not anybody reads, so that the call is settled on every path.
 */
export const runStream = async (
  deps: GatewayDeps,
  run: StreamRun,
  presenter: Presenter,
): Promise<Readable> => {
  const { admitted, userId, signal, settle } = run;
  const { model, call } = admitted;
  let workedSeconds = 0;
  const onWork = (seconds: number): void => {
    workedSeconds += seconds;
  };
  const endingOf = (
    rest: Pick<Ending, 'outcome' | 'unknown' | 'usage' | 'outputBytes' | 'timings'>,
  ): Ending => ({
    ...rest,
    workedSeconds: rest.outcome === 'failed' && rest.outputBytes === 0 ? 0 : workedSeconds,
    model,
    upstream: null,
  });
  try {
    const routed = await deps.router.stream({ model, call, userId, signal, onWork });
    return pump(deps, run, presenter, { routed, worked: () => workedSeconds });
  } catch (error) {
    const unknown = workedSeconds > 0 && signal.aborted;
    const outcome = signal.aborted ? 'aborted' : 'failed';
    await settle(endingOf({ outcome, unknown, usage: undefined, outputBytes: 0, timings: undefined }));
    run.onEnd();
    throw error;
  }
};

/**
 * A stream to the client, and the means to write to it at the client's pace. Once the call has ended by its deadline
 * nobody waits for the client any more: one that does not read must not keep the model's place.
 */
const openOutput = (
  onClose: () => void,
  ended: AbortSignal,
): { readonly output: Readable; readonly write: Write } => {
  let goOn: (() => void) | undefined;
  const resume = (): void => goOn?.();
  const output = new Readable({ read: resume });
  ended.addEventListener('abort', resume, { once: true });
  output.once('close', () => {
    ended.removeEventListener('abort', resume);
    resume();
    onClose();
  });
  output.on('error', () => undefined);
  const write: Write = async (text) => {
    if (output.destroyed) return false;
    if (text !== '' && !output.push(text) && !ended.aborted) {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      goOn = undefined;
    }
    return !output.destroyed;
  };
  return { output, write };
};

const pump = (
  deps: GatewayDeps,
  run: StreamRun,
  presenter: Presenter,
  { routed, worked }: { readonly routed: Routed<StreamAnswer>; readonly worked: () => number },
): Readable => {
  const { admitted, settle, correlationId } = run;
  const progress: Progress = { usage: undefined, timings: undefined, bytes: 0, pieces: 0, template: {} };
  const { output, write } = openOutput(run.abort, run.signal);
  const settled = async (outcome: Ending['outcome']) => {
    const { usage, timings, bytes: outputBytes } = progress;
    // A stream that was left before its end: what was sent counts, a token a piece at least.
    const counted = usage ?? { promptTokens: undefined, completionTokens: progress.pieces };
    return settle({
      outcome,
      usage: counted,
      outputBytes,
      timings,
      workedSeconds: worked(),
      model: routed.model,
      upstream: routed.upstream,
      unknown: false,
    });
  };
  const work = async (): Promise<void> => {
    const screen = createStreamScreen(deps.firewall, admitted.context);
    const piecesMax = admitted.hold.outputCap + extraPieces;
    let ended = false;
    try {
      await write(presenter.start());
      const parts = { progress, screen, presenter, write, piecesMax };
      const outcome = await passPieces(routed.answer.pieces, parts);
      ended = true;
      const { charged, latencyMs } = await settled(outcome);
      const timings = progress.timings ?? noTimings;
      await write(presenter.end({ model: admitted.model.name, charged, timings, latencyMs }));
    } catch (thrown) {
      const gone = output.destroyed;
      if (!ended) await settled(gone ? 'aborted' : 'failed');
      const error = run.signal.aborted && !gone ? new AppError('upstream_timeout') : failureOf(thrown);
      deps.log.warn(
        { err: error.options.cause ?? error, correlation_id: correlationId },
        'a stream broke off',
      );
      // What was held back and is clean was said: it is not lost with the rest.
      const { texts } = screen.rest();
      if (texts.length > 0) await write(presenter.piece(endingChunk(progress.template, null, texts)));
      await write(presenter.broken(error, correlationId));
    } finally {
      output.push(null);
      run.onEnd();
    }
  };
  void work();
  return output;
};
