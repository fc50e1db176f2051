import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';

/** Built pages: a folder with an index.html, and where it is served from. */
export interface Pages {
  readonly directory: string;
  /** Such as `/console/`. */
  readonly prefix: string;
}

/** xterm and uPlot place things by style attributes; everything else is a file of ours. */
const csp =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const wantsHtml = ({ headers: { accept = '' } }: FastifyRequest): boolean =>
  accept.split(',').some((type) => type.trim().startsWith('text/html'));

/** Names of built files change with their content; index.html says which are current. */
const cachingOf = (path: string): string =>
  path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

/**
 * Serves the console: files as they are, and index.html at every other path below the prefix, since the console's own
 * addresses are no files. A browser that opens `/` is sent there (seed 2's clients still get JSON). They are files of the
 * package, the same for everyone: identity, limits and audit stand before the API that they call.
 */
export const registerPages = async (app: FastifyInstance, { directory, prefix }: Pages): Promise<void> => {
  if (!existsSync(join(directory, 'index.html'))) {
    const missing = async (): Promise<never> => {
      throw new AppError('not_found', {
        detail: 'The web console is not built.',
        remediation: 'Run "npm install", or "npm run console", beside the server and start it again.',
      });
    };
    for (const path of [prefix, `${prefix}*`]) app.get(path, missing);
    return;
  }
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' && request.url === '/' && wantsHtml(request)) return reply.redirect(prefix);
    return undefined;
  });
  await app.register(fastifyStatic, {
    root: directory,
    prefix,
    wildcard: false,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', cachingOf(path)).header('content-security-policy', csp);
    },
  });
  const index = async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.url.includes('/assets/')) throw new AppError('not_found');
    return reply.sendFile('index.html');
  };
  app.get(prefix, index);
  app.get(`${prefix}*`, index);
};
