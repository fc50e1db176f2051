import { DeviceAuthorization, DeviceAuthorizationRequest, DeviceLogin } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Executor } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import {
  defineRoute,
  ok,
  transactionOf,
  type RequestContext,
  type Route,
} from '../../../platform/http/route.ts';
import { hashBytesOf, makeOpaqueSecret } from '../../../platform/identity/index.ts';
import { sessionOf } from '../decisions.ts';
import type { LoginLimiter } from '../login-limits.ts';
import { oauthBodyLimitBytes, oauthNoStore } from '../routes/issue-client-token.ts';
import { decideWaiting, findDeviceByUserCode, insertDevice, type DeviceRow } from './device-store.ts';
import { makeUserCode, readUserCode, shownUserCode } from './user-code.ts';

export interface DeviceDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  readonly limits: LoginLimiter;
  readonly publicUrl: string | undefined;
  readonly tls: boolean;
}

const lifeSeconds = 600;
const intervalSeconds = 5;
/** Two devices with one code are next to impossible; three in a row mean that something else is wrong. */
const tries = 3;
const hostPattern = /^[A-Za-z0-9.:[\]-]{1,255}$/;

/** The page where a person says yes: of the address that the operator names, else of the one that the device used. */
const pageOf = ({ publicUrl, tls }: DeviceDeps, host: string | undefined): string => {
  const base =
    publicUrl ??
    `${tls ? 'https' : 'http'}://${host !== undefined && hostPattern.test(host) ? host : 'localhost'}`;
  return `${base.replace(/\/+$/, '')}/console/device`;
};

/** Keeps a device that waits; answers its two codes. */
const keep = async (deps: DeviceDeps, clientName: string, ctx: RequestContext) => {
  const deviceCode = makeOpaqueSecret(deps.randomBytes);
  const at = new Date(deps.clock.nowMs());
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const userCode = makeUserCode(deps.randomBytes);
    const kept = await insertDevice(deps.db, {
      id: deps.newId(),
      codeHash: hashBytesOf(deviceCode),
      userCode,
      clientName,
      ipAddress: ctx.remoteAddress,
      userAgent: ctx.userAgent,
      intervalSeconds,
      at,
      expiresAt: new Date(at.getTime() + lifeSeconds * 1000),
    });
    if (kept) return { deviceCode, userCode };
  }
  throw new AppError('overloaded', { detail: 'No code is free' });
};

const authorizeDevice = (deps: DeviceDeps) =>
  defineRoute({
    method: 'POST',
    path: '/oauth/device_authorization',
    operationId: 'authorizeDevice',
    summary: 'A device without a browser begins to sign a person in (RFC 8628, section 3.1)',
    tag: 'OAuth2',
    access: { public: 'A device that signs in has no credential yet; a person approves it' },
    audit: { when: 'none', why: 'nothing is decided yet: the approval and the token are audited' },
    effect: 'own',
    consumes: 'form',
    errorForm: 'oauth',
    bodyLimitBytes: oauthBodyLimitBytes,
    schema: { body: DeviceAuthorizationRequest, responses: { 200: DeviceAuthorization } },
    errors: ['rate_limited', 'overloaded'],
    handler: async ({ body }, ctx) => {
      await deps.limits.takeDevice(ctx.remoteAddress);
      const { deviceCode, userCode } = await keep(deps, body.client_id, ctx);
      const page = pageOf(deps, ctx.header('host'));
      const shown = shownUserCode(userCode);
      return ok(
        {
          device_code: deviceCode,
          user_code: shown,
          verification_uri: page,
          verification_uri_complete: `${page}?user_code=${shown}`,
          expires_in: lifeSeconds,
          interval: intervalSeconds,
        },
        oauthNoStore,
      );
    },
  });

const CodeParams = Type.Object({ user_code: Type.String({ minLength: 8, maxLength: 16 }) });

const notFound = (): AppError =>
  new AppError('not_found', { detail: 'No device waits with that code; it may have been used, or be over' });

const present = (row: DeviceRow): DeviceLogin => ({
  user_code: shownUserCode(row.user_code),
  client_id: row.client_name,
  status: row.status,
  ip_address: row.ip_address,
  user_agent: row.user_agent,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});

/** The code as it is stored, of a person who has not tried too many. */
const codeFor = async ({ limits }: DeviceDeps, ctx: RequestContext, typed: string): Promise<string> => {
  await limits.takeUserCode(sessionOf(ctx.principal).userId);
  const code = readUserCode(typed);
  if (code === undefined) throw notFound();
  return code;
};

const getDeviceLogin = (deps: DeviceDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/device-logins/:user_code',
    operationId: 'getDeviceLogin',
    summary: 'Which device waits with this code',
    tag: 'Me',
    access: { scope: 'self', only: 'login' },
    audit: { when: 'with', action: 'device.read' },
    effect: 'read',
    schema: { params: CodeParams, responses: { 200: DeviceLogin } },
    errors: ['not_found', 'rate_limited'],
    handler: async ({ params }, ctx) => {
      const row = await findDeviceByUserCode(ctx.db, await codeFor(deps, ctx, params.user_code));
      if (row === undefined || row.expires_at.getTime() <= deps.clock.nowMs()) throw notFound();
      return ok(present(row));
    },
  });

const decide = async (
  deps: DeviceDeps,
  tx: Executor,
  ctx: RequestContext,
  typed: string,
  approved: boolean,
) => {
  const userCode = await codeFor(deps, ctx, typed);
  const { userId } = sessionOf(ctx.principal);
  const row = await decideWaiting(tx, { userCode, userId, approved, at: new Date(deps.clock.nowMs()) });
  if (row === undefined) throw notFound();
  return present(row);
};

const decision = (deps: DeviceDeps, word: 'approve' | 'deny') =>
  defineRoute({
    method: 'POST',
    path: `/api/v1/device-logins/:user_code/${word}`,
    operationId: word === 'approve' ? 'approveDeviceLogin' : 'denyDeviceLogin',
    summary:
      word === 'approve'
        ? 'Let the device with this code sign in as oneself, once'
        : 'Refuse the device with this code',
    tag: 'Me',
    access: { scope: 'self', only: 'login' },
    audit: { when: 'before', action: `device.${word}` },
    effect: 'transaction',
    schema: { params: CodeParams, responses: { 200: DeviceLogin } },
    errors: ['not_found', 'rate_limited'],
    handler: async ({ params }, ctx) =>
      ok(await decide(deps, transactionOf(ctx), ctx, params.user_code, word === 'approve')),
  });

/** OAuth2 device authorization (RFC 8628): a command line on a machine without a browser signs in. */
export const deviceRoutes = (deps: DeviceDeps): readonly Route[] => [
  authorizeDevice(deps),
  getDeviceLogin(deps),
  decision(deps, 'approve'),
  decision(deps, 'deny'),
];
