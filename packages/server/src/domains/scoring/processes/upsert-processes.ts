import type { Tx } from '../../../platform/database/types.ts';
import { factNames, type Sighting } from '../events/facts.ts';
import { createTimeText } from '../events/event-ids-store.ts';

/** The order of `processes.facts_at`, counted from 1. */
const newer = (name: string, index: number): string => {
  const [ours, theirs] = [`p.facts_at[${String(index + 1)}]`, `excluded.facts_at[${String(index + 1)}]`];
  return `${name} = CASE WHEN ${theirs} > ${ours} OR (${theirs} = ${ours} AND excluded.${name} > p.${name})
      THEN excluded.${name} ELSE p.${name} END`;
};

const latest = factNames
  .map((_, index) => `greatest(p.facts_at[${String(index + 1)}], excluded.facts_at[${String(index + 1)}])`)
  .join(', ');

/*
 * Sorted, so that two transactions lock the rows that they share in one order. The latest telling of each fact wins, and of
 * equally late ones the greater: whatever the order in which transactions commit, the row ends the same.
 */
const upsertSql = `
  INSERT INTO processes AS p (process_id, agent_id, node_id, pid, started_at, ${factNames.join(', ')}, facts_at,
    event_count, first_seen_at, last_seen_at, risk_at, scored_at, created_at)
  SELECT process_id, agent_id, node_id, pid, to_timestamp(started_ms / 1000.0), ${factNames.join(', ')},
    facts_at::bigint[], events, first_at, last_at, $2, $2, $2
  FROM json_to_recordset($1::json) AS g (process_id text, agent_id text, node_id uuid, pid bigint, started_ms bigint,
    parent_process_id text, command text, executable text, executable_sha256 text, user_id bigint, user_name text,
    container_id text, image text, pod text, namespace text, job_id text, facts_at text, events bigint,
    first_at timestamptz, last_at timestamptz)
  ORDER BY process_id COLLATE "C"
  ON CONFLICT (process_id) DO UPDATE SET
    ${factNames.map(newer).join(',\n    ')},
    facts_at = ARRAY[${latest}],
    node_id = coalesce(excluded.node_id, p.node_id),
    event_count = p.event_count + excluded.event_count,
    first_seen_at = least(p.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)`;

/** Makes the processes' rows, or takes what was seen into those that are there. Their rows stay locked. */
export const upsertProcesses = async (tx: Tx, sightings: Iterable<Sighting>, now: Date): Promise<void> => {
  const timeText = createTimeText();
  const rows = [...sightings].map((seen) => {
    const row: Record<string, unknown> = {
      process_id: seen.processId,
      agent_id: seen.agentId,
      node_id: seen.nodeId,
      pid: seen.pid,
      started_ms: seen.startedAtMs,
      facts_at: `{${seen.toldAtUs.join(',')}}`,
      events: seen.count,
      first_at: timeText(seen.firstUs),
      last_at: timeText(seen.lastUs),
    };
    for (const [index, name] of factNames.entries()) {
      const value = seen.values[index];
      if (value !== null) row[name] = value;
    }
    return row;
  });
  if (rows.length === 0) return;
  await tx.prepared('upsert processes', upsertSql, [JSON.stringify(rows), now]);
};
