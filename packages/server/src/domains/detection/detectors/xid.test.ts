import { parseXidLine } from '@gpushield/contracts';
import { describe, expect, it } from 'vitest';
import { judgeXids, type SeenXid } from './xid.ts';

const startMs = Date.UTC(2026, 0, 5);
const minute = 60;
/** Lines as the driver writes them, `[seconds, line]`. */
const traceOf = (lines: readonly (readonly [number, string])[]): readonly SeenXid[] =>
  lines.map(([atS, line]) => ({
    code: parseXidLine(`NVRM: Xid (PCI:0000:3b:00): ${line}`)?.code ?? -1,
    atMs: startMs + atS * 1000,
  }));
const judge = (lines: readonly (readonly [number, string])[], nowS: number) =>
  judgeXids(traceOf(lines), startMs + nowS * 1000).map(({ detector, score }) => [detector, score]);

/** What one crash of a kernel leaves: a line for each of many units, within a second. */
const crash = (atS: number): readonly (readonly [number, string])[] =>
  Array.from({ length: 40 }, (_, n) => [
    atS + n / 100,
    `13, pid=4711, name=python3, Graphics SM Warp Exception on (GPC ${String(n)}, TPC 0): Illegal Address`,
  ]);

describe('Xids', () => {
  it('one of security is enough, and one of dead hardware too', () => {
    const fallen = [0, '79, pid=1234, name=python3, GPU has fallen off the bus.'] as const;
    expect(judge([fallen], 1)).toEqual([['xid_hardware', 1]]);
    expect(judge([[0, '137, NVLink fault: access to a page of another tenant'], fallen], 1)).toEqual([
      ['xid_security', 1],
      ['xid_hardware', 1],
    ]);
  });

  it('a program that crashes once is nobody’s alarm, however many lines the driver writes of it', () => {
    expect(judge(crash(0), 1)).toEqual([['xid_application', 0]]);
  });

  it('a program that crashes again and again is', () => {
    const again = [0, 10, 20, 30].flatMap((at) => crash(at * minute));
    expect(judge(again.slice(0, 80), 31 * minute)).toEqual([['xid_application', 0.25]]);
    expect(judge(again, 31 * minute)).toEqual([['xid_application', 0.75]]);
    const [verdict] = judgeXids(traceOf(again), startMs + 31 * minute * 1000);
    expect(verdict?.reason.text).toBe(
      'Xid 13 (Graphics Engine Exception) 4 times in the last 60 min: a program on it fails again and again',
    );
  });

  it('a day of single crashes, hours apart, is not', () => {
    const day = Array.from({ length: 12 }, (_, n) => crash(n * 7200)).flat();
    expect(judge(day, 22 * 3600)).toEqual([['xid_application', 0]]);
  });

  it('repeated errors of the memory within a day are hammered rows or a dying one', () => {
    expect(judge([[0, '92, High single-bit ECC error rate']], 1)).toEqual([['xid_memory', 0.5]]);
    const twice = [0, 8 * 3600].map((at) => [at, '92, High single-bit ECC error rate'] as const);
    expect(judge(twice, 8 * 3600)).toEqual([['xid_memory', 1]]);
  });

  it('what lies outside of the window, or in the future, says nothing', () => {
    const fallen = [0, '79, GPU has fallen off the bus.'] as const;
    expect(judge([fallen], 24 * 3600)).toEqual([]);
    expect(judge([fallen], -1)).toEqual([]);
  });
});
