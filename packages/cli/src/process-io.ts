import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, usageError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { ChildOptions, Input, Io, Output } from './io.ts';
import { onInterrupt, openSocket, processTerminal } from './process-terminal.ts';
import { editSecret, emptySecret } from './secret-input.ts';

const outputOf = (stream: NodeJS.WriteStream): Output => ({
  isTty: stream.isTTY,
  // Asked for each time: a terminal may change its width.
  get columns() {
    return stream.isTTY ? stream.columns : undefined;
  },
  write: (text) => {
    stream.write(text);
  },
});

const interrupted = (): CliError => new CliError({ title: 'Interrupted', exitCode: exitCodes.interrupted });

const readSecret = (
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  question: string,
): Promise<string> =>
  new Promise((resolve, reject) => {
    stderr.write(question);
    let state = emptySecret;
    const decoder = new TextDecoder();
    const end = (): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const onData = (chunk: Buffer): void => {
      state = editSecret(state, decoder.decode(chunk, { stream: true }));
      if (state.kind === 'editing') return;
      end();
      if (state.kind === 'done') resolve(state.text);
      else reject(interrupted());
    };
    stdin.setRawMode(true);
    stdin.resume();
    stdin.on('data', onData);
  });

const readLine = async (
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  question: string,
): Promise<string> => {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await Promise.race([
      lines.question(question),
      new Promise<never>((_resolve, reject) => {
        lines.once('SIGINT', () => reject(interrupted()));
        lines.once('close', () => reject(interrupted()));
      }),
    ]);
  } finally {
    lines.close();
  }
};

const readAll = async (stdin: NodeJS.ReadStream, maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw usageError(`Standard input holds more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const inputOf = (stdin: NodeJS.ReadStream, stderr: NodeJS.WriteStream): Input => ({
  isTty: stdin.isTTY,
  readLine: (question) => readLine(stdin, stderr, question),
  readSecret: (question) => readSecret(stdin, stderr, question),
  readAll: (maxBytes) => readAll(stdin, maxBytes),
});

const passedOn = ['SIGTERM', 'SIGUSR2'] as const;
const sentByTerminals = ['SIGINT', 'SIGHUP'] as const;
const signalExitBase = 128;
const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGTERM: 15,
};

const runNode = (file: string, { args, stdoutToStderr }: ChildOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    const stdio = ['inherit', stdoutToStderr === true ? process.stderr : 'inherit', 'inherit'] as const;
    const child = spawn(process.execPath, [file, ...args], { stdio: [...stdio] });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    // What a terminal sends has reached the child already, since both are in its foreground group; twice means "now".
    const forwardOffTerminal = (signal: NodeJS.Signals): void => {
      if (!process.stdin.isTTY) child.kill(signal);
    };
    const release = (): void => {
      for (const signal of passedOn) process.off(signal, forward);
      for (const signal of sentByTerminals) process.off(signal, forwardOffTerminal);
    };
    for (const signal of passedOn) process.on(signal, forward);
    for (const signal of sentByTerminals) process.on(signal, forwardOffTerminal);
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      release();
      resolve(code ?? signalExitBase + (signalNumbers[signal ?? ''] ?? 0));
    });
  });

/** Looks through the folders in which Node would look, so that it needs no entry in the package's `exports`. */
const mainOf = (packageName: string): string | undefined => {
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  return folders
    .map((folder) => join(folder, packageName, 'src', 'main.ts'))
    .find((file) => existsSync(file));
};

/** The real world. The only reader of `process` in this package, beside the entry point. */
export const createProcessIo = (): Io => ({
  env: process.env,
  homeDirectory: homedir(),
  stdin: inputOf(process.stdin, process.stderr),
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  fetch: globalThis.fetch,
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  newId: randomUUID,
  terminal: processTerminal(process.stdin, process.stdout),
  openSocket,
  onInterrupt,
  awsCredentials: async (profile) => {
    // Loaded where it is needed alone: most commands have nothing to do with AWS.
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    const found = await defaultProvider(profile === undefined ? {} : { profile })();
    const { accessKeyId, secretAccessKey, sessionToken } = found;
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  },
  nodeVersion: process.version,
  runNode,
  mainOf,
});
