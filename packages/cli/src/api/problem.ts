import { Problem } from '@gpushield/contracts';
import { Check } from 'typebox/value';
import { CliError } from '../cli-error.ts';
import { exitCodeForStatus, exitCodes } from '../exit-codes.ts';
import { gpushieldTool, type Tool } from '../tool.ts';

/** Fields named in one message; the rest is counted. */
const maxNamedFields = 3;

const fieldList = (problem: Problem): string => {
  // What the detail says already is not said twice.
  const fields = (problem.errors ?? []).filter(({ message }) => !problem.detail.includes(message));
  if (fields.length === 0) return '';
  const named = fields.slice(0, maxNamedFields).map(({ field, message }) => `${field} ${message}`);
  const more = fields.length > maxNamedFields ? `; and ${fields.length - maxNamedFields} more` : '';
  return ` (${named.join('; ')}${more})`;
};

/** What a refusal of the server becomes. Commands say what to type where the catalogue speaks of routes. */
export const errorFromAnswer = (options: {
  readonly status: number;
  readonly body: unknown;
  readonly correlationId: string | null;
  readonly signedIn: boolean;
  readonly tool?: Tool;
}): CliError => {
  const { status, body, tool = gpushieldTool } = options;
  const exitCode = exitCodeForStatus(status);
  if (!Check(Problem, body)) {
    return new CliError({
      title: `The server answered ${status}`,
      remediation: 'Check that --url names a GPUShield server.',
      correlationId: options.correlationId ?? undefined,
      exitCode,
      status,
    });
  }
  const signIn = options.signedIn
    ? `Sign in again with \`${tool.name} login\`.`
    : `Sign in with \`${tool.name} login\`, or give ${tool.keyHint}.`;
  const mayNeedLogin =
    status === 401 && body.code !== 'invalid_credentials' && body.code !== 'invalid_api_key';
  return new CliError({
    title: body.title,
    detail: `${body.detail}${fieldList(body)}`,
    remediation: mayNeedLogin ? signIn : body.remediation,
    correlationId: body.correlation_id,
    exitCode,
    status,
  });
};

const codesOf = (error: unknown): readonly string[] => {
  const codes: string[] = [];
  let current: unknown = error;
  // A fetch failure hides its reason in `cause`; three levels is deeper than undici goes.
  for (let depth = 0; depth < 3 && current instanceof Error; depth += 1) {
    codes.push(current.name);
    if ('code' in current && typeof current.code === 'string') codes.push(current.code);
    current = current.cause;
  }
  return codes;
};

/** What a request that got no answer becomes. `url` must carry no credentials. */
export const errorFromFailure = (
  error: unknown,
  url: string,
  deadlineMs: number,
  tool: Tool = gpushieldTool,
): CliError => {
  const codes = codesOf(error);
  const fields = { exitCode: exitCodes.unavailable, cause: error };
  if (codes.includes('TimeoutError')) {
    return new CliError({
      ...fields,
      title: 'No answer in time',
      detail: `${url} did not answer within ${deadlineMs / 1000} s`,
      remediation: tool.whenSlow,
    });
  }
  if (codes.includes('ECONNREFUSED')) {
    return new CliError({
      ...fields,
      title: 'Connection refused',
      detail: `nothing listens at ${url}`,
      remediation: tool.whenDown,
    });
  }
  if (codes.includes('ENOTFOUND') || codes.includes('EAI_AGAIN')) {
    return new CliError({
      ...fields,
      title: 'Unknown host',
      detail: `the name in ${url} does not resolve`,
      remediation: `Check --url or ${tool.urlVariable}.`,
    });
  }
  const certificate = codes.find((code) => /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL/.test(code));
  if (certificate !== undefined) {
    return new CliError({
      ...fields,
      title: 'The TLS connection failed',
      detail: `${url}: ${certificate}`,
      remediation: 'Name the authority that signed the server with NODE_EXTRA_CA_CERTS=/path/ca.crt.',
    });
  }
  const reason = codes.at(-1) ?? 'unknown error';
  return new CliError({
    ...fields,
    title: 'The connection failed',
    detail: `${url}: ${reason}`,
    remediation: tool.whenSlow,
  });
};
