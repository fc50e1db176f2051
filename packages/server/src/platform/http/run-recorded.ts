import { Readable } from 'node:stream';
import type { IdempotencyClaim, RecordedAnswers, Recorder } from '../idempotency/index.ts';
import { classifyError } from './classify-error.ts';
import { isFinal } from './run-handler.ts';
import type { RouteResult } from './route.ts';

export interface RecordedRun {
  readonly answers: RecordedAnswers;
  readonly claim: IdempotencyClaim;
  /** Renders an error that is an answer for good, as the route's clients read it. */
  readonly render: (error: ReturnType<typeof classifyError>) => RouteResult;
  readonly handler: () => Promise<RouteResult>;
}

const bytesOf = (body: unknown): Buffer =>
  Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null));

/** Passes a stream on while the recorder takes it down; a stream that breaks off, or is left, is forgotten. */
const passOn = (body: Readable, recorder: Recorder, end: () => Promise<void>): Readable => {
  const pieces = async function* (): AsyncGenerator<Buffer> {
    let whole = false;
    try {
      for await (const chunk of body) {
        const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
        await recorder.write(bytes);
        yield bytes;
      }
      whole = true;
    } finally {
      await (whole ? end() : recorder.abandon());
    }
  };
  return Readable.from(pieces(), { objectMode: false });
};

const record = async (recorder: Recorder, result: RouteResult): Promise<RouteResult> => {
  const { status, headers = {}, body } = result;
  if (body instanceof Readable) {
    return { ...result, body: passOn(body, recorder, () => recorder.finish(status, headers)) };
  }
  await recorder.write(bytesOf(body));
  await recorder.finish(status, headers);
  return result;
};

/** Runs a handler whose first answer is kept as it leaves, and given again for the same key. */
export const runRecorded = async (run: RecordedRun): Promise<RouteResult> => {
  const recording = await run.answers.begin(run.claim);
  if (recording.kind === 'replay') {
    const headers = { ...recording.headers, 'idempotency-replayed': 'true' };
    return { status: recording.status, headers, body: recording.body };
  }
  const { recorder } = recording;
  try {
    return await record(recorder, await run.handler());
  } catch (thrown) {
    const error = classifyError(thrown);
    if (!isFinal(error)) {
      await recorder.abandon();
      throw error;
    }
    return record(recorder, run.render(error));
  }
};
