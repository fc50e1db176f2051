/** What the command line does to the world outside it. Tests hand in their own. */
export interface Output {
  readonly isTty: boolean;
  /** Width of the terminal in columns; undefined where there is no terminal. */
  readonly columns: number | undefined;
  write(text: string): void;
}

export interface Input {
  readonly isTty: boolean;
  /** Asks on stderr, so that stdout stays clean for pipes. Rejects with a CliError on Ctrl-C. */
  readLine(question: string): Promise<string>;
  /** The same without showing what is typed. */
  readSecret(question: string): Promise<string>;
  /** Everything until the end, at most `maxBytes`. */
  readAll(maxBytes: number): Promise<string>;
}

export interface ChildOptions {
  readonly args: readonly string[];
  /** Sends the child's stdout to our stderr, so that ours carries JSON only. */
  readonly stdoutToStderr?: boolean;
}

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly fetch: typeof fetch;
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly newId: () => string;
  readonly nodeVersion: string;
  /** Runs this Node on a file with our stdio, passes signals through, and answers with its exit code. */
  readonly runNode: (file: string, options: ChildOptions) => Promise<number>;
  /** The main file of a sibling package, undefined where it is not installed. */
  readonly mainOf: (packageName: string) => string | undefined;
}
