import type { Database, Executor, Tx } from '../../database/types.ts';
import { statementSummary } from './statement-summary.ts';
import type { SpanFacts, Tracer } from './types.ts';

const factsOf = (summary: string): SpanFacts => ({
  'db.system.name': 'postgresql',
  'db.query.summary': summary,
});

const transactionName = 'transaction';

const tracedExecutor = (executor: Executor, tracer: Pick<Tracer, 'child'>): Executor => ({
  query: (sql, values) => {
    const summary = statementSummary(sql);
    return tracer.child(summary, factsOf(summary), () => executor.query(sql, values));
  },
  prepared: (name, sql, values) =>
    tracer.child(name, factsOf(name), () => executor.prepared(name, sql, values)),
});

const tracedTx = (tx: Tx, tracer: Tracer): Tx => ({
  ...tracedExecutor(tx, tracer),
  isTransaction: true,
  savepoint: (work) => tx.savepoint(work),
  copyIn: (table, columns, data, format) => {
    const summary = `COPY ${table}`;
    return tracer.child(summary, factsOf(summary), () => tx.copyIn(table, columns, data, format));
  },
  copyOut: (select, values, onRow) => {
    const summary = statementSummary(select);
    return tracer.child(summary, factsOf(summary), () => tx.copyOut(select, values, onRow));
  },
  notify: (channel, payload) => tracer.child('NOTIFY', factsOf('NOTIFY'), () => tx.notify(channel, payload)),
});

const tracedWith = (
  db: Database,
  tracer: Tracer,
  span: Pick<Tracer, 'child'>['child'],
  name: string,
): Database => ({
  ...tracedExecutor(db, tracer),
  transaction: (work, options) =>
    span(name, factsOf(name), () => db.transaction((tx) => work(tracedTx(tx, tracer)), options)),
  listen: (channel, handlers) => db.listen(channel, handlers),
  stats: () => db.stats(),
  ping: (timeoutMs) => db.ping(timeoutMs),
  close: () => db.close(),
});

/** The database of requests: what it does is a span below the request's. Spans name statements, never their values. */
export const traceDatabase = (db: Database, tracer: Tracer): Database =>
  tracedWith(db, tracer, tracer.child, transactionName);

/**
 * The database of a group commit: each transaction, and each statement outside of one, is a trace of its own, as it
 * serves many requests.
 */
export const traceBatches = (db: Database, tracer: Tracer, name: string): Database => {
  const inRoot: Tracer['child'] = (spanName, facts, work) =>
    tracer.root(name, 'internal', {}, () => tracer.child(spanName, facts, work));
  return {
    ...tracedWith(
      db,
      tracer,
      (spanName, facts, work) => tracer.root(spanName, 'internal', facts, work),
      name,
    ),
    ...tracedExecutor(db, { child: inRoot }),
  };
};
