import { describe, expect, it } from 'vitest';
import { createUrlCheck } from './check-url.ts';
import type { DestinationPolicy } from './types.ts';

const open: DestinationPolicy = { name: 'test', allowHttp: true, allowPrivate: ['127.0.0.1'], ports: [8080] };

describe('a URL that was checked before', () => {
  it('is judged anew under another policy, even one of the same name', () => {
    const check = createUrlCheck();
    const url = 'http://127.0.0.1:8080/v1';
    expect(check(open, url)).toMatchObject({ ok: true });
    expect(check(open, url)).toMatchObject({ ok: true, target: { hostname: '127.0.0.1', port: 8080 } });
    expect(check({ ...open, allowPrivate: [] }, url)).toMatchObject({ ok: false });
    expect(check({ ...open, allowHttp: false }, url)).toMatchObject({ ok: false });
    expect(check({ ...open, ports: [443] }, url)).toMatchObject({ ok: false });
  });

  it('does not stand for others: each text is checked, and a refusal stays one', () => {
    const check = createUrlCheck();
    expect(check(open, 'http://127.0.0.1:8080/')).toMatchObject({ ok: true });
    for (let round = 0; round < 2; round += 1) {
      expect(check(open, 'http://127.0.0.2:8080/')).toMatchObject({ ok: false });
      expect(check(open, 'http://169.254.169.254:8080/')).toMatchObject({ ok: false });
    }
    for (let port = 0; port < 100; port += 1)
      expect(check(open, `http://127.0.0.1:8080/${String(port)}`).ok).toBe(true);
    expect(check(open, 'http://127.0.0.1:8080/')).toMatchObject({ ok: true, target: { port: 8080 } });
  });
});
