import { describe, expect, it } from 'vitest';
import { send } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';

describe('REQUIRE_AUTH=false', () => {
  it('lets anyone on this machine in, says so loudly, and audits it as anonymous', async () => {
    const dataDir = await makeDataDir();
    let server: RunningServer | undefined;
    try {
      server = await startServer(dataDir, { REQUIRE_AUTH: 'false' });
      expect((await send(`${server.url}/api/v1/nodes`, 'POST', { name: 'open' })).status).toBe(201);
      const trail = await send(`${server.url}/api/v1/audit?action=node.register`, 'GET');
      expect(trail.json()).toMatchObject({ data: [{ principal_kind: 'anonymous', granted: true }] });
      expect(server.output()).toMatch(/REQUIRE_AUTH/);
    } finally {
      await server?.stop();
      await removeDataDir(dataDir);
    }
  });

  it('is refused at the start on an address that others can reach', async () => {
    const dataDir = await makeDataDir();
    const start = startServer(dataDir, { REQUIRE_AUTH: 'false', HOST: '0.0.0.0' });
    await expect(start).rejects.toThrow(/REQUIRE_AUTH/);
    await removeDataDir(dataDir);
  });
});
