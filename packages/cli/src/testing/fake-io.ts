import { randomUUID } from 'node:crypto';
import type { AwsCredentials, ChildOptions, Io } from '../io.ts';
import { openSocket } from '../process-terminal.ts';

/** An Io that a test can read afterwards. */
export interface FakeIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  readonly children: readonly { readonly file: string; readonly options: ChildOptions }[];
  readonly waits: readonly number[];
  /** Whether keys still go to a remote shell. */
  readonly isRaw: () => boolean;
  /** Presses Ctrl-C. */
  readonly interrupt: () => void;
}

export interface FakeIoOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  readonly columns?: number;
  /** What is typed at prompts, in order. */
  readonly answers?: readonly string[];
  readonly stdin?: string;
  readonly childExitCode?: number;
  readonly now?: () => number;
  readonly aws?: AwsCredentials;
  /** Called at each wait: where a test changes the world. */
  readonly onWait?: (io: FakeIo) => void;
}

export const createFakeIo = (options: FakeIoOptions): FakeIo => {
  const tty = options.tty ?? false;
  const outputs = { out: '', err: '', raw: 0 };
  const children: { file: string; options: ChildOptions }[] = [];
  const waits: number[] = [];
  const answers = [...(options.answers ?? [])];
  const answer = (question: string): Promise<string> => {
    outputs.err += question;
    return Promise.resolve(answers.shift() ?? '');
  };
  const interrupts = new Set<() => void>();
  const columns = tty ? (options.columns ?? 100) : undefined;
  const io: FakeIo = {
    env: options.env ?? {},
    homeDirectory: options.home,
    stdin: { isTty: tty, readLine: answer, readSecret: answer, readAll: async () => options.stdin ?? '' },
    stdout: { isTty: tty, columns, write: (text) => void (outputs.out += text) },
    stderr: { isTty: tty, columns, write: (text) => void (outputs.err += text) },
    fetch: globalThis.fetch,
    now: options.now ?? Date.now,
    sleep: async (ms, signal) => {
      waits.push(ms);
      options.onWait?.(io);
      signal?.throwIfAborted();
    },
    newId: randomUUID,
    terminal: {
      size: () => (columns === undefined ? undefined : { cols: columns, rows: 30 }),
      write: (bytes) => void (outputs.out += Buffer.from(bytes).toString('utf8')),
      listen: ({ onBytes, onEnd }) => {
        // What is typed arrives later, as it does from a real keyboard.
        const typed = setImmediate(() => {
          onBytes(Buffer.from(options.stdin ?? ''));
          if (!tty) onEnd();
        });
        outputs.raw += 1;
        return () => {
          clearImmediate(typed);
          outputs.raw -= 1;
        };
      },
    },
    openSocket,
    onInterrupt: (listener) => {
      interrupts.add(listener);
      return () => interrupts.delete(listener);
    },
    awsCredentials: async () => {
      if (options.aws === undefined) throw new Error('Could not load credentials from any providers');
      return options.aws;
    },
    nodeVersion: 'v26.0.0',
    runNode: async (file, childOptions) => {
      children.push({ file, options: childOptions });
      return options.childExitCode ?? 0;
    },
    mainOf: (packageName) => `/fake/${packageName}/src/main.ts`,
    out: () => outputs.out,
    err: () => outputs.err,
    children,
    waits,
    interrupt: () => {
      for (const listener of interrupts) listener();
    },
    isRaw: () => outputs.raw > 0,
  };
  return io;
};
