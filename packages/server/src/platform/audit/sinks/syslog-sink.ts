import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { syslogCheckpoint, syslogMessage } from './syslog-message.ts';
import type { AuditSink } from './types.ts';

/** Where messages go. Ports without a number: 514 for UDP, 601 for TCP (RFC 3195), 6514 for TLS (RFC 5425). */
export interface SyslogTarget {
  readonly transport: 'tcp' | 'tls' | 'udp';
  readonly host: string;
  readonly port: number;
}

const defaultPorts = { tcp: 601, tls: 6514, udp: 514 } as const;
const transports: Readonly<Record<string, SyslogTarget['transport']>> = {
  'syslog+tcp:': 'tcp',
  'syslog+tls:': 'tls',
  'syslog+udp:': 'udp',
};

/** Reads `syslog+tcp://host:port` and its siblings; undefined for anything else. */
export const parseSyslogUrl = (text: string): SyslogTarget | undefined => {
  const url = URL.parse(text);
  const transport = url === null ? undefined : transports[url.protocol];
  if (url === null || transport === undefined || url.hostname === '') return undefined;
  if (url.username !== '' || url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname))
    return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { transport, host, port: url.port === '' ? defaultPorts[transport] : Number(url.port) };
};

const exchangeTimeoutMs = 20_000;
// Larger datagrams are cut at the message's end: receivers take 8 kB, and hardly more (RFC 5426, section 3.2).
const maxDatagramBytes = 8_192;

const dial = (target: SyslogTarget, ca: string | undefined): Socket => {
  const { host, port, transport } = target;
  if (transport === 'tcp') return connectTcp({ host, port });
  return connectTls({
    host,
    port,
    servername: host,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
  });
};

/** Octet counting: a message's length in front of it (RFC 6587, section 3.4.1; RFC 5425, section 4.3). */
const frame = (message: string): string => `${String(Buffer.byteLength(message))} ${message}`;

/**
 * Writes all messages on a connection of their own, ends it and waits for the receiver to end it too. Syslog has no
 * answers: a receiver that closes after our end has read everything before it, and nothing else would say so.
 */
const exchange = (socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    let ended = false;
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const abort = (): void => fail(new Error('The delivery was ended'));
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(exchangeTimeoutMs, () =>
      fail(new Error('The syslog receiver did not take the messages and close the connection in time')),
    );
    socket.on('error', fail);
    socket.on('end', () => {
      ended = true;
    });
    socket.on('close', (hadError) => {
      signal.removeEventListener('abort', abort);
      if (ended && socket.writableFinished && !hadError) resolve();
      else reject(new Error('The syslog receiver closed the connection early'));
    });
    // Whatever a receiver says is read and dropped; unread, it would hold up its end.
    socket.resume();
    socket.end(bytes);
  });

const sendDatagrams = async (target: SyslogTarget, messages: readonly string[]): Promise<void> => {
  const socket = createSocket(isIPv6(target.host) ? 'udp6' : 'udp4');
  try {
    for (const message of messages) {
      const bytes = Buffer.from(message).subarray(0, maxDatagramBytes);
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.send(bytes, target.port, target.host, (error) => {
          socket.off('error', reject);
          if (error === null) resolve();
          else reject(error);
        });
      });
    }
  } finally {
    socket.close();
  }
};

/**
 * Sends RFC 5424 messages. Over TCP and TLS a batch counts as delivered when the receiver has read all of it; over
 * UDP when it was sent, and nobody knows more.
 */
export const createSyslogSink = (options: {
  readonly target: SyslogTarget;
  readonly hostname: string;
  /** Authorities (PEM) of the receiver's certificate; the system's if undefined. */
  readonly ca?: string | undefined;
}): AuditSink => {
  const { target, hostname, ca } = options;
  const send = (messages: readonly string[], signal: AbortSignal): Promise<void> =>
    target.transport === 'udp'
      ? sendDatagrams(target, messages)
      : exchange(dial(target, ca), Buffer.from(messages.map(frame).join('')), signal);
  return {
    name: 'syslog',
    deliver: (entries, signal) =>
      send(
        entries.map((entry) => syslogMessage(entry, hostname)),
        signal,
      ),
    deliverCheckpoints: (checkpoints, signal) =>
      send(
        checkpoints.map((checkpoint) => syslogCheckpoint(checkpoint, hostname)),
        signal,
      ),
    close: () => Promise.resolve(),
  };
};
