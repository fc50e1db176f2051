import { createHash } from 'node:crypto';
import { AwsLogin, AwsLoggedIn, type AwsPresignedLogin, type AwsRawLogin } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { makeOpaqueSecret, type Argon2Pool } from '../../../platform/identity/index.ts';
import { OutboundFailure, type OutboundClient } from '../../../platform/outbound/index.ts';
import {
  readCallerIdentity,
  requireAccount,
  requireRole,
  usernameOf,
  type AllowedRole,
  type AwsIdentity,
} from '../aws/caller-identity.ts';
import { findAwsUser, linkAwsUser, takeSignature, userNumber, type AwsUser } from '../aws/identity-store.ts';
import {
  rebuildRequest,
  signatureMemoryMs,
  signRaw,
  type AwsLoginSettings,
  type StsRequest,
} from '../aws/sts-request.ts';
import type { LoginLimiter } from '../login-limits.ts';
import { makeKey, type MakeKeyDeps } from '../make-key.ts';
import { insertUser } from '../user-store.ts';
import { noStore } from './login.ts';

export interface AwsLoginDeps extends MakeKeyDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly argon2: Argon2Pool;
  readonly outbound: Pick<OutboundClient, 'request'>;
  readonly awsLogin: AwsLoginSettings & { readonly allowedRole: AllowedRole };
  readonly ttlHours: number;
  readonly limits: Pick<LoginLimiter, 'takeLogin'>;
}

const timeoutMs = 5_000;
const maxAnswerBytes = 64 * 1024;
const hourMs = 3_600_000;

const ask = async (deps: AwsLoginDeps, request: StsRequest): Promise<AwsIdentity> => {
  const url = new URL(request.url);
  const isTest = deps.awsLogin.stsEndpoint !== undefined;
  const usual = url.protocol === 'http:' ? 80 : 443;
  const policy = {
    name: 'sts',
    allowHttp: isTest && url.protocol === 'http:',
    allowPrivate: isTest ? [url.hostname] : [],
    ports: [url.port === '' ? usual : Number(url.port)],
  };
  const { headers, body } = request;
  const limits = { timeoutMs, maxResponseBytes: maxAnswerBytes };
  try {
    const answer = await deps.outbound.request(policy, {
      method: 'POST',
      url: request.url,
      headers,
      body,
      ...limits,
    });
    if (answer.status === 200 && !answer.truncated) return readCallerIdentity(answer.body.toString('utf8'));
    if (answer.status >= 400 && answer.status < 500) throw new AppError('aws_login_refused');
    throw new AppError('upstream_unavailable', { detail: `STS answered ${answer.status}` });
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    throw new AppError('upstream_unavailable', { detail: 'STS does not answer', cause: error });
  }
};

/** The identity's user, made at the first login. The password is one that nobody knows: AWS is the way in. */
const userFor = async (deps: AwsLoginDeps, identity: AwsIdentity): Promise<AwsUser> => {
  const at = new Date(deps.clock.nowMs());
  const known = await findAwsUser(deps.db, identity, at);
  if (known !== undefined) return known;
  const passwordHash = await deps.argon2.hash(makeOpaqueSecret(deps.randomBytes));
  const name = usernameOf(identity.session);
  const mark = createHash('sha256')
    .update(`${identity.accountId}:${identity.roleId}:${identity.session}`)
    .digest('hex');
  return deps.db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`aws-login:${mark}`]);
    const raced = await findAwsUser(tx, identity, at);
    if (raced !== undefined) return raced;
    const fresh = {
      email: null,
      passwordHash,
      roles: ['researcher'] as const,
      description: identity.arn,
      at,
    };
    const user =
      (await insertUser(tx, { id: deps.newId(), username: name, ...fresh })) ??
      (await insertUser(tx, { id: deps.newId(), username: `${name}-${mark.slice(0, 8)}`, ...fresh }));
    if (user === undefined) throw new AppError('conflict', { detail: 'The user name is taken' });
    await linkAwsUser(tx, identity, user.id, at);
    const number = String(await userNumber(tx, user.id));
    return { id: user.id, number, username: user.username, disabled: user.disabled };
  });
};

