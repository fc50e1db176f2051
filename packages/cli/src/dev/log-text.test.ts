import { describe, expect, it } from 'vitest';
import { createLogWriter, newText, type LogLook } from './log-text.ts';

const follow = (...looks: readonly LogLook[]): { out: string; gaps: readonly boolean[] } => {
  let out = '';
  const writer = createLogWriter((text) => {
    out += text;
  });
  const gaps = looks.map((look) => writer.take(look));
  writer.end();
  return { out, gaps };
};
const whole = (text: string): LogLook => ({ text, truncated: false });
const tail = (text: string): LogLook => ({ text, truncated: true });

describe('a followed log', () => {
  it('is printed once, whatever each look shows of it', () => {
    const log = Array.from({ length: 400 }, (_, index) => `line ${index}\n`).join('');
    for (const window of [300, 1000, 100_000]) {
      const looks: LogLook[] = [];
      for (let end = 0; end <= log.length; end += 97)
        looks.push({ text: log.slice(Math.max(0, end - window), end), truncated: end > window });
      looks.push({ text: log.slice(-window), truncated: log.length > window });
      const { out, gaps } = follow(...looks);
      expect(out, `window ${window}`).toBe(log);
      expect(gaps).not.toContain(true);
    }
  });
  it('says where lines are missing', () => {
    expect(follow(whole('a\n'), tail('y\nz\n'))).toEqual({ out: 'a\ny\nz\n', gaps: [false, true] });
  });
  it('waits for the rest of a character that a look cut', () => {
    expect(newText(whole('gr\ufffd'), whole('grün')).text).toBe('ün');
    expect(newText(tail('abc\n'), tail('\ufffdbc\nd\n')).text).toBe('d\n');
  });
  it('loses what drives a terminal, also where two looks share it, and keeps overwritten lines apart', () => {
    const { out } = follow(whole('\u001b[3'), whole('\u001b[31mred\u001b[0m\n 10%\r 20%\r\n\u202eend'));
    expect(out).toBe('red\n 10%\n 20%\nend\n');
  });
});
