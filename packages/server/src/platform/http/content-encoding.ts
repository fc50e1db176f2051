import type { FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../errors.ts';

const unzip = promisify(gunzip);

/** A body may grow to this many times its size; telemetry shrinks to a tenth or a twentieth, a bomb to a thousandth. */
const maxRatio = 100;
/** Small bodies may grow to this much whatever the ratio. */
const alwaysAllowedBytes = 1_048_576;

/** The encoding of a body: undefined for none. Throws `unsupported_media_type` (415) for any but gzip. */
export const contentEncodingOf = (request: Pick<FastifyRequest, 'headers'>): 'gzip' | undefined => {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return undefined;
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  throw new AppError('unsupported_media_type', {
    detail: `Content-Encoding ${encoding.slice(0, 32)} is not understood`,
    remediation: 'Send the body as it is, or with Content-Encoding: gzip.',
  });
};

/**
 * A body unpacked. What would grow beyond `limitBytes`, or suspiciously far, is refused with `body_too_large` (413)
 * as soon as it does; what is no gzip with `malformed_body` (400).
 */
export const unpackBody = async (
  request: Pick<FastifyRequest, 'headers'>,
  body: Buffer,
  limitBytes: number,
): Promise<Buffer> => {
  if (contentEncodingOf(request) === undefined || body.length === 0) return body;
  const maxOutputLength = Math.min(limitBytes, Math.max(alwaysAllowedBytes, body.length * maxRatio));
  try {
    return await unzip(body, { maxOutputLength });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge
      ? new AppError('body_too_large', { detail: `The body is more than ${maxOutputLength} bytes unpacked` })
      : new AppError('malformed_body', { detail: 'The body is no well-formed gzip', cause: error });
  }
};
