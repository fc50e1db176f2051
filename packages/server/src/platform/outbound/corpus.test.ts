import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createOutboundClient, OutboundFailure, type DestinationPolicy } from './index.ts';

/** Would let anything through but the destination itself. */
const policy: DestinationPolicy = { name: 'corpus', allowHttp: true, ports: [80, 443, 8080] };

/** Spellings that reach, or once reached, something that a stranger must not reach through us. */
const urls = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://017700000001/',
  'http://0177.0.0.1/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0x7F.1/',
  'http://0177.0x0.0.1/',
  'http://127.0.0.1./',
  'http://0/',
  'http://0.0.0.0/',
  'http://0.0.0.0:8080/',
  'http://[::]/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0:0:0:0:0:ffff:127.0.0.1]/',
  'http://[::127.0.0.1]/',
  'http://[::7f00:1]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b:1::a00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  'http://[fe80::1]/',
  'http://[fe80::1%25eth0]/',
  'http://[fe80::1%eth0]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fd20:ce::254]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  'http://[2001:db8::1]/',
  'http://[3fff::1]/',
  'http://[5f00::1]/',
  'http://[4000::1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xA9FEA9FE/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://169.254.170.2/',
  'http://100.64.0.1/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://192.0.0.192/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://192.0.2.1/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://198.18.0.1/',
  'http://192.88.99.1/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://localhost/',
  'http://LOCALHOST/',
  'http://localhost./',
  'http://localhost.localdomain/',
  'http://app.localhost/',
  'http://metadata/',
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://METADATA.google.INTERNAL./',
  'http://instance-data/',
  'http://vault.service.internal/',
  'http://printer.local/',
  'http://kubernetes.default.svc.cluster.local/',
  'http://postgres/',
  'http://%31%32%37%2e%30%2e%30%2e%31/',
  'http://%6c%6f%63%61%6c%68%6f%73%74/',
  'http://①②⑦.⓪.⓪.①/',
  'http://127。0。0。1/',
  'http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/',
  'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/',
  'http://loc\u00adalhost/',
  'http://user:secret@example.com/',
  'http://example.com@127.0.0.1/',
  'http://127.0.0.1#@example.com/',
  'http://127.0.0.1\\@example.com/',
  'http://example.com\\@127.0.0.1/',
  'http:\\\\127.0.0.1/',
  'http:127.0.0.1/',
  'http:///127.0.0.1/',
  ' http://127.0.0.1/',
  'http://exam\nple.com/',
  'http://exa\tmple.com/',
  'http://example.com\u0000.evil.example/',
  'http://example.com:22/',
  'http://example.com:6379/',
  'http://example.com./',
  'http://exa mple.com/',
  'http://[::1/',
  'http://999.999.999.999/',
  'file:///etc/passwd',
  'ftp://example.com/',
  'gopher://127.0.0.1:6379/_INFO',
  'data:text/plain,hello',
  'javascript:alert(1)',
  'unix:/var/run/docker.sock',
  'ws://example.com/',
  '//example.com/',
  '/relative',
  '',
];

/** What a name under a stranger's control may resolve to. */
const answers = [
  ['127.0.0.1.nip.io', ['127.0.0.1']],
  ['169-254-169-254.sslip.io', ['169.254.169.254']],
  ['metadata.attacker.example.com', ['fd00:ec2::254']],
  ['one-bad-of-three.example.com', ['93.184.216.34', '10.0.0.1', '1.1.1.1']],
  ['mapped.example.com', ['::ffff:10.0.0.1']],
  ['compatible.example.com', ['::a00:1']],
  ['nat64.example.com', ['64:ff9b::a00:1']],
  ['six-to-four.example.com', ['2002:a00:1::1']],
  ['teredo.example.com', ['2001:0:102:304::1']],
  ['zone.example.com', ['fe80::1%eth0']],
  ['zone-of-public.example.com', ['2606:4700::1%eth0']],
  ['unspecified.example.com', ['0.0.0.0']],
  ['wire-server.example.com', ['168.63.129.16']],
  ['no-address.example.com', ['127.0.0.1 or so']],
  ['octal.example.com', ['0177.0.0.1']],
] as const;

const clientWith = (addresses: readonly string[], connected: string[]) =>
  createOutboundClient({
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    log: pino({ level: 'silent' }),
    metricsHooks: { onFinish: () => undefined },
    resolve: () => Promise.resolve(addresses),
    connect: ({ host }) => {
      connected.push(host);
      throw new OutboundFailure('connect', 'connected', { retryable: true });
    },
  });

