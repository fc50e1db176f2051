import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneServer } from '../support/one-server.ts';
import { findPython, runPython } from '../support/python.ts';
import { seedAddress } from './seed-examples.ts';

const running = oneServer({ AGENT_KEYS: '{"agent-1": "secret-1", "agent-2": "secret-2"}' });
const python = findPython('requests', "seed 4's two Python examples");
const example = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'seed-python', name), 'utf8');

describe.skipIf(python === undefined)(
  "seed 4's Python examples, word for word at this server's address",
  () => {
    it('send a signed event, which is accepted once and found among the scores', async () => {
      const ingest = example('ingest.py').replace(seedAddress, running.url);
      const first = await runPython(python ?? '', ingest);
      expect(first, first.stderr).toMatchObject({ code: 0 });
      expect(first.stdout).toMatch(
        /^\{'accepted': 1, 'duplicates': 0, 'errors': 0, 'results': \[\{'id': '[0-9a-f-]{36}', 'status': 'accepted'\}\]\}\n$/,
      );
      // The same key and payload: the first answer again.
      expect((await runPython(python ?? '', ingest)).stdout).toBe(first.stdout);
      // Another key: the event itself is known.
      const another = await runPython(python ?? '', ingest.replace('unique-key-123', 'unique-key-124'));
      expect(another.stdout).toContain("'accepted': 0, 'duplicates': 1");
      const scores = await running.admin.send('GET', '/api/v1/scores');
      expect(scores.json()).toMatchObject({
        data: [{ process_id: 'agent-1:1234', agent_id: 'agent-1', pid: 1234 }],
      });
    });

    it('query high-risk processes page by page', async () => {
      const { token } = running.admin;
      const query = example('scores.py')
        .replaceAll(seedAddress, running.url)
        .replace('your-oauth-token', token)
        .replace('"limit": 100', '"limit": 1');
      // Two processes that run what they wrote to memory.
      const ingest = example('ingest.py').replace(seedAddress, running.url);
      const now = new Date().toISOString();
      for (const pid of ['31', '32']) {
        const attack = ingest
          .replace('unique-key-123', `attack-${pid}`)
          .replace('1234', pid)
          .replace('2025-01-15T10:00:00Z', now)
          .replace('"metadata": {}', '"executable": "/memfd:x (deleted)"');
        expect((await runPython(python ?? '', attack)).stdout).toContain("'accepted': 1");
      }
      const found = await runPython(python ?? '', query);
      expect(found, found.stderr).toMatchObject({ code: 0 });
      expect(found.stdout).toMatch(/^Process agent-1:32: Risk (8\d|90)(\.\d+)?\n$/);
    });
  },
);
