import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecret } from '../secrets/index.ts';
import { createAgentVerifier, type AgentVerifierOptions } from './agent-verifier.ts';
import { createReplayCache } from './replay-cache.ts';

let offsetMs = 0;
const clock = { nowMs: () => 1_700_000_000_000 + offsetMs, monotonicMs: () => 0 };
const nowSeconds = () => Math.floor(clock.nowMs() / 1000);
const body = Buffer.from('{"events": [{"pid": 1234}]}');

const verifier = (change: Partial<AgentVerifierOptions> = {}) =>
  createAgentVerifier({
    clock,
    configured: { 'agent-1': createSecret('secret-1'), 'agent-2': createSecret('secret-2') },
    requireTimestamp: false,
    scopes: ['events:write'],
    ...change,
  });
const sign = (secret: string, bytes: Buffer, timestamp?: string) => {
  const hmac = createHmac('sha256', secret);
  if (timestamp !== undefined) hmac.update(`${timestamp}.`);
  return hmac.update(bytes).digest('base64');
};
const plain = (agentId = 'agent-1', secret = 'secret-1', bytes = body) => ({
  agentId,
  signature: sign(secret, bytes),
  timestamp: undefined,
  body: bytes,
});
const stamped = (seconds = nowSeconds(), bytes = body) => ({
  agentId: 'agent-1',
  signature: sign('secret-1', bytes, String(seconds)),
  timestamp: String(seconds),
  body: bytes,
});

describe("an agent's signature", () => {
  it('over the raw body, as the seed makes it, gives the agent', async () => {
    const principal = await verifier().verify(plain());
    expect(principal).toMatchObject({ id: 'agent:agent-1', kind: 'agent', name: 'agent-1', roles: [] });
    expect([...principal.scopes]).toEqual(['events:write']);
  });

  it.each<[string, object]>([
    ['of another agent', { agentId: 'agent-2' }],
    ['of an agent that nobody knows', { agentId: 'agent-3' }],
    ['named like what every object has', { agentId: 'constructor' }],
    ['without an id', { agentId: '' }],
    ['that is missing', { signature: undefined }],
    ['that is empty', { signature: '' }],
    ['in hex', { signature: createHmac('sha256', 'secret-1').update(body).digest('hex') }],
    ['that was cut short', { signature: plain().signature.slice(0, 20) }],
    ['with one bit changed', { signature: `B${plain().signature.slice(1)}` }],
    ['over a body with one byte more', { body: Buffer.concat([body, Buffer.from(' ')]) }],
    ['over a body with one byte changed', { body: Buffer.from(body.toString().replace('1234', '1235')) }],
    ['made without the timestamp that is sent', { timestamp: String(nowSeconds()) }],
  ])('is refused: one %s', async (_what, change) => {
    const request = { ...plain(), ...change };
    // A first character that is B already would change nothing.
    if (request.signature === plain().signature && 'signature' in change) throw new Error('nothing changed');
    await expect(verifier().verify(request)).rejects.toMatchObject({ code: 'invalid_signature' });
  });

  it('covers bytes that are no text', async () => {
    const bytes = randomBytes(1000);
    await expect(verifier().verify(plain('agent-1', 'secret-1', bytes))).resolves.toMatchObject({
      name: 'agent-1',
    });
  });

  it('in the plain form is refused where the timestamp is required', async () => {
    const strict = verifier({ requireTimestamp: true });
    await expect(strict.verify(plain())).rejects.toMatchObject({ code: 'invalid_signature' });
    await expect(strict.verify(stamped())).resolves.toMatchObject({ name: 'agent-1' });
  });
});

