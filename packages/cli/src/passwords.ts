import { CliError, usageError } from './cli-error.ts';
import type { CommandContext } from './context.ts';

/** Passwords have at most 256 characters; a line end comes on top. */
const maxPasswordInputBytes = 4096;

export interface PasswordOptions {
  readonly passwordStdin?: boolean;
}

const fromStdin = async (ctx: CommandContext): Promise<string> => {
  const text = (await ctx.io.stdin.readAll(maxPasswordInputBytes)).replace(/\r?\n$/, '');
  if (text === '')
    throw usageError(
      '--password-stdin read nothing',
      'Pipe the password in: printf %s "$PASSWORD" | gpushield …',
    );
  return text;
};

/**
 * A password from --password-stdin, from the environment variable, or asked for without echo. A new password is asked
 * for twice, since a typing error in it locks somebody out.
 */
export const obtainPassword = async (
  ctx: CommandContext,
  options: PasswordOptions,
  request: { readonly variable: string; readonly question: string; readonly isNew: boolean },
): Promise<string> => {
  if (options.passwordStdin === true) return fromStdin(ctx);
  const given = ctx.io.env[request.variable];
  if (given !== undefined && given !== '') return given;
  if (!ctx.io.stdin.isTty) {
    throw usageError(
      'There is no terminal to ask for a password on',
      `Give --password-stdin, or set ${request.variable}.`,
    );
  }
  const first = await ctx.io.stdin.readSecret(`${request.question}: `);
  if (first === '') throw new CliError({ title: 'No password was given' });
  if (request.isNew && (await ctx.io.stdin.readSecret('Again: ')) !== first) {
    throw new CliError({ title: 'The two passwords differ', remediation: 'Nothing was changed. Try again.' });
  }
  return first;
};
