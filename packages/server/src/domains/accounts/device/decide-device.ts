import type { ErrorCode } from '@gpushield/contracts';

export type DeviceStatus = 'pending' | 'approved' | 'denied' | 'used';

/** What is known of a device that asks for its token. Times are Unix milliseconds. */
export interface AskingDevice {
  readonly status: DeviceStatus;
  readonly expiresAtMs: number;
  readonly lastAskedAtMs: number | undefined;
  readonly intervalSeconds: number;
}

export type DeviceDecision =
  | { readonly kind: 'grant' }
  /** It may ask again, no sooner than `intervalSeconds` from now. */
  | {
      readonly kind: 'wait';
      readonly code: 'authorization_pending' | 'slow_down';
      readonly intervalSeconds: number;
    }
  | { readonly kind: 'refuse'; readonly code: ErrorCode };

/** RFC 8628, section 3.5: each question that comes too soon lengthens the interval by this. */
const slowerBySeconds = 5;
const longestIntervalSeconds = 60;
/** A question may come a little early: clocks and networks are not exact. */
const earlyMs = 500;

/** What a device is answered now. A code that was used, or never was, is `invalid_grant`. */
export const decideDevice = (device: AskingDevice | undefined, nowMs: number): DeviceDecision => {
  if (device === undefined || device.status === 'used') return { kind: 'refuse', code: 'invalid_grant' };
  if (nowMs >= device.expiresAtMs) return { kind: 'refuse', code: 'device_code_expired' };
  if (device.status === 'denied') return { kind: 'refuse', code: 'access_denied' };
  const { lastAskedAtMs, intervalSeconds } = device;
  if (lastAskedAtMs !== undefined && nowMs - lastAskedAtMs < intervalSeconds * 1000 - earlyMs) {
    const slower = Math.min(longestIntervalSeconds, intervalSeconds + slowerBySeconds);
    return { kind: 'wait', code: 'slow_down', intervalSeconds: slower };
  }
  if (device.status === 'approved') return { kind: 'grant' };
  return { kind: 'wait', code: 'authorization_pending', intervalSeconds };
};
