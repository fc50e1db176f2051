import { useEffect, useRef, useState } from 'react';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal as Screen } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useSession } from '../session/session-context.tsx';
import type { Session } from '../session/session.ts';

const protocol = 'gpushield.terminal';
const bearer = 'gpushield.bearer.';

/** What the server says beside the terminal's bytes. */
const sayingOf = (text: string): string => {
  try {
    const message = JSON.parse(text) as { type?: unknown; code?: unknown; message?: unknown };
    if (message.type === 'exit')
      return `The shell has ended (${typeof message.code === 'number' ? String(message.code) : 'no code'}).`;
    if (message.type === 'error' && typeof message.message === 'string') return message.message;
  } catch {
    // Not ours: nothing to say about it.
  }
  return '';
};

/** Joins a screen and a job's shell until one of them ends; answers the way to end it. */
const attach = (screen: Screen, fit: FitAddon, path: string, token: string, tell: (text: string) => void) => {
  const url = new URL(
    `${path}?cols=${String(screen.cols)}&rows=${String(screen.rows)}`,
    window.location.href,
  );
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url, [protocol, bearer + token]);
  socket.binaryType = 'arraybuffer';
  const encoder = new TextEncoder();
  const typed = screen.onData(
    (text) => socket.readyState === socket.OPEN && socket.send(encoder.encode(text)),
  );
  const resized = screen.onResize(({ cols, rows }) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'resize', cols, rows }));
  });
  const observer = new ResizeObserver(() => fit.fit());
  if (screen.element?.parentElement) observer.observe(screen.element.parentElement);
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') tell(sayingOf(data));
    else screen.write(new Uint8Array(data));
  };
  socket.onclose = ({ reason, code }) =>
    tell(reason === '' ? `The connection has ended (${String(code)}).` : reason);
  return () => {
    socket.onclose = null;
    socket.close();
    for (const part of [typed, resized]) part.dispose();
    observer.disconnect();
  };
};

const open = async (
  session: Session,
  place: HTMLElement,
  path: string,
  signal: AbortSignal,
  tell: (text: string) => void,
) => {
  const token = await session.token();
  if (signal.aborted) return;
  const screen = new Screen({ cursorBlink: true, fontSize: 13, scrollback: 5000 });
  const fit = new FitAddon();
  screen.loadAddon(fit);
  screen.open(place);
  fit.fit();
  const detach = attach(screen, fit, path, token, tell);
  screen.focus();
  signal.addEventListener('abort', () => {
    detach();
    screen.dispose();
  });
};

/** A shell in a job. */
export const Terminal = ({ path }: { path: string }) => {
  const session = useSession();
  const place = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const end = new AbortController();
    if (place.current !== null)
      open(session, place.current, path, end.signal, setSaid).catch((error: unknown) =>
        setSaid(String(error)),
      );
    return () => end.abort();
  }, [session, path]);
  return (
    <>
      <div ref={place} className="terminal" />
      <p className="quiet" role="status">
        {said}
      </p>
    </>
  );
};
