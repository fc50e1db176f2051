import { OutboundFailure, type DestinationPolicy, type OutboundClient } from '../outbound/index.ts';

/** Why Vault gave nothing. `away` may be over soon; `denied` and `missing` are its answers. */
export class VaultFailure extends Error {
  readonly kind: 'away' | 'denied' | 'missing' | 'garbled';

  constructor(kind: VaultFailure['kind'], detail: string, cause?: unknown) {
    super(detail, { cause });
    this.name = 'VaultFailure';
    this.kind = kind;
  }
}

export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Behind `/v1/`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

/** One question to Vault's API; the fields of its answer. */
export type AskVault = (request: VaultRequest) => Promise<Readonly<Record<string, unknown>>>;

const timeoutMs = 5000;
const maxResponseBytes = 1024 * 1024;

const policyOf = (address: string): DestinationPolicy => {
  const { protocol, hostname, port } = new URL(address);
  const secure = protocol === 'https:';
  return {
    name: 'vault',
    allowHttp: !secure,
    // The operator named this very host.
    allowPrivate: [hostname.replace(/^\[(.*)\]$/, '$1')],
    ports: [port === '' ? (secure ? 443 : 80) : Number(port)],
  };
};

const failureOf = (status: number): VaultFailure => {
  if (status === 403 || status === 400)
    return new VaultFailure('denied', `Vault refused (${String(status)})`);
  if (status === 404) return new VaultFailure('missing', 'Vault has nothing there');
  // 429, 472, 473: a standby; 503: sealed.
  return new VaultFailure('away', `Vault cannot answer now (${String(status)})`);
};

const fieldsOf = (body: Buffer): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // Told below.
  }
  throw new VaultFailure('garbled', 'Vault answered no JSON object');
};

/** Asks through the one outbound client. Errors never hold what was sent or answered. */
export const createAskVault = (deps: {
  readonly outbound: Pick<OutboundClient, 'request'>;
  readonly address: string;
  readonly namespace: string | undefined;
}): AskVault => {
  const address = deps.address.replace(/\/+$/, '');
  const policy = policyOf(address);
  return async ({ method, path, token, body }) => {
    const answer = await deps.outbound
      .request(policy, {
        method,
        url: `${address}/v1/${path}`,
        headers: {
          'x-vault-request': 'true',
          ...(token === undefined ? {} : { 'x-vault-token': token }),
          ...(deps.namespace === undefined ? {} : { 'x-vault-namespace': deps.namespace }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs,
        maxResponseBytes,
      })
      .catch((cause: unknown) => {
        const why = cause instanceof OutboundFailure ? cause.message : 'the request failed';
        throw new VaultFailure('away', `Vault cannot be reached: ${why}`, cause);
      });
    if (answer.status === 204) return {};
    if (answer.status < 200 || answer.status > 299) throw failureOf(answer.status);
    return fieldsOf(answer.body);
  };
};
