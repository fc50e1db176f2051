/*
 * Runs inside the sandbox, once for each terminal: a shell on a pseudo-terminal, spoken to over a socket that the server
 * made. Frames both ways: one byte of kind (0 bytes, 1 size, 2 exit code), four of length, the payload. It imports
 * nothing of ours: only what is mounted beside it.
 */
import { createRequire } from 'node:module';
import { connect } from 'node:net';

interface Pty {
  onData(listener: (data: string | Buffer) => void): void;
  onExit(listener: (event: { readonly exitCode: number }) => void): void;
  write(data: Buffer | string): void;
  resize(cols: number, rows: number): void;
  kill(): void;
}
type Spawn = (file: string, args: readonly string[], options: object) => Pty;

const [socketPath = '', cols = '80', rows = '24'] = process.argv.slice(2);
const ptyModule: unknown = createRequire('/job/lib/')('@lydell/node-pty');
const spawn = Reflect.get(Object(ptyModule), 'spawn') as Spawn;
// The shell has the job's own environment; this program is not the server and reads no configuration.
// eslint-disable-next-line no-restricted-properties -- see above
const environment = process.env;

const frame = (kind: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
};

const socket = connect(socketPath);
const pty = spawn(environment['SHELL'] ?? '/bin/sh', ['-l'], {
  name: 'xterm-256color',
  cols: Number(cols),
  rows: Number(rows),
  cwd: environment['HOME'] ?? '/',
  env: environment,
  encoding: null,
});
pty.onData((data) => {
  socket.write(frame(0, Buffer.isBuffer(data) ? data : Buffer.from(data, 'utf8')));
});
let over = false;
// The server hangs up once it has read this. Were this side to, whatever the server writes meanwhile (keys typed ahead)
// would fail and take with it what it has not read yet.
pty.onExit(({ exitCode }) => {
  over = true;
  const code = Buffer.alloc(4);
  code.writeInt32BE(exitCode);
  socket.write(frame(2, code));
});

const resize = (payload: Buffer): void => {
  try {
    pty.resize(payload.readUInt16BE(0), payload.readUInt16BE(2));
  } catch {
    // The shell is gone, and its exit code on the way; or it is no size.
  }
};

let received: Buffer = Buffer.alloc(0);
socket.on('data', (chunk: Buffer) => {
  received = Buffer.concat([received, chunk]);
  while (received.length >= 5) {
    const length = received.readUInt32BE(1);
    if (received.length < 5 + length) return;
    const payload = received.subarray(5, 5 + length);
    if (received[0] === 0) pty.write(payload);
    else if (received[0] === 1 && payload.length === 4) resize(payload);
    received = received.subarray(5 + length);
  }
});
const hangUp = (): void => {
  if (!over) pty.kill();
  process.exit(0);
};
socket.on('close', hangUp);
socket.on('error', hangUp);
