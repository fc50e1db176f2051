/** What the database rooms need from a logger; pino's `Logger` satisfies it. */
export interface DatabaseLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

const ignore = (): void => undefined;

/** A log that says nothing, for tests and one-off tools. */
export const silentLog: DatabaseLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };
