import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import type { Upstream } from '../types.ts';
import { createDirectory } from './directory.ts';

const upstream = (name: string): Upstream => ({
  name,
  kind: 'ollama',
  url: `http://${name}.test`,
  concurrency: 1,
  timeoutMs: 1000,
  allowPrivate: [],
  discover: true,
  apiKeyFile: undefined,
  apiKeyVault: undefined,
});
const unused = () => Promise.reject(new Error('is not asked here'));

describe('the directory of models', () => {
  it('delays no start: who asks before every server has answered waits, and for no model that is there', async () => {
    const dead = Promise.withResolvers<unknown>();
    const alive = Promise.withResolvers<unknown>();
    const directory = createDirectory({
      catalogue: { upstreams: [upstream('dead'), upstream('alive')], models: [] },
      client: {
        get: ({ name }) => (name === 'dead' ? dead.promise : alive.promise),
        post: unused,
        stream: unused,
      },
      clock: systemClock(),
      log: pino({ level: 'silent' }),
    });
    directory.start();
    let isReady = false;
    const ready = directory.ready().then(() => (isReady = true));
    expect(directory.find('phi')).toBeUndefined();
    alive.resolve({ models: [{ name: 'phi:latest' }] });
    await new Promise((resolve) => setImmediate(resolve));
    expect(directory.find('phi')?.name).toBe('phi:latest');
    expect(isReady).toBe(false);
    dead.reject(new Error('does not answer'));
    await ready;
    expect(directory.health().map(({ status }) => status)).toEqual(['unhealthy', 'healthy']);
    expect(directory.find('phi')?.name).toBe('phi:latest');
    directory.stop();
  });
});
