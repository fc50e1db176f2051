import { ApiError, createClient, signEvents } from '@gpushield/sdk';
import { describe, expect, it } from 'vitest';
import { oneServer } from '../support/one-server.ts';
import { findPython, runPython } from '../support/python.ts';

const agent = { id: 'agent-1', secret: 'secret-1' };
const running = oneServer({ AGENT_KEYS: JSON.stringify({ [agent.id]: agent.secret }) });
const python = findPython('json', 'the Python SDK');
const attack = (pid: number) => ({
  pid,
  syscall: 'execve',
  executable: '/memfd:x (deleted)',
  timestamp: new Date().toISOString(),
});

describe('the TypeScript SDK', () => {
  it('signs events, reads lists page by page, and says what an error is', async () => {
    const { url, admin } = running;
    const client = createClient({ baseUrl: url, token: () => admin.token });
    const body = { events: [attack(1), attack(2), attack(3)] };
    const anonymous = createClient({ baseUrl: url });
    const headers = await signEvents(JSON.stringify(body), agent, { timestampSeconds: Date.now() / 1000 });
    expect(await anonymous.call('ingestEvents', { body }, { headers })).toMatchObject({ accepted: 3 });
    const found: string[] = [];
    for await (const score of client.items('listScores', { query: { risk_min: 50, limit: 2 } })) {
      found.push(score.process_id);
    }
    expect(found.toSorted()).toEqual(['agent-1:1', 'agent-1:2', 'agent-1:3']);
    const missing = client.call('getProcess', { path: { id: 'nobody:1' } });
    await expect(missing).rejects.toBeInstanceOf(ApiError);
    await expect(missing).rejects.toMatchObject({ status: 404, problem: { code: 'not_found' } });
    expect(await client.call('recalculateScores', {})).toMatchObject({ events_done: 0 });
  });

  it('sends again what may succeed later, and what has no answer only where it counts once', async () => {
    const answers = [503, 429, 200];
    const keys: (string | null)[] = [];
    const client = createClient({
      baseUrl: 'http://gpushield.invalid',
      sleep: () => Promise.resolve(),
      fetch: (_url, init) => {
        keys.push(new Headers(init?.headers).get('idempotency-key'));
        return Promise.resolve(new Response('{}', { status: answers.shift() ?? 500 }));
      },
    });
    await client.call('ingestEvents', { body: { events: [] } });
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe.skipIf(python === undefined)('the Python SDK', () => {
  it('signs events, reads lists page by page, and raises what an error is', async () => {
    const program = `
import os, sys
sys.path.insert(0, "sdks/python")
from gpushield import ApiError, Client
client = Client(os.environ["URL"], os.environ["TOKEN"])
at = "${new Date().toISOString()}"
events = [{"pid": pid, "syscall": "execve", "executable": "/memfd:x", "timestamp": at} for pid in (11, 12, 13)]
print(client.send_events("agent-1", "secret-1", events)["accepted"])
print(sorted(s["pid"] for s in client.items(client.list_scores, risk_min=50, agent_id="agent-1", limit=2) if s["pid"] > 10))
try:
    client.get_process("nobody:1")
except ApiError as error:
    print(error.status, error.code)
`;
    const { url, admin } = running;
    const result = await runPython(python ?? '', program, { URL: url, TOKEN: admin.token });
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: '3\n[11, 12, 13]\n404 not_found\n' });
  });
});
