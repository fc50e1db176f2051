import { randomUUID } from 'node:crypto';
import type { ChildOptions, Io } from '../io.ts';

/** An Io that a test can read afterwards. */
export interface FakeIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  readonly children: readonly { readonly file: string; readonly options: ChildOptions }[];
  readonly waits: readonly number[];
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
}

export const createFakeIo = (options: FakeIoOptions): FakeIo => {
  const tty = options.tty ?? false;
  const outputs = { out: '', err: '' };
  const children: { file: string; options: ChildOptions }[] = [];
  const waits: number[] = [];
  const answers = [...(options.answers ?? [])];
  const answer = (question: string): Promise<string> => {
    outputs.err += question;
    return Promise.resolve(answers.shift() ?? '');
  };
  const columns = tty ? (options.columns ?? 100) : undefined;
  return {
    env: options.env ?? {},
    homeDirectory: options.home,
    stdin: { isTty: tty, readLine: answer, readSecret: answer, readAll: async () => options.stdin ?? '' },
    stdout: { isTty: tty, columns, write: (text) => void (outputs.out += text) },
    stderr: { isTty: tty, columns, write: (text) => void (outputs.err += text) },
    fetch: globalThis.fetch,
    now: options.now ?? Date.now,
    sleep: async (ms) => void waits.push(ms),
    newId: randomUUID,
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
  };
};
