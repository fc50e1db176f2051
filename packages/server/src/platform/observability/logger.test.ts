import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { createSecret } from '../secrets/index.ts';
import type { LogLevel } from './log-level.ts';
import { createLogger, type Logger } from './logger.ts';

const record = (level: LogLevel = 'trace'): { logger: Logger; lines: () => Record<string, unknown>[] } => {
  const written: string[] = [];
  const logger = createLogger({
    level,
    service: 'gpushield',
    destination: { write: (line) => written.push(line) },
  });
  return { logger, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

describe('the log', () => {
  it('writes JSON lines with level word, RFC 3339 time, service, fields and message', () => {
    const { logger, lines } = record();
    logger.info({ node: 'a' }, 'hello %s %d', 'world', 3);
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        service: 'gpushield',
        node: 'a',
        msg: 'hello world 3',
      },
    ]);
  });

  it('masks messages, their arguments, fields, errors and bindings of children and grandchildren', () => {
    const { logger, lines } = record();
    const child = logger
      .child({ apiKey: 'hunter2', part: 'child' })
      .child({ cookie: 'hunter2' }, { level: 'trace' });
    child.setBindings({ token: 'hunter2' });
    logger.info('password=hunter2');
    logger.info('of %s %o %j', 'Bearer hunter2', { secret: 'hunter2' }, { password: 'hunter2' });
    logger.warn(
      { deep: [{ authorization: 'hunter2' }], held: createSecret('hunter2') },
      '{"api_key":"hunter2"}',
    );
    logger.error(new Error('Bearer hunter2'));
    logger.error({ err: new Error('x', { cause: new Error('redis://:hunter2@r') }) }, 'Bearer hunter2');
    child.fatal('done');
    expect(lines()).toHaveLength(6);
    expect(JSON.stringify(lines())).not.toContain('hunter2');
    expect(lines()[5]).toMatchObject({
      apiKey: '***',
      part: 'child',
      cookie: '***',
      token: '***',
      msg: 'done',
    });
  });

  it('keeps a per cent sign of a masked message from being read as a format', () => {
    const { logger, lines } = record();
    logger.info('100 %d of %s');
    logger.info({ a: 1 }, '100 %% sure');
    expect(lines().map(({ msg }) => msg)).toEqual(['100 %d of %s', '100 %% sure']);
  });

  it('gives an error’s message to a line that has none', () => {
    const { logger, lines } = record();
    logger.error(new TypeError('broke'));
    expect(lines()[0]).toMatchObject({ msg: 'broke', err: { type: 'TypeError', message: 'broke' } });
  });

  it('says of a Fastify request only method, path and address, and masks its query', async () => {
    const { logger, lines } = record();
    const app = Fastify({ loggerInstance: logger });
    app.get('/x', (request) => {
      request.log.info({ headers: request.headers }, 'seen');
      return {};
    });
    await app.inject({
      url: '/x?access_token=hunter2',
      headers: { authorization: 'Bearer hunter2', cookie: 'a=hunter2' },
    });
    await app.close();
    expect(JSON.stringify(lines())).not.toContain('hunter2');
    expect(lines()[0]).toMatchObject({ req: { method: 'GET', url: '/x?access_token=***' } });
    expect(lines().at(-1)).toMatchObject({ res: { statusCode: 200 } });
  });

  it('writes nothing below its level', () => {
    const { logger, lines } = record('warn');
    logger.info('no');
    expect(lines()).toEqual([]);
  });
});
