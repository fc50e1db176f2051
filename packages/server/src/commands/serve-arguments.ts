import { parseArgs } from 'node:util';

export interface ServeArguments {
  readonly withSensor: boolean;
  /** Variables that the command line goes before. */
  readonly env: Readonly<Record<string, string>>;
}

/** Reads what stands behind `serve`. Throws what `parseArgs` throws for anything else. */
export const parseServeArguments = (args: readonly string[]): ServeArguments => {
  const { values } = parseArgs({
    args: [...args],
    options: { roles: { type: 'string', multiple: true }, 'with-sensor': { type: 'boolean' } },
  });
  return {
    withSensor: values['with-sensor'] === true,
    env: values.roles === undefined ? {} : { GPUSHIELD_ROLES: values.roles.join(',') },
  };
};

/** Whether the command line itself was wrong, so that the exit code can say so. */
export const isWrongArguments = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
