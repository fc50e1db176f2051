import { describe, expect, it } from 'vitest';
import { cleanBlock, cleanJson, cleanLine } from './clean.ts';
import { wantsColour } from './paint.ts';
import { parseTime, relativeTime } from './relative-time.ts';
import { matchPrefix, unambiguousLength } from './short-id.ts';
import { renderTable } from './table.ts';
import { displayWidth, truncate } from './width.ts';

describe('clean text', () => {
  it('lets no escape sequence, control character or reordering mark through', () => {
    const hostile =
      '\u001b[31mred\u001b[0m \u001b]0;title\u0007bell\u0007 \u009b2Jcsi \u202egpj.exe\u200b a\rb\u0000';
    expect(cleanBlock(hostile)).not.toMatch(
      // eslint-disable-next-line no-control-regex -- what must be gone
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/u,
    );
    expect(cleanBlock('\u001b[31mred\u001b[0m')).toBe('red');
  });
  it('keeps line breaks in blocks and makes one line of them elsewhere', () => {
    expect(cleanBlock('a\nb')).toBe('a\nb');
    expect(cleanLine(' a\n\tb  c ')).toBe('a b c');
  });
  it('escapes what drives a terminal in JSON without changing a value', () => {
    const value = { text: '\u001b[31m \u009b \u202e ü 漢' };
    const json = cleanJson(value);
    // eslint-disable-next-line no-control-regex -- what must be gone
    expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
    expect(JSON.parse(json)).toEqual(value);
  });
});

describe('tables', () => {
  const columns = [
    { header: 'ID' },
    { header: 'TITLE', shrinkTo: 6 },
    { header: 'N', align: 'right' as const },
  ];
  const rows = [
    [{ text: 'a' }, { text: 'a rather long title' }, { text: '1' }],
    [{ text: 'bb' }, { text: '漢字漢字' }, { text: '100' }],
  ];
  it('never writes a line wider than the terminal while columns can shrink', () => {
    for (const width of [16, 20, 24, 40]) {
      for (const line of renderTable(columns, rows, { width }))
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });
  it('cuts nothing without a terminal, so that other programs read all of it', () => {
    expect(renderTable(columns, rows, { width: undefined })).toEqual([
      'ID  TITLE                  N',
      'a   a rather long title    1',
      'bb  漢字漢字             100',
    ]);
  });
  it('paints a cell without moving its neighbours', () => {
    const painted = renderTable(
      [{ header: 'A' }, { header: 'B' }],
      [[{ text: '$&', paint: (text) => `<${text}>` }, { text: 'b' }]],
      { width: 80 },
    );
    expect(painted).toEqual(['A   B', '<$&>  b']);
  });
  it('cuts between characters, not inside one', () => {
    expect(truncate('漢字漢字', 4)).toBe('漢…');
    expect(truncate('👩‍💻👩‍💻👩‍💻', 3)).toBe('👩‍💻…');
  });
});

describe('short ids', () => {
  const first = '0197f000-0000-7000-8000-000000000001';
  const second = '0197f000-0000-7000-8000-000000000012';
  it('shows as many characters as tell the rows apart, and at least 8', () => {
    expect(unambiguousLength([first, 'aaaaaaaa-0000-7000-8000-000000000001'])).toBe(8);
    const length = unambiguousLength([first, second]);
    expect(first.slice(0, length)).not.toBe(second.slice(0, length));
  });
  it('takes a prefix only when it means one thing', () => {
    const items = [
      { id: first, names: ['ada'] },
      { id: second, names: [] },
    ];
    expect(matchPrefix(items, first.slice(0, 35))).toEqual({ kind: 'one', id: first });
    expect(matchPrefix(items, '0197f000')).toEqual({ kind: 'many', ids: [first, second] });
    expect(matchPrefix(items, 'ada')).toEqual({ kind: 'one', id: first });
    expect(matchPrefix(items, '0197f00')).toEqual({ kind: 'none' });
  });
});

describe('times', () => {
  const now = Date.parse('2026-01-31T12:00:00.000Z');
  it('says how long ago in the largest fitting unit', () => {
    const of = (ms: number) => relativeTime(new Date(now - ms).toISOString(), now);
    expect([
      of(0),
      of(12_000),
      of(180_000),
      of(7_200_000),
      of(-3_600_000),
      of(-7_199_000),
      of(86_400_000 * 3),
      of(86_400_000 * 90),
    ]).toEqual(['now', '12 s ago', '3 min ago', '2 h ago', 'in 1 h', 'in 2 h', '3 d ago', '2025-11-02']);
    expect(relativeTime(null, now)).toBe('-');
  });
  it('understands durations and RFC 3339, and nothing else', () => {
    expect(parseTime('2h', now)).toBe('2026-01-31T10:00:00.000Z');
    expect(parseTime('2026-01-31T13:00:00+01:00', now)).toBe('2026-01-31T12:00:00.000Z');
    expect(['yesterday', '5', '2h30', '2026-13-01'].map((text) => parseTime(text, now))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('colours', () => {
  it('appear on a terminal only, and never against NO_COLOR or --no-color', () => {
    expect(wantsColour({ isTty: true, noColorOption: false, env: {} })).toBe(true);
    expect(wantsColour({ isTty: false, noColorOption: false, env: {} })).toBe(false);
    expect(wantsColour({ isTty: true, noColorOption: true, env: {} })).toBe(false);
    expect(wantsColour({ isTty: true, noColorOption: false, env: { NO_COLOR: '1' } })).toBe(false);
  });
});
