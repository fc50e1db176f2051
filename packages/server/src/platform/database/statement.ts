import type pg from 'pg';
import type { PoolClient } from 'pg';
import type { QueryResult } from './types.ts';

export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** How long the client waits for the server; the pool's own limit when undefined. */
  readonly queryTimeoutMs?: number | undefined;
}

const isSeveral = <Result>(result: Result | Result[]): result is Result[] => Array.isArray(result);

/** Runs one statement on a connection. Without `values` the simple protocol is used, which allows several at once. */
export const runStatement = async <Row extends object>(
  client: PoolClient,
  statement: Statement,
): Promise<QueryResult<Row>> => {
  const { name, text, values, queryTimeoutMs } = statement;
  const config: pg.QueryConfig & { query_timeout?: number } = {
    text,
    ...(name === undefined ? {} : { name }),
    ...(values === undefined ? {} : { values: [...values] }),
    ...(queryTimeoutMs === undefined ? {} : { query_timeout: queryTimeoutMs }),
  };
  const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(config);
  // Several statements in one text answer an array of results; the last one is the answer.
  const last = isSeveral(result) ? result.at(-1) : result;
  return { rows: last?.rows ?? [], rowCount: last?.rowCount ?? last?.rows.length ?? 0 };
};
