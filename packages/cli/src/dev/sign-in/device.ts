import { ClientToken, DeviceAuthorization, deviceGrantType } from '@gpushield/contracts';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { checked } from '../../api/check.ts';
import { errorFromAnswer } from '../../api/problem.ts';
import type { Answer, Transport } from '../../api/transport.ts';
import { CliError } from '../../cli-error.ts';
import type { CommandContext } from '../../context.ts';
import type { SessionCredentials } from '../../credentials/store.ts';
import { exitCodes } from '../../exit-codes.ts';
import { cleanLine } from '../../text/clean.ts';
import { untilInterrupted } from '../interrupt.ts';

/** RFC 6749, section 5.2. */
const OAuthError = Type.Object({ error: Type.String(), error_description: Type.Optional(Type.String()) });
const clientId = 'gpu-dev';
/** RFC 8628, section 3.5: this much slower after slow_down. */
const slowDownS = 5;
const longestIntervalS = 60;

const refusal = (ctx: CommandContext, answer: Answer): CliError => {
  const { body } = answer;
  if (!Check(OAuthError, body)) return errorFromAnswer({ ...answer, signedIn: false, tool: ctx.tool });
  const over = body.error === 'expired_token';
  return new CliError({
    title: over ? 'Nobody approved the sign-in in time' : 'The sign-in was refused',
    detail: body.error === 'access_denied' ? 'it was denied in the browser' : body.error_description,
    remediation: 'Begin again with `gpu-dev login --device`',
    correlationId: answer.correlationId ?? undefined,
    exitCode: exitCodes.notAllowed,
    status: answer.status,
  });
};

const begin = async (ctx: CommandContext, transport: Transport): Promise<DeviceAuthorization> => {
  const answer = await transport({
    method: 'POST',
    path: '/oauth/device_authorization',
    form: { client_id: clientId },
  });
  if (answer.status === 404) {
    throw new CliError({
      title: 'This server has no sign-in by device',
      remediation: 'Sign in with a password (`gpu-dev login`), --aws or --token',
      exitCode: exitCodes.notFound,
    });
  }
  if (answer.status !== 200) throw refusal(ctx, answer);
  return checked(DeviceAuthorization, answer.body);
};

const waitForApproval = async (
  ctx: CommandContext,
  transport: Transport,
  device: DeviceAuthorization,
  signal: AbortSignal,
): Promise<Answer> => {
  const form = { grant_type: deviceGrantType, device_code: device.device_code, client_id: clientId };
  let intervalS = Math.min(longestIntervalS, Math.max(1, device.interval));
  const endsMs = ctx.io.now() + device.expires_in * 1000;
  while (ctx.io.now() <= endsMs) {
    await ctx.io.sleep(intervalS * 1000, signal);
    const answer = await transport({ method: 'POST', path: '/oauth/token', form });
    if (answer.status === 200) return answer;
    const error = Check(OAuthError, answer.body) ? answer.body.error : '';
    if (error === 'slow_down') intervalS = Math.min(longestIntervalS, intervalS + slowDownS);
    else if (error !== 'authorization_pending') throw refusal(ctx, answer);
  }
  throw new CliError({
    title: 'Nobody approved the sign-in in time',
    remediation: 'Begin again with `gpu-dev login --device`',
    exitCode: exitCodes.notAllowed,
  });
};

/** RFC 8628: a person approves this machine in a browser elsewhere. No password is typed here. */
export const signInByDevice = async (ctx: CommandContext): Promise<SessionCredentials> => {
  const url = await ctx.url();
  const transport = await ctx.transport();
  const device = await begin(ctx, transport);
  ctx.out.warn(`Open ${cleanLine(device.verification_uri)} and type the code ${cleanLine(device.user_code)}`);
  ctx.out.progress('Waiting for the approval …');
  const { body } = await untilInterrupted(
    ctx,
    (signal) => waitForApproval(ctx, transport, device, signal),
    () => undefined,
  );
  const tokens = checked(ClientToken, body);
  if (tokens.refresh_token === undefined)
    throw new CliError({ title: 'The server gave a token that cannot be renewed' });
  return {
    url,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token,
    expires: new Date(ctx.io.now() + tokens.expires_in * 1000).toISOString(),
  };
};
