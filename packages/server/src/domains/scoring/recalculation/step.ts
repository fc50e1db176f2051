import type { Database, Tx } from '../../../platform/database/types.ts';
import { toSyscallEvent } from '../events/event-batch.ts';
import { processIdOf } from '../events/facts.ts';
import { idOfDigest, identityOf } from '../events/identity.ts';
import { unpackChunk, type ChunkRecord } from '../events/read-chunks.ts';
import type { RuleScoring } from '../rules/index.ts';
import { lockScored } from '../scores/score-store.ts';
import { settle, type SettleDeps } from '../scores/settle.ts';
import type { SyscallEvent } from '../types.ts';
import {
  lockActive,
  lockNextProcesses,
  nextChunks,
  saveProgress,
  updateNext,
  type RecalculationRecord,
} from './store.ts';

export interface StepDeps extends SettleDeps {
  readonly db: Database;
  readonly nowMs: () => number;
  readonly scoring: () => RuleScoring;
}

/** Chunks and processes of one transaction: some tenths of a second, so that a crash or a stop loses little. */
const chunksAtOnce = 200;
const processesAtOnce = 500;

interface Searched {
  readonly events: number;
  readonly found: ReadonlyMap<string, SyscallEvent[]>;
}

/** What rules ask for in the chunks, by process. Identities are made for those alone: they cost more than all the rest. */
const searchChunks = async (chunks: readonly ChunkRecord[], scoring: RuleScoring): Promise<Searched> => {
  const found = new Map<string, SyscallEvent[]>();
  let events = 0;
  for (const chunk of chunks) {
    for (const { checked } of await unpackChunk(chunk)) {
      events += 1;
      if (!scoring.watches(checked.syscall, checked.event.metadata)) continue;
      const processId = processIdOf(chunk.agentId, checked.event.pid, checked.startedAtMs);
      const probe = toSyscallEvent(chunk.agentId, processId, '', checked);
      if (!scoring.concerns(probe)) continue;
      const event = { ...probe, id: idOfDigest(identityOf(chunk.agentId, checked)) };
      const list = found.get(processId);
      if (list === undefined) found.set(processId, [event]);
      else list.push(event);
    }
  }
  return { events, found };
};

const readOn = async (deps: StepDeps, tx: Tx, recalculation: RecalculationRecord): Promise<void> => {
  const scoring = deps.scoring();
  const chunks = await nextChunks(tx, recalculation, chunksAtOnce);
  const { events, found } = await searchChunks(chunks, scoring);
  const rows = found.size === 0 ? [] : await lockScored(tx, [...found.keys()]);
  await updateNext(
    tx,
    rows
      .filter(({ epoch }) => epoch < recalculation.epoch)
      .map(({ processId, next }) => ({
        processId,
        next: scoring.apply(next ?? scoring.empty, found.get(processId) ?? []),
      })),
  );
  await saveProgress(tx, recalculation.id, {
    status: chunks.length < chunksAtOnce ? 'replacing' : 'reading',
    chunks: chunks.length,
    events,
    processes: 0,
    at: chunks.at(-1),
    atProcessId: null,
    now: new Date(deps.nowMs()),
  });
};

const replaceOn = async (deps: StepDeps, tx: Tx, recalculation: RecalculationRecord): Promise<boolean> => {
  const scoring = deps.scoring();
  const now = new Date(deps.nowMs());
  const processes = await lockNextProcesses(tx, recalculation, processesAtOnce);
  // The baseline's part is made of what it learned, which is not recalculated.
  const settlements = processes
    .filter(({ epoch }) => epoch < recalculation.epoch)
    .map((process) => {
      const baseline = process.state?.baseline ?? null;
      const fresh = { ...scoring.empty, baseline };
      const state = process.next === null ? fresh : scoring.merge(process.next, fresh);
      const nothing = state.contributions.length === 0 && state.marks.length === 0 && baseline === null;
      const cause = 'recalculation' as const;
      return { process, state: nothing ? null : state, next: null, epoch: recalculation.epoch, cause };
    });
  await settle(deps, tx, scoring, settlements, now);
  const done = processes.length < processesAtOnce;
  await saveProgress(tx, recalculation.id, {
    status: done ? 'succeeded' : 'replacing',
    chunks: 0,
    events: 0,
    processes: processes.length,
    at: undefined,
    atProcessId: processes.at(-1)?.processId ?? null,
    now,
  });
  return !done;
};

/**
 * One step of the recalculation under way: some chunks read into new states, or some processes given theirs. Progress commits
 * with what it stands for, so any replica goes on after a crash. False when there is nothing to do.
 */
export const recalculationStep = (deps: StepDeps): Promise<boolean> =>
  deps.db.transaction(async (tx) => {
    const recalculation = await lockActive(tx);
    if (recalculation === undefined) return false;
    if (recalculation.status === 'replacing') return replaceOn(deps, tx, recalculation);
    await readOn(deps, tx, recalculation);
    return true;
  });