describe('a timestamped signature', () => {
  it('is good within 300 s either way, and no longer', async () => {
    const at = async (seconds: number) => {
      try {
        await verifier().verify(stamped(nowSeconds() + seconds));
        return true;
      } catch {
        return false;
      }
    };
    expect(await Promise.all([-301, -300, 0, 300, 301].map(at))).toEqual([false, true, true, true, false]);
  });

  it('is good once, for as long as it could be used', async () => {
    const agents = verifier();
    const request = stamped(nowSeconds() + 290);
    await agents.verify(request);
    for (const later of [0, 300_000, 589_000]) {
      offsetMs = later;
      await expect(agents.verify(request)).rejects.toMatchObject({ code: 'invalid_signature' });
    }
    offsetMs = 0;
  });

  it('of a new second, or of another body, is another', async () => {
    const agents = verifier();
    await agents.verify(stamped());
    await expect(agents.verify(stamped(nowSeconds() + 1))).resolves.toBeDefined();
    await expect(agents.verify(stamped(nowSeconds(), Buffer.from('{}')))).resolves.toBeDefined();
  });

  it('that was wrong does not use up the right one', async () => {
    const agents = verifier();
    await expect(agents.verify({ ...stamped(), body: Buffer.from('{}') })).rejects.toThrow();
    await expect(agents.verify(stamped())).resolves.toBeDefined();
  });

  it.each(['-1', '1e9', '1700000000.5', ' 1700000000', '0x65', '99999999999999'])(
    'with the timestamp %s is refused',
    async (timestamp) => {
      const request = { ...stamped(), timestamp, signature: sign('secret-1', body, timestamp) };
      await expect(verifier().verify(request)).rejects.toMatchObject({ code: 'invalid_signature' });
    },
  );
});

describe('the secret of an agent', () => {
  const kept = (secrets: readonly [string, number | null][]) =>
    verifier({
      shared: createSecret('shared by all'),
      find: (id) =>
        Promise.resolve(
          id === 'agent-1'
            ? {
                userId: 'agent:agent-1',
                scopes: ['telemetry:write'],
                secrets: secrets.map(([text, expiresAtMs]) => ({ secret: createSecret(text), expiresAtMs })),
              }
            : undefined,
        ),
    });

  it('that the platform keeps goes before the configured one', async () => {
    const agents = kept([['new', null]]);
    expect([...(await agents.verify(plain('agent-1', 'new'))).scopes]).toEqual(['telemetry:write']);
    await expect(agents.verify(plain('agent-1', 'secret-1'))).rejects.toThrow();
    await expect(agents.verify(plain('agent-2', 'secret-2'))).resolves.toBeDefined();
  });

  it('overlaps with the one that takes over, until its time', async () => {
    const agents = kept([
      ['new', null],
      ['old', clock.nowMs() + 1000],
    ]);
    await expect(agents.verify(plain('agent-1', 'old'))).resolves.toBeDefined();
    offsetMs = 1000;
    await expect(agents.verify(plain('agent-1', 'old'))).rejects.toThrow();
    await expect(agents.verify(plain('agent-1', 'new'))).resolves.toBeDefined();
    offsetMs = 0;
  });

  it('is the shared one only for agents that have none', async () => {
    const agents = kept([['new', null]]);
    await expect(agents.verify(plain('agent-9', 'shared by all'))).resolves.toMatchObject({
      name: 'agent-9',
    });
    for (const id of ['agent-1', 'agent-2'])
      await expect(agents.verify(plain(id, 'shared by all'))).rejects.toThrow();
  });
});

describe('what was used', () => {
  it('is refused when no more can be remembered, rather than forgotten early', () => {
    const cache = createReplayCache(clock, 3);
    const untilMs = clock.nowMs() + 300_000;
    for (const id of ['a', 'b', 'c']) expect(cache.firstSeen(id, untilMs)).toBe(true);
    expect(cache.firstSeen('a', untilMs)).toBe(false);
    expect(() => cache.firstSeen('d', untilMs)).toThrow(expect.objectContaining({ code: 'overloaded' }));
    offsetMs = 330_001;
    expect(cache.firstSeen('d', untilMs + 330_001)).toBe(true);
    expect(cache.size()).toBe(1);
    offsetMs = 0;
  });
});
