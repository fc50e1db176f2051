import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { createModelServer, type ModelServer } from './testing/model-server.ts';

const database = testDatabase();
let app: App;
let models: ModelServer;
let ann: string;
let bob: string;

const call = (method: 'GET' | 'POST' | 'DELETE', url: string, token: string, payload?: object) =>
  app.http.app.inject({
    method,
    url: `/api/v1/vectors${url}`,
    headers: { authorization: `Bearer ${token}` },
    ...(payload === undefined ? {} : { payload }),
  });
const ids = (answer: { readonly body: string }): readonly string[] =>
  (JSON.parse(answer.body) as { matches: { id: string }[] }).matches.map(({ id }) => id);

beforeAll(async () => {
  models = await createModelServer();
  app = await testApp({
    db: database.db,
    env: { OLLAMA_BASE_URL: models.url, GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '1000' },
  });
  ann = await signIn(app, (await seedUser(database.db, app, ['researcher'])).username);
  bob = await signIn(app, (await seedUser(database.db, app, ['researcher'])).username);
});
afterAll(async () => {
  await stopApp(app);
  await models.close();
});

const points = [
  { id: 'east', values: [1, 0], metadata: { kind: 'wind' } },
  { id: 'north', values: [0, 1], metadata: { kind: 'wind' } },
  { id: 'far', values: [10, 9], metadata: { kind: 'place' } },
];

describe('vectors', () => {
  it.each([
    ['cosine', ['far', 'east', 'north']],
    ['dot', ['far', 'east', 'north']],
    ['l2', ['east', 'north', 'far']],
  ])('are found by %s, the nearest first', async (metric, order) => {
    const put = await call('POST', `/by-${metric}/upsert`, ann, { records: points, metric });
    expect(put.json(), put.body).toEqual({ upserted: 3, dimensions: 2 });
    const found = await call('POST', `/by-${metric}/query`, ann, {
      values: [1, 0.8],
      top_k: 3,
      include_values: true,
    });
    expect(ids(found), found.body).toEqual(order);
    expect(found.json<{ matches: object[] }>().matches[0]).toMatchObject({
      values: expect.any(Array),
      text: null,
    });
  });

  it('are replaced by id, selected by metadata, deleted', async () => {
    await call('POST', '/places/upsert', ann, { records: points });
    await call('POST', '/places/upsert', ann, { records: [{ id: 'far', values: [1, 0] }] });
    const filtered = await call('POST', '/places/query', ann, { values: [1, 0], filter: { kind: 'wind' } });
    expect(ids(filtered)).toEqual(['east', 'north']);
    expect((await call('POST', '/places/delete', ann, { ids: ['east', 'none'] })).json()).toEqual({
      deleted: 1,
    });
    expect(ids(await call('POST', '/places/query', ann, { values: [1, 0] }))).toEqual(['far', 'north']);
  });

  it('are made of texts by the gateway', async () => {
    const records = [
      { id: 'a', text: 'aaaa' },
      { id: 'b', text: 'bbbb' },
    ];
    const put = await call('POST', '/texts/upsert', ann, { records, model: 'embedder' });
    expect(put.statusCode, put.body).toBe(200);
    const found = await call('POST', '/texts/query', ann, { text: 'bbbb', top_k: 1 });
    expect(ids(found), found.body).toEqual(['b']);
    expect(found.json<{ matches: object[] }>().matches[0]).toMatchObject({ text: 'bbbb' });
    expect((await call('POST', '/others/upsert', ann, { records, model: 'none' })).statusCode).toBe(404);
  });

  it('are of one model: another is refused before any text goes to it', async () => {
    const records = [{ id: 'a', text: 'aaaa' }];
    await call('POST', '/one-model/upsert', ann, { records, model: 'embedder' });
    const asked = models.embedded();
    const other = await call('POST', '/one-model/upsert', ann, { records, model: 'second' });
    expect(other.statusCode, other.body).toBe(422);
    expect(other.json()).toMatchObject({ errors: [{ field: '/model' }] });
    expect((await call('POST', '/one-model/upsert', ann, { records, model: 'none' })).statusCode).toBe(422);
    expect(models.embedded()).toBe(asked);
    expect((await call('POST', '/one-model/upsert', ann, { records })).statusCode).toBe(200);
    await call('POST', '/by-hand/upsert', ann, { records: points });
    const mixed = await call('POST', '/by-hand/upsert', ann, { records, model: 'embedder' });
    expect(mixed.statusCode, mixed.body).toBe(422);
    expect(models.embedded()).toBe(asked + 1);
  });

  it('are of one model too where two make the namespace at once', async () => {
    const put = (model: string, id: string) =>
      call('POST', '/raced/upsert', ann, { records: [{ id, text: 'aaaa' }], model });
    const answers = await Promise.all([put('embedder', 'a'), put('second', 'b')]);
    const statuses = answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 422]);
    const winner = answers[0].statusCode === 200 ? 'a' : 'b';
    expect(ids(await call('POST', '/raced/query', ann, { text: 'aaaa' }))).toEqual([winner]);
  });

  it('belong to one user: nobody reads, changes or counts another’s, whatever the name', async () => {
    await call('POST', '/mine/upsert', ann, { records: points });
    expect((await call('POST', '/mine/query', bob, { values: [1, 0] })).statusCode).toBe(404);
    expect((await call('DELETE', '/mine', bob)).statusCode).toBe(404);
    expect((await call('POST', '/mine/delete', bob, { ids: ['east'] })).json()).toEqual({ deleted: 0 });
    await call('POST', '/mine/upsert', bob, { records: [{ id: 'only', values: [1, 2, 3] }] });
    expect(ids(await call('POST', '/mine/query', ann, { values: [1, 0] }))).toEqual(['east', 'far', 'north']);
    const listed = await call('GET', '', bob);
    expect(listed.json<{ data: object[] }>().data).toMatchObject([
      { namespace: 'mine', vectors: 1, dimensions: 3 },
    ]);
    expect((await call('DELETE', '/mine', bob)).statusCode).toBe(204);
    expect((await call('GET', '', bob)).json<{ data: object[] }>().data).toEqual([]);
  });

  it.each([
    ['another number of dimensions', { records: [{ id: 'x', values: [1, 2, 3] }] }, 422],
    ['neither values nor text', { records: [{ id: 'x' }] }, 422],
    ['an id twice', { records: [points[0], points[0]] }, 422],
    ['another metric', { records: points, metric: 'l2' }, 422],
    ['text without a model', { records: [{ id: 'x', text: 'a' }] }, 422],
    ['unknown fields', { records: points, owner_id: 'someone' }, 422],
  ])('with %s are refused, and nothing of them is kept', async (_what, body, status) => {
    await call('POST', '/strict/upsert', ann, { records: points });
    const answer = await call('POST', '/strict/upsert', ann, body);
    expect(answer.statusCode, answer.body).toBe(status);
    expect(ids(await call('POST', '/strict/query', ann, { values: [1, 0] }))).toHaveLength(3);
  });
});
