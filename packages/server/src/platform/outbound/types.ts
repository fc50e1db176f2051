import type { Readable } from 'node:stream';
/** One request to somewhere else. Everything that leaves the server goes through the one client. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** For the whole exchange. */
  readonly timeoutMs?: number;
  /** More of the answer than this is cut off and the connection closed; `truncated` says so. */
  readonly maxResponseBytes?: number;
  readonly signal?: AbortSignal;
  /**
   * Asking twice does no harm: a kept connection that ended before a byte of the answer came is then replaced by a new
   * one, once. True for GET unless this says otherwise.
   */
  readonly repeatable?: boolean;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** An answer whose body comes as it is sent. */
export interface OutboundStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be read to its end, or destroyed. Ends with an error when the deadline or the signal ends the exchange. */
  readonly body: Readable;
}

/** Where requests of one purpose may go. Without `allowPrivate`, only public unicast addresses. */
export interface DestinationPolicy {
  /** Names the purpose in metrics and logs: `webhook`, `siem`, `sts`, … */
  readonly name: string;
  /** https unless this says otherwise. */
  readonly allowHttp?: boolean;
  /** CIDRs and host names of the operator's explicit setting for loopback and private targets. */
  readonly allowPrivate?: readonly string[];
  readonly ports?: readonly number[];
}

export type OutboundFailureKind =
  'forbidden_destination' | 'dns' | 'connect' | 'tls' | 'timeout' | 'aborted' | 'protocol' | 'circuit_open';

/** Why there is no answer. `detail` names no internal address. */
export class OutboundFailure extends Error {
  readonly kind: OutboundFailureKind;
  readonly retryable: boolean;

  constructor(
    kind: OutboundFailureKind,
    detail: string,
    options: { readonly retryable: boolean; readonly cause?: unknown },
  ) {
    super(detail, { cause: options.cause });
    this.name = 'OutboundFailure';
    this.kind = kind;
    this.retryable = options.retryable;
  }
}

/** The one way out. Rejects with `OutboundFailure`; any HTTP status is an answer. Redirects are answers, not followed. */
export interface OutboundClient {
  request(policy: DestinationPolicy, request: OutboundRequest): Promise<OutboundResponse>;
  /**
   * The same, with an answer that is read as it comes. `timeoutMs` is for the whole exchange, the body included;
   * `maxResponseBytes` is the caller's to hold. Neither slots nor circuits: callers that stream have their own.
   */
  stream(policy: DestinationPolicy, request: OutboundRequest): Promise<OutboundStream>;
  /** Whether the policy would let this URL through as far as its text says; for registration time. */
  check(
    policy: DestinationPolicy,
    url: string,
  ): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  close(): Promise<void>;
}
