import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import type { RequestContext } from '../../../platform/http/route.ts';
import { hashBytesOf, scopesOfRoles } from '../../../platform/identity/index.ts';
import { counted, type OnAuthAttempt } from '../counted.ts';
import type { LoginLimiter } from '../login-limits.ts';
import { openSession } from '../open-session.ts';
import { tokenResponse, type TokenDeps } from '../tokens.ts';
import { findUser, noteLogin, rolesOf, type UserRow } from '../user-store.ts';
import { decideDevice } from './decide-device.ts';
import { findDevice, noteQuestion, useApproval, type DeviceRow } from './device-store.ts';

export interface DeviceTokenDeps extends TokenDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly limits: LoginLimiter;
  readonly refreshTtlMs: number;
  readonly onAuthAttempt: OnAuthAttempt;
}

type DeviceContext = Pick<RequestContext, 'remoteAddress' | 'userAgent' | 'audit'>;

const decisionOf = (device: DeviceRow | undefined, nowMs: number) =>
  decideDevice(
    device && {
      status: device.status,
      expiresAtMs: device.expires_at.getTime(),
      lastAskedAtMs: device.last_asked_at?.getTime(),
      intervalSeconds: device.interval_seconds,
    },
    nowMs,
  );

/** The person who approved, who may have been disabled, or have changed the password, since. */
const approver = async (deps: DeviceTokenDeps, device: DeviceRow): Promise<UserRow> => {
  const user = device.decided_by === null ? undefined : await findUser(deps.db, device.decided_by);
  if (user === undefined) throw new AppError('invalid_grant');
  if (user.disabled) throw new AppError('user_disabled');
  return user;
};

/** Opens the session that was approved. Audited before it exists. */
const grant = async (deps: DeviceTokenDeps, device: DeviceRow, user: UserRow, ctx: DeviceContext) => {
  const sessionId = deps.newId();
  await ctx.audit({
    action: 'auth.device',
    resource: `session:${sessionId}`,
    principal: { id: user.id, kind: 'user', name: user.username },
    details: { device: device.id, client: device.client_name },
  });
  const refreshToken = await deps.db.transaction(async (tx) => {
    const at = new Date(deps.clock.nowMs());
    const passwordVersion = device.decided_password_version ?? -1;
    const noted = await noteLogin(tx, { userId: user.id, passwordVersion, rehashed: undefined, at });
    if (!noted || !(await useApproval(tx, device.id))) throw new AppError('invalid_grant');
    return openSession(deps, tx, { id: sessionId, userId: user.id, at }, ctx);
  });
  const tokens = await tokenResponse(deps, { userId: user.id, sessionId }, refreshToken);
  const scope = [...scopesOfRoles(rolesOf(user))].sort().join(' ');
  return { ...tokens, token_type: 'Bearer' as const, scope };
};

/**
 * RFC 8628, sections 3.4 and 3.5: a device's code to the login of the person who approved it, once. Errors:
 * `rate_limited`, `invalid_request`, `authorization_pending`, `slow_down`, `access_denied`, `device_code_expired`,
 * `invalid_grant`, `user_disabled`.
 */
export const createDeviceToken =
  (deps: DeviceTokenDeps) => async (code: string | undefined, ctx: DeviceContext) => {
    if (code === undefined) throw new AppError('invalid_request', { detail: 'device_code is missing' });
    await deps.limits.takeClient(ctx.remoteAddress);
    const device = await findDevice(deps.db, hashBytesOf(code));
    const nowMs = deps.clock.nowMs();
    const decision = decisionOf(device, nowMs);
    // A device that waits has not tried anything yet: it is neither counted nor audited.
    if (device !== undefined && decision.kind === 'wait') {
      const { intervalSeconds } = decision;
      await noteQuestion(deps.db, { id: device.id, at: new Date(nowMs), intervalSeconds });
      throw new AppError(decision.code);
    }
    return counted(deps.onAuthAttempt, 'device_code', async () => {
      if (device === undefined || decision.kind !== 'grant')
        throw new AppError(decision.kind === 'refuse' ? decision.code : 'invalid_grant');
      return grant(deps, device, await approver(deps, device), ctx);
    });
  };
