import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { AppError } from '../errors.ts';
import { renderProblem } from './problem.ts';

const errorFor = (code: string | undefined): AppError => {
  if (code === 'HPE_HEADER_OVERFLOW') return new AppError('headers_too_large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new AppError('request_timeout');
  return new AppError('invalid_request', { detail: 'This is not a well-formed HTTP/1.1 request' });
};

/** Answers a connection whose request never became one: header floods, slow headers, broken framing. */
export const answerClientError = (error: Error, socket: Socket, newId: () => string): void => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = renderProblem(errorFor(code), '/', newId());
  const body = JSON.stringify(problem.body);
  socket.end(
    [
      `HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? 'Error'}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${String(Buffer.byteLength(body))}`,
      `X-Correlation-ID: ${problem.body.correlation_id}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
};
