import { exitCodes, type ExitCode } from './exit-codes.ts';

export interface CliErrorFields {
  readonly title: string;
  readonly detail?: string | undefined;
  readonly remediation?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly exitCode?: ExitCode;
  /** The HTTP status, where the server answered. */
  readonly status?: number;
  readonly cause?: unknown;
}

/** Anything that ends a command with a message for a person. */
export class CliError extends Error {
  readonly fields: CliErrorFields;
  readonly exitCode: ExitCode;

  constructor(fields: CliErrorFields) {
    super(fields.title, { cause: fields.cause });
    this.name = 'CliError';
    this.fields = fields;
    this.exitCode = fields.exitCode ?? exitCodes.failure;
  }
}

/** The command line is wrong in a way that only shows when values are put together. */
export const usageError = (title: string, remediation?: string): CliError =>
  new CliError({ title, remediation, exitCode: exitCodes.usage });

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** One or two lines for stderr: what is wrong; then what to do, and what to quote when asking for help. */
export const describeError = (error: CliError): readonly string[] => {
  const { title, detail, remediation, correlationId } = error.fields;
  const first = detail === undefined || detail === title ? sentence(title) : `${title}: ${sentence(detail)}`;
  const second = [
    remediation === undefined ? '' : sentence(remediation),
    correlationId === undefined ? '' : `(correlation id ${correlationId})`,
  ].filter((part) => part !== '');
  return second.length === 0 ? [first] : [first, second.join(' ')];
};
