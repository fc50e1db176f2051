import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { classifyAddress } from './address-kind.ts';
import { isPermitted, type Target } from './check-url.ts';
import { OutboundFailure } from './types.ts';

/** Opens a TCP connection to an address (never to a name). */
export type ConnectTcp = (options: { readonly host: string; readonly port: number }) => Socket;

export const systemConnect: ConnectTcp = (options) => connectTcp({ ...options, noDelay: true });

export interface DialOptions {
  readonly target: Target;
  /** Checked. */
  readonly address: string;
  readonly connect: ConnectTcp;
  /** For TCP and TLS together. */
  readonly timeoutMs: number;
  /** Authorities to trust instead of the machine's, PEM. */
  readonly ca: string | undefined;
}

/**
 * A connection to the checked address, and to no other: who is really at the other end is looked at before a byte
 * is sent. Rejects with `OutboundFailure`; `connect` means that nothing was sent.
 */
export const dial = async (options: DialOptions): Promise<Socket> => {
  const socket = options.connect({ host: options.address, port: options.target.port });
  let phase: 'connect' | 'tls' = 'connect';
  const timer = setTimeout(() => {
    socket.destroy(
      phase === 'connect'
        ? new OutboundFailure('connect', 'the destination did not accept the connection in time', {
            retryable: true,
          })
        : new OutboundFailure('tls', 'the TLS handshake did not end in time', { retryable: true }),
    );
  }, options.timeoutMs);
  try {
    await connected(socket);
    refuseStranger(socket, options);
    phase = 'tls';
    return options.target.secure ? await secured(socket, options) : socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

const connected = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => {
      reject(
        cause instanceof OutboundFailure
          ? cause
          : new OutboundFailure('connect', 'the connection was refused or failed', {
              retryable: true,
              cause,
            }),
      );
    });
  });

const refuseStranger = (socket: Socket, { target, address }: DialOptions): void => {
  const remote = classifyAddress(socket.remoteAddress ?? '')?.address;
  if (remote === undefined) {
    throw new OutboundFailure('connect', 'the connection was closed at once', { retryable: true });
  }
  if (remote !== classifyAddress(address)?.address || !isPermitted(target, remote)) {
    throw new OutboundFailure('forbidden_destination', 'the connection led to another address', {
      retryable: false,
    });
  }
};

const secured = (socket: Socket, { target, ca }: DialOptions): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const tls = connectTls({
      socket,
      host: target.hostname,
      // Addresses are no server names (RFC 6066, section 3); the certificate is checked against `host` then.
      servername: target.literal ? '' : target.hostname,
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      // Said aloud, so that no environment variable can turn it off.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    });
    const fail = (cause: unknown): void => {
      tls.destroy();
      reject(cause instanceof OutboundFailure ? cause : tlsFailure(cause));
    };
    socket.once('error', fail);
    tls.once('error', fail);
    tls.once('close', () => {
      fail(undefined);
    });
    tls.once('secureConnect', () => {
      tls.removeListener('error', fail);
      resolve(tls);
    });
  });

/** What a network does may be over soon; a certificate stays what it is. */
const passing = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

const tlsFailure = (cause: unknown): OutboundFailure => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'ECONNRESET';
  return new OutboundFailure('tls', `the TLS handshake failed (${code})`, {
    retryable: passing.has(code),
    cause,
  });
};
