import { join } from 'node:path';
import { tickMs } from '../facts/boot-time.ts';
import { readLink, readProc, startTicksIn } from '../facts/read-proc.ts';
import type { KernelCall } from '../parse.ts';
import { createAssembler } from './assemble.ts';
import { followLog, type LogFollower } from './follow.ts';
import { parseAuditLine } from './records.ts';
import { toAuditCall } from './to-call.ts';

/** Calls a second that are told; the rest is dropped and counted, as the kernel's programs do. */
const maxPerSecond = 2_000;
const maxStarts = 8_192;

export interface AuditWatchOptions {
  readonly path: string;
  readonly proc: string;
  readonly sensorPid: number;
  /** Wall time as CLOCK_MONOTONIC. */
  readonly atNs: (atMs: number) => number;
  readonly nowMs: () => number;
  readonly onCall: (call: KernelCall) => void;
  readonly losses: { dropped: number; lost: number; malformed: number };
}

export interface AuditWatch extends LogFollower {
  /** Whether the log told that this process started a program. */
  readonly toldStart: (pid: number, startedNs: number | undefined) => boolean;
}

const startedNs = (proc: string, pid: number): number | undefined => {
  const ticks = startTicksIn(readProc(join(proc, String(pid), 'stat'), 1024));
  return ticks === undefined ? undefined : ticks * tickMs * 1e6;
};

/** Follows what the kernel's audit tells, as far as its rules ask for it. */
export const openAuditWatch = async (
  options: AuditWatchOptions,
): Promise<AuditWatch | { readonly problem: string }> => {
  const { path, proc, sensorPid, atNs, nowMs, onCall, losses } = options;
  let [second, told] = [0, 0];
  /** By pid, the process whose start was told. */
  const starts = new Map<number, number | undefined>();
  const mayTell = (): boolean => {
    const now = Math.floor(nowMs() / 1000);
    if (now !== second) [second, told] = [now, 0];
    told += 1;
    return told <= maxPerSecond;
  };
  const assembler = createAssembler((records) => {
    const found = toAuditCall(records, {
      atNs,
      folderOf: (pid, fd) => readLink(join(proc, String(pid), 'fd', String(fd))),
    });
    if (found === undefined || found.call.pid === sensorPid || found.call.parentPid === sensorPid) return;
    if (!mayTell()) {
      losses.dropped += 1;
      return;
    }
    const { call, executable } = found;
    const started = startedNs(proc, call.pid);
    if (call.arguments !== undefined) {
      if (starts.size >= maxStarts) starts.clear();
      starts.set(call.pid, started);
    }
    onCall({
      ...call,
      startedNs: started,
      parentStartedNs: startedNs(proc, call.parentPid),
      // The program itself, not what it was called by: a script's interpreter stands in the log too.
      ...(call.arguments === undefined || executable === undefined ? {} : { text: executable }),
    });
  });
  const opened = await followLog(
    path,
    (line) => {
      const record = parseAuditLine(line);
      if (record === undefined) losses.malformed += 1;
      else assembler.take(record, nowMs());
    },
    () => {
      losses.lost += 1;
    },
  );
  if ('problem' in opened) return opened;
  return {
    pass: async () => {
      const more = await opened.pass();
      assembler.sweep(nowMs());
      return more;
    },
    close: opened.close,
    toldStart: (pid, started) => starts.has(pid) && starts.get(pid) === started,
  };
};
