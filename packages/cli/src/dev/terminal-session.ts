import { TerminalServerMessage, terminalBearerPrefix, terminalProtocol } from '@gpushield/contracts';
import { Check } from 'typebox/value';
import type { Io, Socket } from '../io.ts';
import { takeKeys, type EscapeState } from './escape.ts';
import { createScreen } from './screen.ts';

/** How a shell ended. */
export type TerminalEnd =
  | { readonly kind: 'exit'; readonly code: number | null }
  | { readonly kind: 'left' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

export interface TerminalTarget {
  /** http:// or https:// address of the server. */
  readonly url: string;
  /** Path of the terminal with its query, without the size. */
  readonly path: string;
  readonly token: string | undefined;
}

const endOfInput = Uint8Array.of(0x04);
const defaultSize = { cols: 80, rows: 24 };

const serverSays = (text: string): TerminalServerMessage | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return Check(TerminalServerMessage, value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const addressOf = ({ url, path }: TerminalTarget, size: { cols: number; rows: number }): string => {
  const address = new URL(`${url.replace(/^http/, 'ws')}${path}`);
  // The server takes no terminal larger than this; one without a size has none.
  for (const [name, value] of Object.entries(size))
    address.searchParams.set(name, String(Math.min(1000, Math.max(1, value))));
  return address.toString();
};

/**
 * Keys to a shell elsewhere and its output back, until it exits, the connection breaks, or `~.` is typed. What it shows
 * goes to the terminal as it is: that is what a terminal is for. Whatever happens, the terminal is put right.
 */
export const runTerminal = (io: Io, target: TerminalTarget): Promise<TerminalEnd> =>
  new Promise((resolve) => {
    const { terminal } = io;
    const interactive = io.stdin.isTty && io.stdout.isTty;
    const screen = createScreen();
    let opened = false;
    let silence = (): void => undefined;
    let escape: EscapeState = 'line start';
    let over = false;

    const end = (how: TerminalEnd): void => {
      if (over) return;
      over = true;
      silence();
      // Also after an exit: what ran in the shell may have been killed with it.
      if (opened && interactive) terminal.write(Buffer.from(screen.repair()));
      socket.close();
      resolve(how);
    };
    const type = (keys: Uint8Array): void => {
      if (!interactive) return socket.send(Uint8Array.from(keys));
      const typed = takeKeys(escape, keys);
      escape = typed.state;
      if (typed.bytes.length > 0) socket.send(typed.bytes);
      if (typed.leaves) end({ kind: 'left' });
    };
    const resize = (): void => {
      const size = terminal.size();
      if (size !== undefined) socket.send(JSON.stringify({ type: 'resize', ...size }));
    };

    const socket: Socket = io.openSocket(
      addressOf(target, terminal.size() ?? defaultSize),
      [terminalProtocol, ...(target.token === undefined ? [] : [`${terminalBearerPrefix}${target.token}`])],
      {
        onOpen: () => {
          opened = true;
          silence = terminal.listen({
            onBytes: type,
            onEnd: () => socket.send(endOfInput),
            onResize: resize,
          });
        },
        onBytes: (bytes) => {
          screen.see(bytes);
          terminal.write(bytes);
        },
        onText: (text) => {
          const said = serverSays(text);
          if (said?.type === 'exit') end({ kind: 'exit', code: said.code });
          if (said?.type === 'error') end({ kind: 'lost', reason: said.message });
        },
        onClose: (reason) => end({ kind: opened ? 'lost' : 'refused', reason }),
      },
    );
  });
