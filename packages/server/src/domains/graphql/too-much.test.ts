import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { graphqlStage } from './testing/graphql-stage.ts';

const { ask, statements } = graphqlStage();

describe('documents that ask for too much', () => {
  const deep = (levels: number) =>
    `{ nodes { edges { node ${'{ gpus { node '.repeat(levels)}{ id }${' } }'.repeat(levels)} } } }`;
  it.each([
    ['10,000 levels', `${'{a'.repeat(10_000)}${'}'.repeat(10_000)}`],
    ['levels that never end', '{ nodes '.repeat(10_000 / 3)],
    ['more bytes than a document has', `{ ${'a'.repeat(40_000)} }`],
    [
      'a thousand aliases of a list',
      `{ ${Array.from({ length: 400 }, (_, n) => `a${String(n)}: nodes(first: 100) { edges { node { id } } }`).join(' ')} }`,
    ],
    ['too many levels of objects', deep(8)],
    [
      'lists of lists of lists',
      '{ nodes(first: 100) { edges { node { gpus { node { gpus { node { activeAlerts { id } } } } } } } } }',
    ],
    [
      'fragments that double at every step',
      `{ ...f0 } ${Array.from({ length: 30 }, (_, n) => `fragment f${String(n)} on Query { ...f${String(n + 1)} ...f${String(n + 1)} }`).join(' ')} fragment f30 on Query { nodes { edges { node { id } } } }`,
    ],
    ['fragments in a circle', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    [
      'the schema within the schema',
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    ],
  ])('such as %s are refused at once, with 400 and no statement', async (_what, query) => {
    const before = statements();
    const started = performance.now();
    const { status, errors } = await ask(query);
    expect(status).toBe(400);
    expect(errors?.length).toBeGreaterThan(0);
    expect(statements()).toBe(before);
    // Hangs, not speed: doubling fragments would take days.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('do not include introspection, nor a page of the fleet', async () => {
    expect((await ask(getIntrospectionQuery())).status).toBe(200);
    expect(
      (await ask('{ nodes(first: 100) { edges { node { id gpus { id latestTelemetry { id } } } } } }'))
        .errors,
    ).toBeUndefined();
  });

  it.each([
    ['first beyond its bounds', '{ nodes(first: 101) { pageInfo { hasNextPage } } }'],
    ['an id that is none', '{ node(id: "1; DROP TABLE") { id } }'],
    ['a time of no calendar', '{ telemetry(since: "yesterday") { pageInfo { hasNextPage } } }'],
  ])('%s is an error of its field', async (_what, query) => {
    expect((await ask(query)).errors?.[0]?.extensions?.code).toBe('validation_failed');
  });
});
