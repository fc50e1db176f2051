import { setImmediate } from 'node:timers/promises';
import type { Database, Tx } from '../../../platform/database/types.ts';
import type { Logger } from '../../../platform/observability/index.ts';
import { processIdOf } from '../events/facts.ts';
import { unpackChunk, type ChunkRecord } from '../events/read-chunks.ts';
import type { RuleScoring } from '../rules/index.ts';
import { lockScored } from '../scores/score-store.ts';
import { settle, type SettleDeps } from '../scores/settle.ts';
import { createBaselineModel, minSequence, type BaselineModel } from './baseline-model.ts';
import {
  chunksBehind,
  findBaselines,
  insertModel,
  lockPosition,
  pruneBaselines,
  readModel,
  savePosition,
  updateModel,
  workloadsOf,
  type BaselineRecord,
} from './baseline-store.ts';

export interface LearnerDeps extends SettleDeps {
  readonly db: Database;
  readonly nowMs: () => number;
  readonly scoring: () => RuleScoring;
}

/** Chunks of one step, and how far behind it may be: beyond that it learns from a sample of what comes. */
const chunksAtOnce = 24;
const sequencesAtOnce = 8;
const maxLagMs = 60_000;
/** Nothing is learned from a process at or above this risk, or with an alert. */
const suspectRisk = 25;
const maxBaselines = 1_000;
const maxCached = 64;

interface Sequence {
  readonly processId: string;
  readonly names: readonly string[];
  readonly lastMs: number;
}

/** What each process of a chunk did, in order of time. */
const sequencesOf = async (chunk: ChunkRecord): Promise<readonly Sequence[]> => {
  const events = await unpackChunk(chunk);
  const byProcess = Map.groupBy(events, ({ checked }) =>
    processIdOf(chunk.agentId, checked.event.pid, checked.startedAtMs),
  );
  return [...byProcess]
    .filter(([, list]) => list.length >= minSequence)
    .map(([processId, list]) => {
      const ordered = list.toSorted((a, b) => a.checked.occurredAtUs - b.checked.occurredAtUs);
      const lastMs = Math.floor((ordered.at(-1)?.checked.occurredAtUs ?? 0) / 1000);
      return { processId, names: ordered.map(({ checked }) => checked.syscall), lastMs };
    });
};

interface Held {
  readonly record: BaselineRecord | undefined;
  readonly model: BaselineModel;
  dirty: boolean;
}

interface Finding {
  readonly processId: string;
  readonly weight: number;
  readonly atMs: number;
  readonly model: string;
}

/** A baseline as it is stored. The id is part of it: after a deletion versions begin anew. */
interface Known {
  readonly id: string;
  readonly version: number;
  readonly model: BaselineModel;
}

/** By workload. */
type Cache = Map<string, Known>;

const load = async (tx: Tx, cache: Cache, workloads: readonly string[]): Promise<Map<string, Held>> => {
  const records = new Map((await findBaselines(tx, workloads)).map((record) => [record.workload, record]));
  const held = new Map<string, Held>();
  for (const workload of workloads) {
    const record = records.get(workload);
    const cached = cache.get(workload);
    const isFresh = record !== undefined && cached?.id === record.id && cached.version === record.version;
    const json = record === undefined || isFresh ? undefined : await readModel(tx, record.id);
    const model = isFresh ? cached.model : createBaselineModel(json);
    held.set(workload, { record, model, dirty: false });
  }
  return held;
};

/** Answers the models that are as stored; of the others, somebody froze or deleted the baseline meanwhile. */
const save = async (deps: LearnerDeps, tx: Tx, held: ReadonlyMap<string, Held>): Promise<Cache> => {
  const now = new Date(deps.nowMs());
  const stored: Cache = new Map();
  for (const [workload, { record, model, dirty }] of held) {
    if (!dirty) {
      if (record !== undefined) stored.set(workload, { id: record.id, version: record.version, model });
      continue;
    }
    const { sequences, syscalls } = model;
    const id = record?.id ?? deps.newId();
    const version = (record?.version ?? 0) + 1;
    const write = record === undefined ? insertModel : updateModel;
    const saved = { id, workload, version, sequences, syscalls, json: model.toJson() };
    if (await write(tx, saved, now)) stored.set(workload, { id, version, model });
  }
  await pruneBaselines(tx, maxBaselines);
  return stored;
};

