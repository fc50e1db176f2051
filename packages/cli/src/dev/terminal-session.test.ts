import { describe, expect, it } from 'vitest';
import type { Io, SocketListener } from '../io.ts';
import { createFakeIo } from '../testing/fake-io.ts';
import { takeKeys } from './escape.ts';
import { createScreen } from './screen.ts';
import { runTerminal } from './terminal-session.ts';

const target = { url: 'http://host:1/base', path: '/v1/jobs/j/terminal?rank=0', token: 'the-token' };

interface Opened {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly listener: SocketListener;
  readonly sent: (string | Uint8Array)[];
}

/** A terminal over a socket that the test plays. */
const open = (options: { tty: boolean; stdin?: string }) => {
  const fake = createFakeIo({ home: '/nowhere', ...options });
  const opened: Opened[] = [];
  const io: Io = {
    ...fake,
    openSocket: (url, protocols, listener) => {
      const sent: (string | Uint8Array)[] = [];
      opened.push({ url, protocols, listener, sent });
      return { send: (data) => void sent.push(data), close: () => {} };
    },
  };
  const ended = runTerminal(io, target);
  const [socket] = opened;
  if (socket === undefined) throw new Error('No socket was opened');
  return { fake, ended, socket };
};
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('a terminal', () => {
  it('asks for the screen’s size and shows the credential in a subprotocol, not in the address', () => {
    const { socket } = open({ tty: true });
    expect(socket.url).toBe('ws://host:1/base/v1/jobs/j/terminal?rank=0&cols=100&rows=30');
    expect(socket.protocols).toEqual(['gpushield.terminal', 'gpushield.bearer.the-token']);
  });
  it('sends keys, shows output as it is, and ends with the shell’s exit code', async () => {
    const { fake, ended, socket } = open({ tty: true, stdin: 'ls\r' });
    socket.listener.onOpen();
    expect(fake.isRaw()).toBe(true);
    await settle();
    expect(socket.sent).toEqual([Uint8Array.from(Buffer.from('ls\r'))]);
    socket.listener.onBytes(Buffer.from('\u001b[31mred'));
    socket.listener.onText('{"type":"exit","code":7}');
    expect(await ended).toEqual({ kind: 'exit', code: 7 });
    expect(fake.out().slice(0, 8)).toBe('\u001b[31mred');
    expect(fake.out()).not.toContain('1049l');
    expect(fake.isRaw()).toBe(false);
  });
  it('leaves the alternate screen of an editor that was killed with its shell', async () => {
    const { fake, ended, socket } = open({ tty: true });
    socket.listener.onOpen();
    socket.listener.onBytes(Buffer.from('\u001b[?1049h'));
    socket.listener.onText('{"type":"exit","code":null}');
    expect(await ended).toEqual({ kind: 'exit', code: null });
    expect(fake.out()).toContain('\u001b[?1049l');
  });
  it('adds nothing to what a pipe gets', async () => {
    const { fake, ended, socket } = open({ tty: false });
    socket.listener.onOpen();
    socket.listener.onBytes(Buffer.from('text'));
    socket.listener.onText('{"type":"exit","code":0}');
    await ended;
    expect(fake.out()).toBe('text');
  });
  it('ends a pipe with the end of input', async () => {
    const { socket } = open({ tty: false, stdin: 'exit\n' });
    socket.listener.onOpen();
    await settle();
    expect(socket.sent.at(-1)).toEqual(Uint8Array.of(4));
  });
  it('puts the terminal right when the connection breaks within an editor', async () => {
    const { fake, ended, socket } = open({ tty: true });
    socket.listener.onOpen();
    socket.listener.onBytes(Buffer.from('\u001b[?10'));
    socket.listener.onBytes(Buffer.from('49h'));
    socket.listener.onClose('code 1006');
    expect(await ended).toEqual({ kind: 'lost', reason: 'code 1006' });
    expect(fake.isRaw()).toBe(false);
    expect(fake.out()).toContain('\u001b[?1049l');
    expect(fake.out()).toContain('\u001b[?25h');
  });
  it('is refused when it closes before it opens, and the keyboard is never taken', async () => {
    const { fake, ended, socket } = open({ tty: true });
    socket.listener.onClose('code 1006');
    expect(await ended).toEqual({ kind: 'refused', reason: 'code 1006' });
    expect(fake.isRaw()).toBe(false);
  });
  it('takes no message but the contract’s for an end', async () => {
    const { ended, socket } = open({ tty: true });
    socket.listener.onOpen();
    for (const text of ['', 'null', '{"type":"exit"}', '{"type":"exit","code":"0"}'])
      socket.listener.onText(text);
    socket.listener.onText('{"type":"error","message":"The job ended"}');
    expect(await ended).toEqual({ kind: 'lost', reason: 'The job ended' });
  });
});

const typedText = (...pieces: readonly string[]): { sent: string; leaves: boolean } => {
  let state: Parameters<typeof takeKeys>[0] = 'line start';
  let sent = '';
  for (const piece of pieces) {
    const typed = takeKeys(state, Buffer.from(piece));
    sent += Buffer.from(typed.bytes).toString();
    if (typed.leaves) return { sent, leaves: true };
    state = typed.state;
  }
  return { sent, leaves: false };
};

describe('leaving', () => {
  it('is ~. at the beginning of a line, also over several keys, and nothing else', () => {
    expect(typedText('~.')).toEqual({ sent: '', leaves: true });
    expect(typedText('ls\r', '~', '.')).toEqual({ sent: 'ls\r', leaves: true });
    expect(typedText('cd ~.\r')).toEqual({ sent: 'cd ~.\r', leaves: false });
    expect(typedText('~/bin\r')).toEqual({ sent: '~/bin\r', leaves: false });
    expect(typedText('~~.')).toEqual({ sent: '~.', leaves: false });
  });
});

describe('the screen', () => {
  it('leaves the alternate screen only where it is on', () => {
    const screen = createScreen();
    expect(screen.repair()).not.toContain('1049l');
    screen.see(Buffer.from('\u001b[?1049h'));
    expect(screen.repair()).toContain('1049l');
    screen.see(Buffer.from('text\u001b[?1049l'));
    expect(screen.repair()).not.toContain('1049l');
  });
});