type Body = Partial<AwsRawLogin> & { readonly presigned?: AwsPresignedLogin };

/** Under which name the attempt is limited; no user name has a colon. */
const accessKeyOf = (body: Body): string =>
  `aws:${body.presigned?.access_key_id ?? body.aws_access_key_id ?? ''}`;

const requestFor = async (deps: AwsLoginDeps, body: Body): Promise<StsRequest> => {
  requireAccount(deps.awsLogin.allowedRole);
  const nowMs = deps.clock.nowMs();
  if (body.presigned !== undefined) {
    const request = rebuildRequest(body.presigned, deps.awsLogin, nowMs);
    const until = new Date(nowMs + signatureMemoryMs);
    if (!(await takeSignature(deps.db, body.presigned.signature, new Date(nowMs), until)))
      throw new AppError('aws_login_refused', { detail: 'This signature was used before: sign anew' });
    return request;
  }
  if (!deps.awsLogin.raw)
    throw new AppError('aws_login_disabled', {
      detail: 'AWS secrets are not taken: send a pre-signed login, or have GPUSHIELD_AWS_RAW_LOGIN set',
    });
  const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token } = body;
  if (id === undefined || secret === undefined)
    throw new AppError('validation_failed', { detail: 'Send aws_access_key_id and aws_secret_access_key' });
  const login = { aws_access_key_id: id, aws_secret_access_key: secret };
  return signRaw(token === undefined ? login : { ...login, aws_session_token: token }, deps.awsLogin, nowMs);
};

/** POST /v1/auth/aws-login (seed 2): an AWS identity to an API key of a few hours. A disabled user stays disabled. */
export const awsLogin = (deps: AwsLoginDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/auth/aws-login',
    operationId: 'awsLogin',
    summary: 'Sign in with AWS: a pre-signed GetCallerIdentity becomes an API key',
    tag: 'Sessions',
    access: { public: 'signing in needs no credential of ours: AWS says who asks' },
    audit: { when: 'handler', action: 'auth.aws_login' },
    effect: 'own',
    bodyLimitBytes: 8192,
    schema: { body: AwsLogin, responses: { 200: AwsLoggedIn } },
    errors: [
      'aws_login_refused',
      'aws_role_refused',
      'aws_login_disabled',
      'user_disabled',
      'rate_limited',
      'upstream_unavailable',
      'conflict',
      'audit_unavailable',
    ],
    handler: async ({ body }, ctx) => {
      const action = 'auth.aws_login';
      await deps.limits.takeLogin(accessKeyOf(body), ctx.remoteAddress);
      const unknown = { id: 'unknown', kind: 'user', name: null };
      try {
        const identity = await ask(deps, await requestFor(deps, body));
        requireRole(identity, deps.awsLogin.allowedRole);
        const user = await userFor(deps, identity);
        if (user.disabled) throw new AppError('user_disabled');
        const principal = { id: user.id, kind: 'user', name: user.username };
        await ctx.audit({
          action,
          resource: `user:${user.id}`,
          principal,
          details: { aws_arn: identity.arn },
        });
        const atMs = deps.clock.nowMs();
        const expiresAtMs = atMs + deps.ttlHours * hourMs;
        const wish = { userId: user.id, description: 'AWS login', scopes: null, atMs, expiresAtMs };
        const key = await deps.db.transaction((tx) => makeKey(deps, tx, wish));
        const whose = { user_id: Number(user.number), username: user.username, aws_arn: identity.arn };
        const until = { expires_at: new Date(expiresAtMs).toISOString(), ttl_hours: deps.ttlHours };
        const { api_key, key_prefix } = key;
        return { ...ok({ api_key, key_prefix, ...whose, ...until }), headers: noStore };
      } catch (error) {
        if (error instanceof AppError && error.status < 500)
          await ctx.audit({
            action,
            resource: 'user:unknown',
            granted: false,
            reason: error.code,
            principal: unknown,
          });
        throw error;
      }
    },
  });
