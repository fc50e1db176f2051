import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sealEntries } from '../../packages/server/src/platform/audit/canonical.ts';
import { emptyChain, type AuditChainEntry } from '../../packages/server/src/platform/audit/entry.ts';
import {
  createSyslogSink,
  parseSyslogUrl,
} from '../../packages/server/src/platform/audit/sinks/syslog-sink.ts';

interface Message {
  readonly priority: number;
  readonly time: string;
  readonly procId: string;
  readonly messageId: string;
  readonly data: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly text: string;
}

// RFC 5424, section 6, written out; every part has the length that the grammar gives it.
const header =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) /;
const sdElement =
  /^\[([\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32})((?: [\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*)\]/u;
const sdParam = / ([^=\s]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/gu;

const parse = (bytes: Buffer): Message => {
  const whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const head = header.exec(whole);
  if (head === null) throw new Error(`not RFC 5424: ${whole.slice(0, 200)}`);
  let rest = whole.slice(head[0].length);
  const data = new Map<string, Map<string, string>>();
  for (let found = sdElement.exec(rest); found !== null; found = sdElement.exec(rest)) {
    const params = [...(found[2] ?? '').matchAll(sdParam)];
    data.set(
      found[1] ?? '',
      new Map(params.map(([, name, value]) => [name ?? '', (value ?? '').replace(/\\(["\\\]])/g, '$1')])),
    );
    rest = rest.slice(found[0].length);
  }
  if (data.size === 0 || !rest.startsWith(' \uFEFF'))
    throw new Error(`no data or no BOM: ${rest.slice(0, 100)}`);
  const [, priority = '', time = '', , , procId = '', messageId = ''] = head;
  return { priority: Number(priority), time, procId, messageId, data, text: rest.slice(2) };
};

/** Octet counting, strictly: `LEN SP MSG`, nothing between and nothing left over. */
const unframe = (bytes: Buffer): Message[] => {
  const messages: Message[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const space = bytes.indexOf(0x20, offset);
    const length = bytes.toString('latin1', offset, space);
    if (!/^[1-9]\d*$/.test(length)) throw new Error(`not a length: ${length.slice(0, 50)}`);
    const end = space + 1 + Number(length);
    if (end > bytes.length) throw new Error('a message is cut off');
    messages.push(parse(bytes.subarray(space + 1, end)));
    offset = end;
  }
  return messages;
};

const entries = (count: number, change: Partial<AuditChainEntry> = {}): readonly AuditChainEntry[] =>
  sealEntries(
    Array.from({ length: count }, (_, n) => ({
      id: `01990000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      occurredAtMs: Date.parse('2026-03-01T12:00:00.007Z'),
      correlationId: 'c-1',
      principalId: 'p-1',
      principalKind: 'user',
      principalName: 'ada',
      action: 'node.register',
      resource: 'node:1',
      granted: true,
      reason: 'ok',
      ipAddress: '::1',
      userAgent: null,
      details: {},
      ...change,
    })),
    emptyChain('01990000-0000-7000-8000-000000000001'),
  ).sealed;

const receiver = async (onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> => {
  const server = createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
};

const signal = new AbortController().signal;
const sinkTo = (port: number, transport: 'tcp' | 'udp') =>
  createSyslogSink({ target: { transport, host: '127.0.0.1', port }, hostname: 'gpu-host.example' });

describe('syslog', () => {
  it('is RFC 5424 with octet counting, whatever the texts hold, and a receiver reads back what was said', async () => {
    const chunks: Buffer[] = [];
    const { server, port } = await receiver((socket) =>
      socket.on('data', (chunk: Buffer) => chunks.push(chunk)),
    );
    const hostile = 'a"]\\ [x@1 y="z"]\n<13>1 é😀\u0007';
    const sent = entries(300, { resource: hostile, action: 'x y\u00e9'.repeat(20), granted: false });
    await sinkTo(port, 'tcp').deliver(sent, signal);
    server.close();
    const received = unframe(Buffer.concat(chunks));
    expect(received.map(({ data }) => data.get('meta')?.get('sequenceId'))).toEqual(
      sent.map(({ sequence }) => String(sequence)),
    );
    expect(received[0]).toMatchObject({
      priority: 13 * 8 + 4,
      time: '2026-03-01T12:00:00.007Z',
      procId: '01990000-0000-7000-8000-000000000001',
    });
    expect(received[0]?.data.get('audit@32473')?.get('resource')).toBe(hostile.replace(/[\n\u0007]/g, ' ')); // eslint-disable-line no-control-regex
    const event: unknown = JSON.parse(received[0]?.text ?? '');
    expect(event).toMatchObject({ class_uid: 6003, metadata: { uid: sent[0]?.id } });
  });

  it('counts as delivered only what the receiver has read: a connection that is lost is a failure', async () => {
    const { server, port } = await receiver((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await expect(sinkTo(port, 'tcp').deliver(entries(2_000), signal)).rejects.toThrow();
    server.close();
    await expect(sinkTo(port, 'tcp').deliver(entries(1), signal)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('sends one message a datagram over UDP', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const got: Message[] = [];
    const all = new Promise<void>((resolve) =>
      socket.on('message', (bytes) => {
        got.push(parse(bytes));
        if (got.length === 5) resolve();
      }),
    );
    await sinkTo(socket.address().port, 'udp').deliver(entries(5), signal);
    await all;
    socket.close();
    expect(got.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 5 }, () => 'node.register'));
  });

  it.each([
    ['syslog+tcp://logs.example.com', { transport: 'tcp', host: 'logs.example.com', port: 601 }],
    ['syslog+tls://[::1]', { transport: 'tls', host: '::1', port: 6514 }],
    ['syslog+udp://10.0.0.1:5514/', { transport: 'udp', host: '10.0.0.1', port: 5514 }],
    ['syslog://host', undefined],
    ['syslog+tcp://u:p@host', undefined],
    ['syslog+tcp://host/path', undefined],
  ])('reads %s', (url, target) => {
    expect(parseSyslogUrl(url)).toEqual(target);
  });
});
