import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import type { Logger } from '../../../platform/observability/index.ts';
import { findAgentRecord, insertAgent, noteSeen, type AgentRecord } from './agent-store.ts';

export interface AgentDirectoryDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  /** Ids of AGENT_KEYS. */
  readonly configured: readonly string[];
}

/** Agents by id, as ingest asks for them with every request. */
export interface AgentDirectory {
  /** An agent; one that signs without being registered (AGENT_KEYS) is entered. */
  find(
    id: string,
    enteredAs: { readonly source: AgentRecord['source']; readonly by: string },
  ): Promise<AgentRecord>;
  /** An agent that is registered; undefined for any other. */
  get(id: string): Promise<AgentRecord | undefined>;
  noteSeen(id: string): void;
  /** Forgets one agent, after it was changed here; other replicas hear of it within `staleMs`. */
  forget(id: string): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Name, node and format of an agent change rarely, and nothing of its rights stands here. */
const staleMs = 10_000;
const flushMs = 5_000;
const capacity = 50_000;

/** When agents were last heard of, written now and then: a write for each request would be as much as the request. */
const createSeen = ({ db, clock, log }: AgentDirectoryDeps) => {
  let seen = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    if (seen.size === 0) return;
    const taken = seen;
    seen = new Map();
    try {
      await noteSeen(db, taken);
    } catch (err) {
      log.warn({ err }, 'when agents were last seen could not be written');
    }
  };
  return {
    note: (id: string): void => {
      seen.set(id, clock.nowMs());
    },
    start: (): void => {
      timer = setInterval(() => {
        flushing = flushing.then(flush);
      }, flushMs);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
};

export const createAgentDirectory = (deps: AgentDirectoryDeps): AgentDirectory => {
  const { db, clock, configured } = deps;
  const known = new Map<string, { readonly agent: AgentRecord; readonly untilMs: number }>();
  const seen = createSeen(deps);
  const enter = (id: string, source: AgentRecord['source'], by: string) =>
    insertAgent(
      db,
      {
        id,
        name: id,
        description: '',
        source,
        format: 'gpushield',
        nodeId: null,
        sensorId: null,
        labels: {},
        registeredBy: by,
      },
      new Date(clock.nowMs()),
    );

  const get = async (id: string): Promise<AgentRecord | undefined> => {
    const kept = known.get(id);
    if (kept !== undefined && kept.untilMs > clock.monotonicMs()) return kept.agent;
    const agent = await findAgentRecord(db, id);
    if (agent === undefined) return undefined;
    if (known.size >= capacity) known.clear();
    known.set(id, { agent, untilMs: clock.monotonicMs() + staleMs });
    return agent;
  };

  return {
    get,
    find: async (id, { source, by }) => {
      const found = await get(id);
      if (found !== undefined) return found;
      await enter(id, source, by);
      const entered = await get(id);
      if (entered === undefined) throw new Error('An agent that was just entered is not there');
      return entered;
    },
    noteSeen: seen.note,
    forget: (id) => {
      known.delete(id);
    },
    start: async () => {
      for (const id of configured) await enter(id, 'configured', 'AGENT_KEYS');
      seen.start();
    },
    stop: seen.stop,
  };
};
