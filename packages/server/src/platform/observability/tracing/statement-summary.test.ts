import { describe, expect, it } from 'vitest';
import { statementSummary } from './statement-summary.ts';

describe('a statement’s name', () => {
  it.each([
    ['SELECT * FROM gpus WHERE id = $1', 'SELECT gpus'],
    ['  insert into "audit_log" (a) values ($1)', 'INSERT audit_log'],
    ['UPDATE ONLY pgmq.q_jobs SET vt = $1', 'UPDATE pgmq.q_jobs'],
    ['-- why\nDELETE FROM users', 'DELETE users'],
    ['WITH gone AS (DELETE FROM a RETURNING id) INSERT INTO b SELECT id FROM gone', 'INSERT b'],
    ['SELECT 1', 'SELECT'],
    ['SET LOCAL statement_timeout = 5', 'SET'],
    ['', 'statement'],
    ['hunter2 FROM users', 'statement'],
  ])('%s is %s', (sql, name) => {
    expect(statementSummary(sql)).toBe(name);
  });

  it('holds nothing of a literal', () => {
    const name = statementSummary("SELECT set_config('x', 'FROM hunter2 secret', true)");
    expect(name).toBe('SELECT');
  });

  it('is found in bounded time whatever the statement', () => {
    expect(statementSummary(`WITH a AS (${'('.repeat(1_000_000)}`)).toBe('statement');
    expect(statementSummary(`SELECT '${"'".repeat(1_000_001)}`).length).toBeLessThan(130);
  });
});
