import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutboundClient, type OutboundClient } from '../../platform/outbound/index.ts';
import { createSecret } from '../../platform/secrets/index.ts';
import { createVault, type Vault, type VaultSignIn } from '../../platform/vault/index.ts';
import { testDatabase } from '../../testing/index.ts';
import { realVault } from './testing/real-vault.ts';
import type { Upstream } from './types.ts';
import { createUpstreamKeys } from './upstream-keys.ts';

const real = realVault();
const database = testDatabase();
const log = pino({ level: 'silent' });
/** Real time, and what a test adds to it. */
let skippedMs = 0;
const clock = { nowMs: () => Date.now() + skippedMs, monotonicMs: () => performance.now() + skippedMs };
const pastTheCache = 11_000;

let outbound: OutboundClient;
const vaults: Vault[] = [];
const open = (signIn: VaultSignIn): Vault => {
  const options = { address: real?.address ?? '', namespace: undefined, signIn };
  const vault = createVault({ outbound, clock, log }, options);
  vaults.push(vault);
  return vault;
};
const token = (text: string): VaultSignIn => ({ kind: 'token', token: createSecret(text) });
const keysFrom = (vault: Vault) => {
  const sealer = { seal: () => '', unseal: () => '' } as never;
  const keys = createUpstreamKeys({ db: database.db, sealer, clock, log, environment: {}, vault });
  return (apiKeyVault: Upstream['apiKeyVault'], name = 'gpu-1') =>
    keys.get({
      name,
      kind: 'openai',
      url: 'http://gpu-1.test/v1',
      concurrency: 1,
      timeoutMs: 1000,
      allowPrivate: [],
      discover: false,
      apiKeyFile: undefined,
      apiKeyVault,
    });
};
const place = { mount: 'kv/models', path: 'gpus/gpu-1', field: 'api_key' };
const put = (key: string) => real?.cli('kv', 'put', '-mount=kv/models', 'gpus/gpu-1', `api_key=${key}`);
const policy = 'path "kv/models/data/gpus/*" { capabilities = ["read"] }';
const allow = (text = policy) => real?.cli('write', 'sys/policy/models', `policy=${text}`);
const approle = (): VaultSignIn => ({
  kind: 'approle',
  roleId: real?.cli('read', '-field=role_id', 'auth/approle/role/gateway/role-id') ?? '',
  secretId: createSecret(
    real?.cli('write', '-f', '-field=secret_id', 'auth/approle/role/gateway/secret-id') ?? '',
  ),
});

beforeAll(() => {
  outbound = createOutboundClient({ clock, log, metricsHooks: { onFinish: () => undefined } });
  if (real === undefined) return;
  real.cli('secrets', 'enable', '-path=kv/models', '-version=2', 'kv');
  real.cli('auth', 'enable', 'approle');
  allow();
  real.cli('write', 'auth/approle/role/gateway', 'token_policies=models', 'token_ttl=2s', 'token_max_ttl=4s');
}, 120_000);
afterAll(async () => {
  for (const vault of vaults) vault.stop();
  await outbound.close();
  real?.down();
}, 120_000);

describe.skipIf(real === undefined)('keys of model servers in Vault', () => {
  it('are read by an AppRole, whose tokens end and are revoked; a changed key is taken up', async () => {
    put('sk-first');
    const keyOf = keysFrom(open(approle()));
    expect(await keyOf(place)).toBe('sk-first');
    put('sk-second');
    expect(await keyOf(place)).toBe('sk-first');
    skippedMs += pastTheCache;
    expect(await keyOf(place)).toBe('sk-second');
    // As root does when a token has leaked.
    real?.cli('write', '-f', 'sys/leases/revoke-prefix/auth/approle/login');
    skippedMs += pastTheCache;
    expect(await keyOf(place)).toBe('sk-second');
    // Beyond the longest life of the first tokens.
    await wait(4500);
    skippedMs += pastTheCache;
    put('sk-third');
    expect(await keyOf(place)).toBe('sk-third');
  }, 60_000);

  it('are read with a token that is renewed before it ends', async () => {
    put('sk-kept');
    const short = real?.cli('token', 'create', '-field=token', '-policy=models', '-period=2s') ?? '';
    const vault = open(token(short));
    expect(await vault.read(place)).toBe('sk-kept');
    // Three lives of the token: it would have ended.
    await wait(6000);
    expect(await vault.read(place)).toBe('sk-kept');
  }, 60_000);

  it('are refused when Vault refuses or has none, and never with what it said before', async () => {
    put('sk-mine');
    const reader = real?.cli('token', 'create', '-field=token', '-policy=models') ?? '';
    const keyOf = keysFrom(open(token(reader)));
    expect(await keyOf(place)).toBe('sk-mine');
    allow('path "kv/models/data/other" { capabilities = ["read"] }');
    skippedMs += pastTheCache;
    await expect(keyOf(place)).rejects.toMatchObject({ kind: 'denied' });
    allow();
    await expect(keyOf({ ...place, field: 'none' }, 'gpu-2')).rejects.toMatchObject({ kind: 'missing' });
    await expect(keyOf({ ...place, path: 'gpus/none' }, 'gpu-3')).rejects.toMatchObject({ kind: 'missing' });
    expect(await keyOf(place)).toBe('sk-mine');
    await expect(open(token('hvs.not-a-token-of-this-vault')).read(place)).rejects.toMatchObject({
      kind: 'denied',
    });
  }, 60_000);

  it('outlive an outage and a seal of Vault for a while, and no longer', async () => {
    put('sk-bridge');
    const keyOf = keysFrom(open(token(real?.rootToken ?? '')));
    expect(await keyOf(place)).toBe('sk-bridge');
    real?.stop();
    skippedMs += pastTheCache;
    expect(await keyOf(place)).toBe('sk-bridge');
    await expect(keyOf({ ...place, path: 'gpus/new' }, 'gpu-9')).rejects.toMatchObject({ kind: 'away' });
    real?.start('sealed');
    skippedMs += pastTheCache;
    expect(await keyOf(place)).toBe('sk-bridge');
    skippedMs += 16 * 60_000;
    await expect(keyOf(place)).rejects.toMatchObject({ kind: 'away' });
  }, 120_000);
});
