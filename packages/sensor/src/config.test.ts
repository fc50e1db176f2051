import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { temporaryDirectory } from './testing/temporary.ts';

const root = { isRoot: true };

describe("sensor's environment", () => {
  it('needs nothing but a key; an empty value is as none', () => {
    const parsed = parseConfig({ GPUSHIELD_API_KEY: 'a-long-enough-key', GPUSHIELD_URL: '' }, root);
    expect(parsed).toMatchObject({
      ok: true,
      config: {
        url: 'http://127.0.0.1:8000',
        clusterId: 'default',
        stateDir: '/var/lib/gpushield-sensor',
        logLevel: 'info',
      },
    });
  });

  it('never holds the key where it could be printed', () => {
    expect(JSON.stringify(parseConfig({ GPUSHIELD_API_KEY: 'a-long-enough-key' }, root))).not.toContain(
      'a-long-enough-key',
    );
  });

  it('reports everything that is wrong at once, each with an example and none with the key', () => {
    const environment = {
      GPUSHIELD_URL: 'ftp://x',
      GPUSHIELD_API_KEY: 'short',
      GPUSHIELD_NODE_NAME: '!',
      GPUSHIELD_CLUSTER_ID: ' ',
      GPUSHIELD_LOG_LEVEL: 'loud',
      GPUSHIELD_SENSOR_SPOOL_MAX_BYTES: '1e9',
    };
    const parsed = parseConfig(environment, root);
    const problems = parsed.ok ? [] : parsed.problems;
    for (const name of Object.keys(environment)) expect(problems.join('\n')).toContain(`${name} `);
    expect(problems.filter((problem) => problem.includes('example: '))).toHaveLength(6);
    expect(problems.join('\n')).not.toContain('short');
  });

  it('asks for a key when there is none', () => {
    expect(parseConfig({}, root)).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('GPUSHIELD_API_KEY_FILE')],
    });
  });

  it('reads a key file each time, so that a rotated key is found', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory.path, 'key');
    await writeFile(file, 'first-key-value\n');
    const parsed = parseConfig({ GPUSHIELD_API_KEY_FILE: file }, root);
    const read = (): Promise<string> => (parsed.ok ? parsed.config.readApiKey() : Promise.resolve(''));
    expect(await read()).toBe('first-key-value');
    await writeFile(file, 'second-key-value\n');
    expect(await read()).toBe('second-key-value');
    await directory.remove();
  });
});