/** Judges each sequence by its workload's model, and learns from those that are usual and of which nothing else is known. */
const judgeAndLearn = async (
  sequences: readonly Sequence[],
  places: Awaited<ReturnType<typeof workloadsOf>>,
  held: ReadonlyMap<string, Held>,
): Promise<ReadonlyMap<string, Finding>> => {
  const findings = new Map<string, Finding>();
  for (const [index, { processId, names, lastMs }] of sequences.entries()) {
    // Learning is arithmetic: requests that wait are answered between.
    if (index % sequencesAtOnce === 0) await setImmediate();
    const place = places.get(processId);
    const own = held.get(place?.workload ?? '');
    if (place === undefined || own === undefined) continue;
    const weight = own.model.judge(names) ?? 0;
    if (weight > 0) {
      const model = `${own.record?.id ?? ''}@${String(own.record?.version ?? 0)}`;
      findings.set(processId, { processId, weight, atMs: lastMs, model });
    } else if (!place.suspect && own.record?.status !== 'frozen') {
      own.model.learn(names);
      own.dirty = true;
    }
  }
  return findings;
};

interface Learned {
  readonly workloads: readonly string[];
  readonly stored: Cache;
}

const work = async (
  deps: LearnerDeps,
  tx: Tx,
  cache: Cache,
  chunks: readonly ChunkRecord[],
): Promise<Learned> => {
  const sequences = (await Promise.all(chunks.map(sequencesOf))).flat();
  const processIds = [...new Set(sequences.map(({ processId }) => processId))];
  const places = await workloadsOf(tx, processIds, suspectRisk);
  const workloads = [...new Set([...places.values()].map(({ workload }) => workload ?? ''))];
  const held = await load(
    tx,
    cache,
    workloads.filter((workload) => workload !== ''),
  );
  const findings = await judgeAndLearn(sequences, places, held);
  const stored = await save(deps, tx, held);
  await applyFindings(deps, tx, findings);
  return { workloads: [...held.keys()], stored };
};

/** Learns from what was stored and judges it, a step at a time; one replica of all. */
export const createLearner = (deps: LearnerDeps): { step(): Promise<void> } => {
  const cache: Cache = new Map();
  const run = (): Promise<Learned> =>
    deps.db.transaction(async (tx) => {
      const nothing = { workloads: [], stored: new Map() };
      const position = await lockPosition(tx);
      if (position === undefined) return nothing;
      const earliest = new Date(deps.nowMs() - maxLagMs);
      const from = position.receivedAt < earliest ? { ...position, receivedAt: earliest } : position;
      const chunks = await chunksBehind(tx, from, chunksAtOnce);
      const last = chunks.at(-1);
      if (last === undefined) return nothing;
      const learned = await work(deps, tx, cache, chunks);
      await savePosition(tx, last);
      return learned;
    });
  return {
    step: async () => {
      try {
        const { workloads, stored } = await run();
        // A model that learned and was not written knows what the stored one does not.
        for (const workload of workloads) cache.delete(workload);
        for (const [workload, known] of stored) {
          if (cache.size >= maxCached) cache.clear();
          cache.set(workload, known);
        }
      } catch (error) {
        // What a transaction that failed had learned is forgotten.
        cache.clear();
        throw error;
      }
    },
  };
};

const applyFindings = async (
  deps: LearnerDeps,
  tx: Tx,
  findings: ReadonlyMap<string, Finding>,
): Promise<void> => {
  if (findings.size === 0) return;
  const scoring = deps.scoring();
  const processes = await lockScored(tx, [...findings.keys()]);
  const settlements = processes.flatMap((process) => {
    const finding = findings.get(process.processId);
    if (finding === undefined) return [];
    const { weight, atMs, model } = finding;
    const state = scoring.merge(process.state ?? scoring.empty, {
      ...scoring.empty,
      baseline: { weight, atMs, model },
    });
    return [{ process, state, next: process.next, epoch: process.epoch, cause: 'events' as const }];
  });
  await settle(deps, tx, scoring, settlements, new Date(deps.nowMs()));
};

const intervalMs = 5_000;

/** Runs the learner every five seconds: at most some five thousand events a second, whatever comes. */
export const createLearning = (
  deps: LearnerDeps & { readonly log: Pick<Logger, 'error'> },
): { start(): Promise<void>; stop(): Promise<void> } => {
  const learner = createLearner(deps);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  return {
    start: () => {
      timer = setInterval(() => {
        if (busy) return;
        busy = true;
        running = learner
          .step()
          .catch((err: unknown) => {
            deps.log.error({ err }, 'behaviour could not be learned; trying again');
          })
          .finally(() => {
            busy = false;
          });
      }, intervalMs);
      timer.unref();
      return Promise.resolve();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};
