import { AwsLoggedIn, AwsPresignedLogin } from '@gpushield/contracts';
import { Check } from 'typebox/value';
import { checked } from '../../api/check.ts';
import { errorFromAnswer } from '../../api/problem.ts';
import { CliError } from '../../cli-error.ts';
import type { CommandContext } from '../../context.ts';
import type { KeyCredentials } from '../../credentials/store.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { AwsCredentials } from '../../io.ts';
import type { SignInAgain } from '../../tool.ts';
import { presign } from './presign.ts';

/** What the same sign-in needs the next time. */
export type AwsChoice = NonNullable<KeyCredentials['aws']>;

const defaultRegion = 'us-east-1';
const defaultAudience = 'gpushield';

export const awsChoice = (
  ctx: CommandContext,
  given: {
    readonly profile?: string | undefined;
    readonly region?: string | undefined;
    readonly audience?: string | undefined;
  },
): AwsChoice => {
  const { env } = ctx.io;
  return {
    ...(given.profile === undefined ? {} : { profile: given.profile }),
    region: given.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? defaultRegion,
    audience: given.audience ?? defaultAudience,
  };
};

const credentialsOf = async (ctx: CommandContext, profile: string | undefined): Promise<AwsCredentials> => {
  try {
    return await ctx.io.awsCredentials(profile);
  } catch (error) {
    throw new CliError({
      title: 'There are no AWS credentials',
      detail: error instanceof Error ? error.message : undefined,
      remediation:
        'Sign in to AWS first (`aws sso login`), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile',
      exitCode: exitCodes.notAllowed,
      cause: error,
    });
  }
};

/** An AWS identity becomes an API key of a few hours. The AWS secret stays here: only a signature is sent. */
export const signInWithAws = async (ctx: CommandContext, choice: AwsChoice): Promise<KeyCredentials> => {
  const url = await ctx.url();
  const presigned = await presign(await credentialsOf(ctx, choice.profile), {
    region: choice.region,
    audience: choice.audience,
    endpoint: ctx.io.env['AWS_ENDPOINT_URL_STS'],
    nowMs: ctx.io.now(),
  });
  if (!Check(AwsPresignedLogin, presigned)) {
    throw new CliError({
      title: 'These AWS credentials cannot be used',
      detail:
        'the key, the session token, the region or the audience does not have the form that it should have',
    });
  }
  const transport = await ctx.transport();
  const answer = await transport({ method: 'POST', path: '/v1/auth/aws-login', body: { presigned } });
  if (answer.status !== 200) throw errorFromAnswer({ ...answer, signedIn: false, tool: ctx.tool });
  const { api_key: key, expires_at: expires } = checked(AwsLoggedIn, answer.body);
  return { url, api_key: key, expires, source: 'aws', aws: choice };
};

/** Keys of AWS logins end after hours: the same identity gets a new one. Keys that a person gave are theirs to renew. */
export const signInAgain =
  (ctx: CommandContext): SignInAgain =>
  async (ended) => {
    if (ended.aws === undefined) return undefined;
    ctx.out.note('Signing in with AWS again …');
    return signInWithAws(ctx, ended.aws);
  };
