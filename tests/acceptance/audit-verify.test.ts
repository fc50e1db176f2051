import { describe, expect, it } from 'vitest';
import { send } from '../support/client.ts';
import { runCommand } from '../support/gpushield-server.ts';
import { oneServer } from '../support/one-server.ts';

const running = oneServer();

describe('audit-verify', () => {
  it('finds the trail of a running server whole, and leaves the server working', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        running.admin.send('POST', '/api/v1/nodes', { name: `n-${String(n)}` }),
      ),
    );
    const { code, stdout } = await runCommand(running.server.dataDir, ['audit-verify', '--json']);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({ chains: 1, broken_chains: 0, breaks: [], heads: [{ sequence: 31 }] });
    expect(code).toBe(0);
    expect((await send(`${running.url}/health`, 'GET')).json()).toMatchObject({ status: 'healthy' });
    expect((await running.admin.send('GET', '/api/v1/audit')).status).toBe(200);
  });
});
