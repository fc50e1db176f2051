import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDevStage } from '../testing/dev-stage.ts';
import { submittedSample } from '../testing/job-samples.ts';

const stage = createDevStage();
const file = (): string => join(stage.home, '.gpu-dev/config.json');

describe('config', () => {
  it('keeps what suits, for its owner alone, and refuses the rest', async () => {
    await stage.say('config', 'set', 'gpu_type', 'h100');
    await stage.say('config', 'set', 'hours', '0.5');
    await stage.say('config', 'set', 'disk', 'work');
    for (const [name, value] of [
      ['hours', '0'],
      ['hours', 'many'],
      ['disk', '../etc'],
      ['api_url', 'ftp://x'],
      ['login', 'telepathy'],
      ['nonsense', '1'],
    ])
      expect(
        (await stage.say('config', 'set', name ?? '', value ?? '')).code,
        `${String(name)} ${String(value)}`,
      ).toBe(2);
    expect((await stage.say('config', 'set', 'hours', '99')).err).toContain('at most 72');
    expect((await stage.say('config', 'set', 'disk', '../etc')).err).toContain('A-Z a-z 0-9 _ and -');
    await stage.say('config', 'unset', 'disk');
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ gpu_type: 'h100', hours: 0.5 });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stage.say('config', 'get', 'hours')).out).toBe('0.5\n');
  });
  it('stands in for options that are not given', async () => {
    stage.server.routes.set('POST /v1/jobs/submit', () => ({ body: submittedSample() }));
    await stage.say('config', 'set', 'gpu_type', 'h100');
    await stage.say('config', 'set', 'disk', 'work');
    await stage.say('reserve', '--no-wait');
    await stage.say('reserve', '--no-wait', '-t', 'a100', '--disk', 'none');
    expect(stage.server.seen.map(({ body }) => body)).toEqual([
      { instance_type: 'h100', disk_name: 'work' },
      { instance_type: 'a100' },
    ]);
  });
  it('names the server after the variable, and before where one signed in', async () => {
    await stage.say('config', 'set', 'api_url', 'http://127.0.0.1:1/');
    expect((await stage.say('config', 'show')).err).toContain(`the server in use is ${stage.server.url}`);
    const { io } = await stage.withKey(['config', 'show'], { env: { GPU_DEV_API_URL: '' } });
    expect(io.err()).toContain('the server in use is http://127.0.0.1:1.');
  });
  it('says where the file is when it cannot be understood', async () => {
    await mkdir(join(stage.home, '.gpu-dev'));
    await writeFile(file(), '{"api_url": 7}');
    const { code, err } = await stage.say('config', 'show');
    expect(code).toBe(1);
    expect(err).toContain(file());
  });
});
