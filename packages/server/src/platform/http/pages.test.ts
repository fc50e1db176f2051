import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { registerPages } from './pages.ts';

let folder: string;
let app: FastifyInstance;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gpushield-pages-'));
  await mkdir(join(folder, 'built/assets'), { recursive: true });
  await writeFile(join(folder, 'built/index.html'), '<title>console</title>');
  await writeFile(join(folder, 'built/assets/index-1a2b.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'not for browsers');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => app.close());

const serve = async (directory: string): Promise<void> => {
  app = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  app.setErrorHandler(async (error, _request, reply) => {
    const problem = error instanceof AppError ? error : new AppError('internal', { cause: error });
    return reply.code(problem.status).send(problem.options.remediation ?? problem.code);
  });
  app.get('/', async () => 'the API');
  await registerPages(app, { directory: join(folder, directory), prefix: '/console/' });
};
const get = (url: string, accept = '*/*') => app.inject({ method: 'GET', url, headers: { accept } });

describe('the pages of the console', () => {
  it('answer index.html at every address of theirs, fresh, under a policy that lets nothing foreign run', async () => {
    await serve('built');
    for (const url of ['/console', '/console/', '/console/alerts/1', '/console/index.html']) {
      const answer = await get(url);
      expect([answer.statusCode, answer.body], url).toEqual([200, '<title>console</title>']);
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    }
    const script = await get('/console/assets/index-1a2b.js');
    expect([script.statusCode, script.headers['cache-control']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
  });

  it('are nothing but what is in their folder', async () => {
    await serve('built');
    expect((await get('/console/assets/gone.js')).statusCode).toBe(404);
    for (const url of [
      '/console/../secret.txt',
      '/console/..%2fsecret.txt',
      '/console/assets/..%2f..%2fsecret.txt',
    ])
      expect((await get(url)).body, url).not.toContain('not for browsers');
  });

  it('are where a browser that opens / goes; everybody else gets the API', async () => {
    await serve('built');
    const browser = await get('/', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8');
    expect([browser.statusCode, browser.headers.location]).toEqual([302, '/console/']);
    for (const accept of ['*/*', 'application/json']) expect((await get('/', accept)).body).toBe('the API');
  });

  it('say how to build them where they are not', async () => {
    await serve('nowhere');
    for (const url of ['/console/', '/console/alerts']) {
      const answer = await get(url);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).toContain('npm run console');
    }
    expect((await get('/', 'text/html')).body).toBe('the API');
  });
});
