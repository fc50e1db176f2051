import type { CircuitSettings } from './circuit.ts';

/** The bounds of the outbound client. */
export interface OutboundLimits {
  /** Whole exchange, unless the request says otherwise. */
  readonly timeoutMs: number;
  /** No request may ask for more. */
  readonly timeoutMaxMs: number;
  readonly resolveTimeoutMs: number;
  /** TCP and TLS to one address. */
  readonly connectTimeoutMs: number;
  /** Bytes of an answer that are kept, unless the request says otherwise. */
  readonly responseBytes: number;
  /** No request may ask for more. */
  readonly responseMaxBytes: number;
  readonly requestBodyMaxBytes: number;
  /** Requests to one destination (policy and origin) at once. */
  readonly activeMax: number;
  /** Requests that wait for one destination; they wait within their deadline. */
  readonly waitingMax: number;
  readonly circuit: CircuitSettings;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** What webhooks, collectors and small services need; model servers ask for more time and bytes by request. */
export const defaultLimits: OutboundLimits = {
  timeoutMs: 10_000,
  timeoutMaxMs: 600_000,
  resolveTimeoutMs: 5000,
  connectTimeoutMs: 5000,
  responseBytes: mebibyte,
  responseMaxBytes: 64 * mebibyte,
  requestBodyMaxBytes: 16 * mebibyte,
  activeMax: 32,
  waitingMax: 1024,
  circuit: { failuresMax: 5, windowMs: 60_000, openMs: 5000, openMaxMs: 60_000 },
};
