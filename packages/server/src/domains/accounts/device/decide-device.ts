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
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly intervalSeconds: number };

/** RFC 8628, section 3.5: each question that comes too soon lengthens the interval by this. */
const slowerBySeconds = 5;
const longestIntervalSeconds = 60;
/** A question may come a little early: clocks and networks are not exact. */
const earlyMs = 500;

/** What a device is answered now. A code that was used, or never was, is `invalid_grant`. */
export const decideDevice = (device: AskingDevice | undefined, nowMs: number): DeviceDecision => {
  const intervalSeconds = device?.intervalSeconds ?? 0;
  const refuse = (code: ErrorCode, interval = intervalSeconds): DeviceDecision => ({
    kind: 'refuse',
    code,
    intervalSeconds: interval,
  });
  if (device === undefined || device.status === 'used') return refuse('invalid_grant');
  if (nowMs >= device.expiresAtMs) return refuse('device_code_expired');
  if (device.status === 'denied') return refuse('access_denied');
  const { lastAskedAtMs } = device;
  if (lastAskedAtMs !== undefined && nowMs - lastAskedAtMs < intervalSeconds * 1000 - earlyMs) {
    return refuse('slow_down', Math.min(longestIntervalSeconds, intervalSeconds + slowerBySeconds));
  }
  return device.status === 'approved' ? { kind: 'grant' } : refuse('authorization_pending');
};
