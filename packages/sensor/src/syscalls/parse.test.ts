import { describe, expect, it } from 'vitest';
import { createLineSplitter, maxLineBytes } from './lines.ts';
import { createLineParser } from './parse.ts';

/** A line as bpftrace writes it. */
const printed = (data: string): string => JSON.stringify({ type: 'printf', data });
const command = (name: string): string => name.padEnd(16);
const head = '21553493025219,4242,4243,77,21553492667376,11553492667376,1000,0,1';
const opened = (text: string, comm = 'cat'): string =>
  printed(`openat,${head},577,1|${command(comm)}${text}`);

describe('a line of the program', () => {
  it('becomes a call with what the kernel told', () => {
    const parsed = createLineParser()(opened('/etc/shadow'));
    expect(parsed).toMatchObject({
      kind: 'call',
      call: {
        ...{ syscall: 'openat', pid: 4242, tid: 4243, parentPid: 77, uid: 1000, euid: 0, command: 'cat' },
        ...{ numbers: { flags: 577, times_this_second: 1 }, text: '/etc/shadow', isTextCut: false },
      },
    });
  });

  it('cannot be forged by the name of a process or of a file', () => {
    const parse = createLineParser();
    const name = 'a|b,1\n2,3';
    expect(parse(opened('/tmp/x\nexecve,1,2|y', name))).toMatchObject({
      kind: 'call',
      call: { syscall: 'openat', command: 'a|b,1 2,3', text: '/tmp/x execve,1,2|y' },
    });
  });

  it('keeps names of other letters, and marks what is no text', () => {
    const parse = createLineParser();
    const bytes = Buffer.from('/tmp/é').toString('latin1');
    expect(parse(opened(bytes))).toMatchObject({ call: { text: '/tmp/é' } });
    expect(parse(opened('/tmp/\xff'))).toMatchObject({ call: { text: '/tmp/\ufffd' } });
  });

  it('says where a text was cut', () => {
    expect(createLineParser()(opened(`/tmp/${'x'.repeat(154)}`))).toMatchObject({
      call: { isTextCut: true },
    });
  });

  it.each([
    ['no JSON', 'Attaching 3 probes...'],
    ['another type of JSON', '[1]'],
    ['an unknown syscall', printed(`frobnicate,${head}|${command('x')}`)],
    ['too few numbers', printed(`openat,${head}|${command('x')}/etc/x`)],
    ['too many numbers', printed(`openat,${head},1,2,3|${command('x')}/etc/x`)],
    ['a number that is none', printed(`openat,${head},0x1,1|${command('x')}/etc/x`)],
    ['a pid beyond all pids', printed(`openat,1,99999999,1,1,1,1,0,0,1,0,1|${command('x')}/etc/x`)],
    ['a negative pid', printed(`openat,1,-1,1,1,1,1,0,0,1,0,1|${command('x')}/etc/x`)],
    ['no command', printed(`openat,${head},0,1|x`)],
    ['no end of the numbers', printed(`openat,${head},0,1`)],
  ])('is refused where it is %s', (_, line) => {
    expect(createLineParser()(line)).toEqual({ kind: 'malformed' });
  });

  it('counts what was lost and dropped', () => {
    const parse = createLineParser();
    expect(parse('{"type": "lost_events", "data": {"events": 12}}')).toEqual({ kind: 'lost', events: 12 });
    expect(parse('{"type": "map", "data": {"@dropped": 7}}')).toEqual({ kind: 'dropped', events: 7 });
    expect(parse('{"type": "map", "data": {"@dropped": -7}}')).toEqual({ kind: 'dropped', events: 0 });
  });
});

describe('the lines of one start', () => {
  const exec = printed(`execve,${head},0|${command('x')}/tmp/x`);

  it('are one call with arguments and the name of the file, whatever stands between', () => {
    const parse = createLineParser();
    expect(parse(printed('+arguments,4243,8|x\\x00a b\\x00'))).toEqual({ kind: 'part' });
    expect(parse(printed('+arguments,9,8|other\\x00'))).toEqual({ kind: 'part' });
    expect(parse(printed('+file,4243|memfd:x'))).toEqual({ kind: 'part' });
    expect(parse(exec)).toMatchObject({
      call: { arguments: ['x', 'a b'], areArgumentsCut: false, fileName: 'memfd:x', text: '/tmp/x' },
    });
    // They belong to that start alone.
    expect(parse(exec)).toMatchObject({ call: { arguments: undefined, fileName: undefined } });
  });

  it('say where the arguments were cut', () => {
    const parse = createLineParser();
    parse(printed(`+arguments,4243,500|x\\x00${'a'.repeat(158)}`));
    expect(parse(exec)).toMatchObject({ call: { areArgumentsCut: true } });
  });

  it('hold a bounded number of starts that never come', () => {
    const parse = createLineParser();
    for (let tid = 1; tid <= 5000; tid += 1) parse(printed(`+file,${String(tid)}|x`));
    expect(parse(printed(`execve,1,1,1,1,1,1,0,0,1,0|${command('x')}/x`))).toMatchObject({
      call: { fileName: undefined },
    });
  });
});

describe('the output of bpftrace', () => {
  it('is cut into lines over any chunks; one that does not end is thrown away and counted', () => {
    const lines: string[] = [];
    let tooLong = 0;
    const take = createLineSplitter(
      (line) => lines.push(line),
      () => {
        tooLong += 1;
      },
    );
    for (const chunk of ['on', 'e\ntw', 'o\n\n', 'x'.repeat(maxLineBytes), 'xx', 'x\nthree\n'])
      take(Buffer.from(chunk));
    expect(lines).toEqual(['one', 'two', 'three']);
    expect(tooLong).toBe(1);
  });
});
