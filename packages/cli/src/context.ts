import { InvalidArgumentError, type Command } from 'commander';
import { createApi, type Api } from './api/client.ts';
import { createSession } from './api/session.ts';
import { createTransport, type Transport } from './api/transport.ts';
import { CliError, describeError, usageError } from './cli-error.ts';
import { withFileLock } from './credentials/lock.ts';
import { createCredentialsStore, type CredentialsStore } from './credentials/store.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { createPrinter, type Printer } from './output.ts';
import { normaliseUrl } from './server-url.ts';
import { gpushieldTool, type SignInAgain, type Tool } from './tool.ts';

export const defaultUrl = 'http://127.0.0.1:8000';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** commander's form of --no-color. */
  readonly color?: boolean;
}

/** What a command works with. */
export interface CommandContext {
  readonly io: Io;
  readonly out: Printer;
  readonly globals: GlobalOptions;
  readonly version: string;
  readonly tool: Tool;
  readonly store: CredentialsStore;
  /** The server's address: --url, the tool's variable and configuration, where one signed in last, or this machine. */
  url(): Promise<string>;
  /** Requests without a credential, to the server or to another address. */
  transport(to?: string): Promise<Transport>;
  api(): Promise<Api>;
}

export interface CommandDeps {
  readonly io: Io;
  readonly version: string;
  /** gpushield when absent. */
  readonly tool?: Tool;
  /** How the tool gets a key anew that it was given for something else. */
  readonly signInAgain?: (ctx: CommandContext) => SignInAgain;
  readonly onExit: (code: number) => void;
}

const firstOf = (...values: readonly (string | undefined)[]): string | undefined =>
  values.find((value) => value !== undefined && value !== '');

const isLoopback = (url: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);

const openApi = async (
  ctx: CommandContext,
  apiKey: string | undefined,
  signInAgain: SignInAgain | undefined,
): Promise<Api> => {
  const { io, out, store, tool } = ctx;
  const { now, sleep, newId } = io;
  const url = await ctx.url();
  const transport = await ctx.transport();
  if (apiKey === undefined && (await store.isExposed())) {
    out.warn(`Others can read ${store.path}: run chmod 600 on it, and sign in again if they did.`);
  }
  const session = await createSession({
    url,
    apiKey,
    store,
    transport,
    now,
    exclusively: (work) => withFileLock({ path: `${store.path}.lock`, now, sleep }, work),
    onRenewed: () => out.note('Session renewed.'),
    onNotRenewed: (error) =>
      out.warn(`The sign-in could not be renewed ahead of its end: ${describeError(error).join(' ')}`),
    tool,
    signInAgain,
  });
  if (session.kind !== 'none' && new URL(url).protocol === 'http:' && !isLoopback(url)) {
    out.warn(`The credential travels unencrypted to ${url}: use https.`);
  }
  const onProgress = (fetched: number): void => out.progress(`${fetched} fetched …`);
  return createApi({ transport, session, newId, tool, onProgress });
};

const createContext = (deps: CommandDeps, globals: GlobalOptions): CommandContext => {
  const { io, version, tool = gpushieldTool } = deps;
  const out = createPrinter({
    stdout: io.stdout,
    stderr: io.stderr,
    env: io.env,
    json: globals.json === true,
    quiet: globals.quiet === true,
    noColor: globals.color === false,
  });
  const store = createCredentialsStore({
    path: tool.credentialsPath(io),
    newId: io.newId,
    toolName: tool.name,
  });
  const apiKey = firstOf(globals.apiKey, io.env[tool.keyVariable]);

  const url = async (): Promise<string> => {
    const given = firstOf(globals.url, io.env[tool.urlVariable]) ?? firstOf(await tool.configuredUrl?.(io));
    if (given !== undefined) return normaliseUrl(given);
    // A damaged file must not keep anyone from signing in again: the default address serves then.
    const stored = apiKey === undefined ? await store.read() : await store.read().catch(() => undefined);
    return stored?.url ?? defaultUrl;
  };

  const transport = async (to?: string): Promise<Transport> =>
    createTransport({
      url: to ?? (await url()),
      fetch: io.fetch,
      now: io.now,
      sleep: io.sleep,
      userAgent: `${tool.name === 'gpushield' ? 'gpushield-cli' : tool.name}/${version}`,
      tool,
      onRetry: (waitMs, status) =>
        out.note(`The server answered ${status}; trying again in ${Math.ceil(waitMs / 1000)} s.`),
    });

  const ctx: CommandContext = {
    io,
    out,
    globals,
    version,
    tool,
    store,
    url,
    transport,
    api: () => openApi(ctx, apiKey, deps.signInAgain?.(ctx)),
  };
  return ctx;
};

export interface CommandInput<Options> {
  readonly args: readonly string[];
  readonly options: Options;
}

/** Ties a handler to a command. What the handler returns is the exit code; nothing means 0. */
export const act = <Options extends object>(
  command: Command,
  deps: CommandDeps,
  handler: (ctx: CommandContext, input: CommandInput<Options>) => Promise<number | undefined> | Promise<void>,
): Command =>
  command.action(async () => {
    const ctx = createContext(deps, command.optsWithGlobals<GlobalOptions>());
    try {
      deps.onExit(
        (await handler(ctx, { args: command.args, options: command.opts<Options>() })) ?? exitCodes.ok,
      );
    } finally {
      ctx.out.progress('');
    }
  });

/** The argument that commander has already required. */
export const argument = (input: CommandInput<object>, index = 0): string => {
  const value = input.args[index];
  if (value === undefined) throw usageError('An argument is missing');
  return value;
};

/** An option value that is a whole number between two bounds. */
export const integerBetween =
  (minimum: number, maximum: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };

/** A sixtieth is told as 0.017, which is enough: what is told is never refused. */
const shortNumber = (minimum: number): number => Math.ceil(minimum * 1000) / 1000;

export const numberBetween =
  (minimum: number, maximum: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= minimum && value <= maximum)) {
      throw new InvalidArgumentError(`It must be a number from ${shortNumber(minimum)} to ${maximum}.`);
    }
    return value;
  };

/** Asks before something that cannot be taken back; without a terminal only --yes will do. */
export const confirm = async (
  ctx: CommandContext,
  options: { readonly yes?: boolean },
  question: string,
): Promise<void> => {
  if (options.yes === true) return;
  if (!ctx.io.stdin.isTty) {
    throw usageError('This needs a confirmation, and there is no terminal to ask on', 'Give --yes.');
  }
  const answer = await ctx.io.stdin.readLine(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError({ title: 'Nothing was done' });
};
