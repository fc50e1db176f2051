import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { fastify, type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { TerminalSession } from '../domains/reservations/index.ts';
import { createTerminalVisits } from '../domains/reservations/terminal-visits.ts';
import { AppError } from '../platform/errors.ts';
import { createStreamSlots } from '../platform/http/stream-slots.ts';
import { serveTerminals } from './terminal-sockets.ts';

const jobId = '11111111-1111-4111-8111-111111111111';
const clients: WebSocket[] = [];
let app: FastifyInstance;
let stop: () => void;
/** What the shell has read, and the reader that lets it go on. */
let taken: number;
let goOn: () => void;
let shells: Set<TerminalSession>;
let asked: number;
/** What asking again ends with. */
let verdict: () => Promise<void>;
/** The shell that is opened. */
let shell: () => TerminalSession;

/** A shell that takes nothing until it is told to. */
const stuckShell = (): TerminalSession => {
  let waiting: (() => void)[] = [];
  let free = false;
  goOn = () => {
    free = true;
    for (const done of waiting) done();
    waiting = [];
  };
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      taken += chunk.length;
      if (free) done();
      else waiting.push(done);
    },
  });
  const all = shells;
  const session: TerminalSession = {
    stream,
    resize: () => undefined,
    exited: new Promise(() => undefined),
    close: () => all.delete(session),
  };
  all.add(session);
  return session;
};

/** A shell that is over, and wrote much before. */
const talkativeShell = (bytes: number): TerminalSession => {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  stream.push(Buffer.alloc(bytes));
  stream.push(null);
  return { stream, resize: () => undefined, exited: Promise.resolve(3), close: () => stream.destroy() };
};

beforeEach(async () => {
  taken = 0;
  shell = stuckShell;
  shells = new Set();
  asked = 0;
  verdict = () => Promise.resolve();
  app = fastify();
  const visits = createTerminalVisits();
  app.get('/v1/jobs/:id/terminal', (request) => {
    asked += 1;
    const place = request.headers['x-gpushield-terminal-visit'];
    visits.admit(typeof place === 'string' ? place : undefined, {
      jobId,
      profile: 'restricted',
      rank: 0,
      principalId: request.headers.authorization ?? 'nobody',
      recheck: () => verdict(),
    });
    return { job_id: jobId };
  });
  const port = { terminal: () => Promise.resolve(shell()), visits };
  const streams = createStreamSlots({ max: 10, perPrincipal: 2 });
  const log = pino({ level: 'silent' });
  ({ stop } = serveTerminals({ app, port, streams, log, recheckMs: 20 }));
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  stop();
  await app.close();
});

const connect = (who: string): WebSocket => {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = new WebSocket(`ws://127.0.0.1:${port}/v1/jobs/${jobId}/terminal`, ['gpushield.terminal'], {
    headers: { authorization: who },
  });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
};
const connected = async (who: string): Promise<WebSocket> => {
  const client = connect(who);
  await once(client, 'open');
  await expect.poll(() => shells.size).toBeGreaterThan(0);
  return client;
};
const refusalOf = async (client: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    client.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });

describe('a terminal', () => {
  it('takes no more from its client than its shell reads', async () => {
    const client = await connected('anna');
    const piece = Buffer.alloc(256 * 1024);
    const pieces = 400;
    const before = process.memoryUsage().arrayBuffers;
    let sent = 0;
    for (let n = 0; n < pieces; n += 1) client.send(piece, () => (sent += 1));
    // The sockets' buffers are full when nothing leaves the client any more.
    let last = -1;
    await expect
      .poll(
        () => {
          const still = sent > 0 && sent === last;
          last = sent;
          return still;
        },
        { interval: 300, timeout: 20_000 },
      )
      .toBe(true);
    expect(sent).toBeLessThan(pieces / 2);
    // The client's own copies are in this process too: 100 MiB wait with it, not a second time with the server.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1.5 * pieces * piece.length);
    goOn();
    await expect.poll(() => taken, { timeout: 20_000 }).toBe(pieces * piece.length);
  });

  it('is over for its client when everything that its shell wrote was sent', async () => {
    const bytes = 24 * 1024 * 1024;
    shell = () => talkativeShell(bytes);
    const client = connect('anna');
    let received = 0;
    let code: unknown;
    client.on('message', (data: Buffer, isBinary) => {
      if (isBinary) received += data.length;
      else code = JSON.parse(data.toString('utf8'));
    });
    await once(client, 'close');
    expect({ received, code }).toEqual({ received: bytes, code: { type: 'exit', code: 3 } });
  });

  it('is not closed because the server is too busy to ask again', async () => {
    let rechecks = 0;
    verdict = () => {
      rechecks += 1;
      return Promise.reject(rechecks % 2 === 0 ? new AppError('overloaded') : new Error('no database'));
    };
    const client = await connected('anna');
    await expect.poll(() => rechecks).toBeGreaterThan(4);
    expect(client.readyState).toBe(WebSocket.OPEN);
    // Asking again is no request: no entry of the audit trail, no unit of a limit.
    expect(asked).toBe(1);
  });

  it.each(['invalid_token', 'not_owner', 'insufficient_scope'] as const)('is closed by %s', async (code) => {
    const client = await connected('anna');
    verdict = () => Promise.reject(new AppError(code));
    const [closedWith] = (await once(client, 'close')) as [number];
    expect(closedWith).toBe(1008);
    await expect.poll(() => shells.size).toBe(0);
  });

  it('has one of the places that each person has, and gives it back', async () => {
    const first = await connected('anna');
    await connected('anna');
    expect(await refusalOf(connect('anna'))).toBe(429);
    await connected('ben');
    first.close();
    await expect
      .poll(async () => {
        const again = connect('anna');
        return Promise.race([once(again, 'open').then(() => 'open'), refusalOf(again)]);
      })
      .toBe('open');
  });
});