const kindOf = async (addresses: readonly string[], url: string, connected: string[]): Promise<string> => {
  const failure: unknown = await clientWith(addresses, connected)
    .request(policy, { method: 'GET', url })
    .catch((error: unknown) => error);
  return failure instanceof OutboundFailure ? failure.kind : 'no failure';
};

describe('the corpus of forbidden destinations', () => {
  it('can see a success: a public name and public addresses are connected to', async () => {
    const connected: string[] = [];
    expect(await kindOf(['93.184.216.34'], 'http://example.com/', connected)).toBe('connect');
    await kindOf([], 'https://1.1.1.1/', connected);
    await kindOf([], 'https://[2606:4700:4700::1111]/', connected);
    await kindOf(['64:ff9b::101:101'], 'https://bücher.example.com/', connected);
    expect(connected).toEqual(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '64:ff9b::101:101']);
  });

  it.each(urls)('never connects for %j, whatever it would resolve to', async (url) => {
    const connected: string[] = [];
    expect(await kindOf(['93.184.216.34'], url, connected)).toBe('forbidden_destination');
    expect(connected).toEqual([]);
  });

  it.each(urls)('is refused at registration too: %j', (url) => {
    expect(clientWith([], []).check(policy, url)).toMatchObject({ ok: false });
  });

  it.each(answers)('never connects for a name such as %s that resolves to %j', async (name, addresses) => {
    const connected: string[] = [];
    expect(await kindOf(addresses, `https://${name}/`, connected)).toBe('forbidden_destination');
    expect(connected).toEqual([]);
  });

  it('is https only, on port 443 only, unless the policy says otherwise', () => {
    const strict = { name: 'strict' };
    const client = clientWith([], []);
    expect(client.check(strict, 'https://example.com/hook')).toEqual({ ok: true });
    expect(client.check(strict, 'http://example.com/hook')).toMatchObject({ ok: false });
    expect(client.check(strict, 'https://example.com:8443/')).toMatchObject({ ok: false });
  });
});

describe('private targets that an operator opened', () => {
  const open = (allowPrivate: readonly string[]): DestinationPolicy => ({ ...policy, allowPrivate });
  const reached = async (allowPrivate: readonly string[], url: string, addresses: readonly string[]) => {
    const connected: string[] = [];
    await clientWith(addresses, connected)
      .request(open(allowPrivate), { method: 'GET', url })
      .catch(() => undefined);
    return connected;
  };

  it.each([
    [['127.0.0.0/8'], 'http://127.0.0.1/', []],
    [['127.0.0.1'], 'http://2130706433/', []],
    [['127.0.0.1'], 'http://localhost/', ['127.0.0.1']],
    [['::1'], 'http://[::1]/', []],
    [['localhost'], 'http://localhost/', ['127.0.0.1']],
    [['10.0.0.0/8'], 'http://vault/', ['10.1.2.3']],
    [['*.svc.cluster.local'], 'http://a.b.svc.cluster.local/', ['10.1.2.3']],
    [['fd00::/8'], 'http://vault.internal/', ['fd12::1']],
  ])('are reached by %j: %s', async (allowPrivate, url, addresses) => {
    expect(await reached(allowPrivate, url, addresses)).toHaveLength(1);
  });

  it.each([
    ['another network', ['10.0.0.0/8'], 'http://127.0.0.1/', []],
    ['another name', ['vault'], 'http://postgres/', ['10.0.0.1']],
    ['a name that only ends alike', ['*.svc.local'], 'http://evilsvc.local/', ['10.0.0.1']],
    ['the suffix itself', ['*.svc.local'], 'http://svc.local/', ['10.0.0.1']],
    ['link-local, whatever the network', ['0.0.0.0/0', '::/0'], 'http://169.254.169.254/', []],
    ['link-local, whatever the name', ['vault'], 'http://vault/', ['169.254.169.254']],
    ['metadata by name', ['metadata.google.internal'], 'http://metadata.google.internal/', ['10.0.0.1']],
    ['metadata inside of an opened network', ['100.64.0.0/10'], 'http://100.100.100.200/', []],
    ['metadata of AWS on IPv6', ['fd00::/8'], 'http://[fd00:ec2::254]/', []],
    ['an internal name that leads outside', ['10.0.0.0/8'], 'http://vault/', ['93.184.216.34']],
    ['anything, by an entry that nobody can read', ['10.0.0.0/99'], 'https://example.com/', ['1.1.1.1']],
  ])('do not open %s', async (_what, allowPrivate, url, addresses) => {
    expect(await reached(allowPrivate, url, addresses)).toEqual([]);
  });
});
