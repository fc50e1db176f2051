import type { Io, KeyboardListener, Socket, SocketListener, Terminal } from './io.ts';

/** Standard input and output of this process as a terminal for somebody else's shell. */
export const processTerminal = (stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): Terminal => ({
  size: () => (stdout.isTTY ? { cols: stdout.columns, rows: stdout.rows } : undefined),
  write: (bytes) => {
    stdout.write(bytes);
  },
  listen: ({ onBytes, onEnd, onResize }: KeyboardListener) => {
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', onBytes);
    stdin.on('end', onEnd);
    stdout.on('resize', onResize);
    stdin.resume();
    return () => {
      stdin.off('data', onBytes);
      stdin.off('end', onEnd);
      stdout.off('resize', onResize);
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.pause();
    };
  },
});

/** A WebSocket over Node's own client. */
export const openSocket = (url: string, protocols: readonly string[], listener: SocketListener): Socket => {
  const socket = new WebSocket(url, [...protocols]);
  socket.binaryType = 'arraybuffer';
  socket.onopen = listener.onOpen;
  socket.onmessage = ({ data }: MessageEvent) => {
    if (data instanceof ArrayBuffer) listener.onBytes(new Uint8Array(data));
    else if (typeof data === 'string') listener.onText(data);
  };
  // A socket that cannot be opened closes as well: one call tells of both.
  socket.onclose = ({ code, reason }) => listener.onClose(reason === '' ? `code ${code}` : reason);
  return {
    send: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    close: () => socket.close(),
  };
};

export const onInterrupt: Io['onInterrupt'] = (listener) => {
  process.on('SIGINT', listener);
  return () => process.off('SIGINT', listener);
};
