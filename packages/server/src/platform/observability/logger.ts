import { format } from 'node:util';
import { pino, stdTimeFunctions, type DestinationStream, type LogFn, type Logger as PinoLogger } from 'pino';
import type { LogLevel } from './log-level.ts';
import { maskText, maskValue } from './mask.ts';
import { serializers, summarise } from './serializers.ts';

/** The log. One JSON object a line: `level`, `time` (RFC 3339), `service`, bindings, fields, `msg`. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Named in every line, so that lines of several programs can be told apart. */
  readonly service: string;
  /** Where lines go; standard output if it is left out. */
  readonly destination?: DestinationStream;
}

/**
 * Makes the log. Credentials are masked in messages, in fields and in the bindings of child loggers, so that no
 * caller has to remember; the work for one line is bounded.
 */
export const createLogger = ({ level, service, destination }: LoggerOptions): Logger => {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers,
    hooks: { logMethod },
  };
  const logger: Logger = destination === undefined ? pino(options) : pino(options, destination);
  return maskBindings(logger);
};

function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
  const [first, ...rest] = args as unknown[];
  if (typeof first !== 'object' || first === null) {
    method.call(this, '%s', maskMessage([first, ...rest]));
    return;
  }
  const fields = first instanceof Error ? { err: first } : first;
  const message =
    rest.length > 0 ? maskMessage(rest) : first instanceof Error ? maskText(first.message) : undefined;
  if (message === undefined) method.call(this, maskFields(fields));
  else method.call(this, maskFields(fields), '%s', message);
}

const maskMessage = ([template, ...values]: readonly unknown[]): string =>
  maskText(
    format(...[template, ...values].map((value) => (typeof value === 'object' ? maskValue(value) : value))),
  );

/** Requests and replies are reduced to what a line needs before they are walked; all else is masked as it is. */
const maskFields = (fields: object): object => maskValue(summarise(fields)) as object;

/** pino gives child bindings no hook, so `child` and `setBindings` are wrapped; children inherit the wrapping. */
const maskBindings = (logger: Logger): Logger => {
  // Taken unbound on purpose: they run on whichever child is called.
  const { child, setBindings } = logger as { child: AnyMethod; setBindings: AnyMethod };
  return Object.assign(logger, {
    child(this: Logger, bindings: object, ...options: unknown[]): unknown {
      return child.call(this, maskFields(bindings), ...options);
    },
    setBindings(this: Logger, bindings: object): void {
      setBindings.call(this, maskFields(bindings));
    },
  });
};

type AnyMethod = (this: Logger, bindings: object, ...options: unknown[]) => unknown;
