import { describe, expect, it } from 'vitest';
import { createCliStage } from '../testing/cli-stage.ts';
import { page } from '../testing/fake-server.ts';
import { alertSample } from '../testing/samples.ts';

const stage = createCliStage();

describe('gpushield alerts', () => {
  it('lists whatever is not closed, and any status that is asked for', async () => {
    stage.server.routes.set('POST /api/v1/alerts/query', () => page([alertSample()]));
    expect((await stage.say('alerts', 'list')).code).toBe(0);
    expect(stage.server.seen.at(-1)?.body).toMatchObject({
      statuses: ['open', 'acknowledged', 'investigating', 'reopened'],
    });
    expect((await stage.say('alerts', 'list', '--status', 'false_positive')).code).toBe(0);
    expect(stage.server.seen.at(-1)?.body).toMatchObject({ statuses: ['false_positive'] });
  });

  it.each(['acknowledge', 'investigate', 'false-positive', 'reopen'])('%s takes a note', async (verb) => {
    const alert = alertSample();
    stage.server.routes.set(`POST /api/v1/alerts/${alert.id}/${verb}`, () => ({ body: alert }));
    const { code, err } = await stage.say('alerts', verb, alert.id, '--note', 'looked at it');
    expect(code, err).toBe(0);
    expect(stage.server.seen.at(-1)?.body).toEqual({ note: 'looked at it' });
  });
});
