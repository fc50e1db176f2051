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

/** What a terminal session is told of this side. */
export interface KeyboardListener {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Standard input is over: a pipe has ended. */
  readonly onEnd: () => void;
  readonly onResize: () => void;
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** Standard input and output as bytes, for a shell that runs elsewhere. */
export interface Terminal {
  readonly size: () => TerminalSize | undefined;
  /** Hands every key over as it is typed, until the returned function is called: the terminal is as before then. */
  readonly listen: (listener: KeyboardListener) => () => void;
  readonly write: (bytes: Uint8Array) => void;
}

export interface SocketListener {
  readonly onOpen: () => void;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onText: (text: string) => void;
  /** Once, after an opened socket has closed or one could not be opened. */
  readonly onClose: (reason: string) => void;
}

/** An open WebSocket. */
export interface Socket {
  readonly send: (data: Uint8Array<ArrayBuffer> | string) => void;
  readonly close: () => void;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
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
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly newId: () => string;
  readonly terminal: Terminal;
  readonly openSocket: (url: string, protocols: readonly string[], listener: SocketListener) => Socket;
  /** Calls back on Ctrl-C in place of ending at once, until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** This person's AWS credentials, from wherever AWS's own tools would take them. */
  readonly awsCredentials: (profile: string | undefined) => Promise<AwsCredentials>;
  readonly nodeVersion: string;
  /** Runs this Node on a file with our stdio, passes signals through, and answers with its exit code. */
  readonly runNode: (file: string, options: ChildOptions) => Promise<number>;
  /** The main file of a sibling package, undefined where it is not installed. */
  readonly mainOf: (packageName: string) => string | undefined;
}
