import { addressKey } from '../../platform/limits/address-key.ts';
import type { LimitPolicy, Limiter } from '../../platform/limits/limiter.ts';
import { takeOrRefuse } from '../../platform/limits/refuse.ts';

/** How often passwords and refresh tokens may be tried. */
export interface LoginLimits {
  readonly perAddress: LimitPolicy;
  readonly perUserAndAddress: LimitPolicy;
  readonly refreshPerAddress: LimitPolicy;
  readonly clientPerAddress?: LimitPolicy;
}

export const defaultLoginLimits: LoginLimits = {
  perAddress: { name: 'login-address', quota: 10, windowSeconds: 60 },
  perUserAndAddress: { name: 'login-user', quota: 10, windowSeconds: 60 },
  // Many people may share an address, and a refresh token cannot be guessed: this bounds work, not guessing.
  refreshPerAddress: { name: 'refresh-address', quota: 300, windowSeconds: 60 },
};

// A client secret has 512 random bits, and many clients may share an address: the same holds.
const defaultClientPerAddress: LimitPolicy = { name: 'client-address', quota: 600, windowSeconds: 60 };

/** Each device that begins leaves a row for ten minutes. */
const devicePerAddress: LimitPolicy = { name: 'device-address', quota: 20, windowSeconds: 60 };
/** A person enters a handful of codes of 20^8; a page that shows one asks for it a few times. */
const codesPerUser: LimitPolicy = { name: 'device-code', quota: 30, windowSeconds: 60 };

export interface LoginLimiter {
  /** Errors: `rate_limited`. */
  takeLogin(username: string, address: string): Promise<void>;
  /** Someone logged in proves the password again. Errors: `rate_limited`. */
  takePasswordProof(userId: string): Promise<void>;
  takeRefresh(address: string): Promise<void>;
  /** An OAuth2 client asks. Errors: `rate_limited`. */
  takeClient(address: string): Promise<void>;
  /** A device begins to sign in. Errors: `rate_limited`. */
  takeDevice(address: string): Promise<void>;
  /** Someone logged in enters a device's code: guessing other people's must be slow. Errors: `rate_limited`. */
  takeUserCode(userId: string): Promise<void>;
}

const take = async (limiter: Limiter, policy: LimitPolicy, key: string): Promise<void> => {
  await takeOrRefuse(limiter, [{ policy, key }]);
};

export const createLoginLimiter = (limiter: Limiter, limits: LoginLimits): LoginLimiter => ({
  takeLogin: async (username, address) => {
    const from = addressKey(address);
    await takeOrRefuse(limiter, [
      { policy: limits.perAddress, key: from },
      { policy: limits.perUserAndAddress, key: `${username.toLowerCase()}\n${from}` },
    ]);
  },
  takePasswordProof: (userId) => take(limiter, limits.perUserAndAddress, `${userId}\nproof`),
  takeRefresh: (address) => take(limiter, limits.refreshPerAddress, addressKey(address)),
  takeClient: (address) =>
    take(limiter, limits.clientPerAddress ?? defaultClientPerAddress, addressKey(address)),
  takeDevice: (address) => take(limiter, devicePerAddress, addressKey(address)),
  takeUserCode: (userId) => take(limiter, codesPerUser, userId),
});
