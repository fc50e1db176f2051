import { describe, expect, it } from 'vitest';
import { createCliStage } from '../testing/cli-stage.ts';
import { page } from '../testing/fake-server.ts';

const at = '2026-01-31T12:00:00.000Z';
const message = {
  id: '42',
  attempts: 10,
  enqueued_at: at,
  visible_at: at,
  body: { job: 'j1' },
  headers: null,
  last_error: null,
  dead_letter: { cause: 'attempts_exhausted', error: 'no node is free', attempts: 10, at },
};

const stage = createCliStage();
const start = (...args: string[]) => stage.say('queue', ...args);

describe('gpushield queue', () => {
  it('lists queues and shows messages and dead letters', async () => {
    const queue = {
      name: 'jobs',
      messages: 7,
      visible: 3,
      oldest_age_seconds: 90,
      sent: 1234,
      dead_letters: 1,
    };
    stage.server.routes.set('GET /api/v1/queues', () => page([queue]));
    expect((await start('list')).out).toMatch(/jobs +7 +3 +90 s +1 +1234/);

    stage.server.routes.set('GET /api/v1/queues/jobs/messages', ({ query }) =>
      page(
        query.get('state') === 'dead'
          ? [message]
          : [{ ...message, dead_letter: null, last_error: 'timeout' }],
      ),
    );
    expect((await start('show', 'jobs')).out).toMatch(/42 +10 .*timeout +\{"job":"j1"\}/);
    expect((await start('dead', 'jobs')).out).toMatch(
      /42 +5 min ago +attempts_exhausted +10 +no node is free/,
    );
  });

  it('sends dead letters again, by id or the oldest', async () => {
    const bodies: unknown[] = [];
    stage.server.routes.set('POST /api/v1/queues/jobs/dead-letters/resend', ({ body }) => {
      bodies.push(body);
      return { body: { resent: 2 } };
    });
    expect(await start('resend', 'jobs', '42', '43')).toMatchObject({
      code: 0,
      out: '2 dead letters were sent again.\n',
    });
    expect((await start('resend', 'jobs', '--oldest', '5')).code).toBe(0);
    expect(bodies).toEqual([{ ids: ['42', '43'] }, { limit: 5 }]);
    expect((await start('resend', 'jobs', 'x')).code).toBe(2);
    expect((await start('resend', 'jobs', '1', '--oldest', '5')).code).toBe(2);
  });

  it('purges only when told so', async () => {
    const bodies: unknown[] = [];
    stage.server.routes.set('POST /api/v1/queues/jobs/purge', ({ body }) => {
      bodies.push(body);
      return { body: { purged: 9 } };
    });
    expect((await start('purge', 'jobs')).code).toBe(2);
    expect(bodies).toEqual([]);
    expect((await start('purge', 'jobs', '--yes')).out).toBe('9 messages are deleted.\n');
    expect((await start('purge', 'jobs', '--dead', '--yes')).code).toBe(0);
    expect(bodies).toEqual([{ what: 'messages' }, { what: 'dead_letters' }]);
  });
});
