import { createHmac, randomUUIDv7 } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCatalogue, roles, roleScopes, type Role, type Scope } from '@gpushield/contracts';
import type { App } from './app.ts';
import { defaultAgentScopes } from './platform/identity/index.ts';
import { statusInForm } from './platform/http/error-forms.ts';
import { errorsOf } from './platform/http/openapi.ts';
import type { Route } from './platform/http/route.ts';
import { testDatabase } from './testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from './testing/app-harness.ts';

const database = testDatabase();
let app: App;
const tokens: Record<string, string> = {};

const agentSecret = 'a secret of the agent of this test';

/** A service account's token: what an OAuth2 client gets for its secret. */
const clientToken = async (admin: string): Promise<string> => {
  const headers = { authorization: `Bearer ${admin}` };
  const post = async (url: string, payload: object | string, more: Record<string, string> = headers) => {
    const answer = await app.http.app.inject({ method: 'POST', url, headers: more, payload });
    expect(answer.statusCode, answer.body).toBeLessThan(300);
    return answer.json<Record<string, string>>();
  };
  const account = await post('/api/v1/service-accounts', { username: 'a-service', roles: ['viewer'] });
  const { client_secret: secret = '' } = await post(
    `/api/v1/service-accounts/${account['id'] ?? ''}/secrets`,
    {},
  );
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: account['id'] ?? '',
    client_secret: secret,
  });
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return (await post('/oauth/token', form.toString(), type))['access_token'] ?? '';
};

const makeKey = async (token: string, body: object): Promise<{ id: string; api_key: string }> => {
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/api/v1/keys',
    headers: { authorization: `Bearer ${token}` },
    payload: body,
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<{ id: string; api_key: string }>();
};

beforeAll(async () => {
  app = await testApp({
    db: database.db,
    // There are more routes than an address may be refused in a minute.
    env: {
      AGENT_KEYS: JSON.stringify({ 'agent-1': agentSecret }),
      GPUSHIELD_LIMIT_REFUSED_PER_MINUTE: '100000',
      GPUSHIELD_LIMIT_BLOCK_AFTER: '100000',
    },
  });
  for (const role of roles)
    tokens[role] = await signIn(app, (await seedUser(database.db, app, [role])).username);
  const admin = tokens['admin'] ?? '';
  const narrow = await makeKey(admin, { scopes: ['self', 'alerts:read'] });
  tokens['key with two scopes'] = narrow.api_key;
  const revoked = await makeKey(admin, { scopes: ['self'] });
  await app.http.app.inject({
    method: 'DELETE',
    url: `/api/v1/keys/${revoked.id}`,
    headers: { authorization: `Bearer ${admin}` },
  });
  tokens['revoked key'] = revoked.api_key;
  const expired = await makeKey(admin, { scopes: ['self'] });
  await database.db.query(`UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    expired.id,
  ]);
  tokens['expired key'] = expired.api_key;
  tokens['service account'] = await clientToken(admin);
  const leaver = await seedUser(database.db, app, ['admin']);
  tokens['disabled user'] = await signIn(app, leaver.username);
  await app.http.app.inject({
    method: 'PATCH',
    url: `/api/v1/users/${leaver.id}`,
    headers: { authorization: `Bearer ${admin}` },
    payload: { disabled: true },
  });
});
afterAll(() => stopApp(app));

/** Kinds of principal, and the scopes that each has: undefined where the credential itself is refused. */
const kinds: readonly (readonly [string, readonly Scope[] | undefined])[] = [
  ...roles.map((role: Role) => [role, roleScopes[role]] as const),
  ['key with two scopes', ['self', 'alerts:read']],
  ['service account', roleScopes.viewer],
  ['signed agent', defaultAgentScopes],
  ['agent with a wrong signature', undefined],
  ['revoked key', undefined],
  ['expired key', undefined],
  ['disabled user', undefined],
  ['a forged token', undefined],
  ['nobody', undefined],
];

/** What says who asks; agents sign the body. */
const credentialOf = (kind: string, payload: string): Record<string, string> => {
  if (kind === 'nobody') return {};
  if (kind.includes('agent')) {
    const secret = kind === 'signed agent' ? agentSecret : 'another';
    const signature = createHmac('sha256', secret).update(payload).digest('base64');
    return { 'x-agent-id': 'agent-1', 'x-agent-signature': signature };
  }
  const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.';
  return { authorization: `Bearer ${tokens[kind] ?? forged}` };
};

const concrete = (route: Route): string =>
  route.path.replace(/::|:\w+/g, (part) => (part === '::' ? ':' : randomUUIDv7()));
const isRefusal = (status: number): boolean => status === 401 || status === 403;

// Bodies that no route takes: what is asked here is who gets as far as having it read.
const bodies = {
  json: ['application/json', '{"no_route_takes_this": true}'],
  form: ['application/x-www-form-urlencoded', 'no_route_takes_this=true'],
  otlp: ['application/json', '{"no_route_takes_this": true'],
  'json-lines': ['application/x-ndjson', '{"no_route_takes_this": true}'],
} as const;

const jsonOf =
  (body: string) =>
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the face of inject's answers
  <T>(): T =>
    JSON.parse(body) as T;

/** A stream never ends by itself: its answer is what came until it is let go. */
const isStream = (route: Route): boolean => route.produces === 'text/event-stream';

const call = async (route: Route, kind: string) => {
  const [type, payload] = route.schema.body === undefined ? [] : bodies[route.consumes ?? 'json'];
  const answer = await app.http.app.inject({
    payloadAsStream: isStream(route),
    method: route.method,
    url: concrete(route),
    headers: {
      ...credentialOf(kind, payload ?? ''),
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    ...(payload === undefined ? {} : { payload }),
    // An address of its own for each kind: too many refusals of one address would be 429.
    remoteAddress: `127.9.0.${String(kinds.findIndex(([name]) => name === kind) + 1)}`,
  });
  if (!isStream(route)) return answer;
  const { statusCode, headers } = answer;
  const endless = statusCode < 400;
  const body = endless ? '' : await text(answer.stream());
  if (endless) answer.stream().destroy();
  return { statusCode, headers, body, json: jsonOf(body) };
};

/** A login of a person: what routes of sessions need. */
const isLogin = (kind: string): boolean => roles.some((role) => role === kind);
/** Agents are known where a route says so. */
const isTaken = (route: Route, kind: string): boolean =>
  !kind.includes('agent') || ('scope' in route.access && route.access.credential === 'agent-or-bearer');

/** The code of an error, in whichever form its route answers. */
const codeOf = (body: {
  readonly code?: string;
  readonly error?: string | { readonly code: string };
}): string | undefined => body.code ?? (typeof body.error === 'object' ? body.error.code : body.error);

/** What a route may answer to a caller that it lets in, given ids that do not exist and a body that is wrong. */
const mayAnswer = (route: Route): ReadonlySet<number> =>
  new Set([
    ...Object.keys(route.schema.responses).map(Number),
    ...errorsOf(route).map((code) => statusInForm(route.errorForm, errorCatalogue[code].status)),
  ]);

describe('every route × every kind of principal', () => {
  it('has routes to walk, each with a scope or a reason, an audit rule and a unique operation', () => {
    expect(app.routes.length).toBeGreaterThan(40);
    expect(new Set(app.routes.map(({ operationId }) => operationId)).size).toBe(app.routes.length);
    for (const route of app.routes) {
      if ('public' in route.access) expect(route.access.public.length, route.operationId).toBeGreaterThan(10);
      if (route.audit.when === 'none') expect(route.audit.why.length, route.operationId).toBeGreaterThan(10);
    }
  });

  it.each(kinds)('lets %s into the routes of its scopes, and into no other', async (kind, scopes) => {
    for (const route of app.routes) {
      // Logging out and changing one's password end the session that the walk is made with.
      if (['logout', 'changePassword'].includes(route.operationId) && scopes !== undefined) continue;
      const answer = await call(route, kind);
      const label = `${kind}: ${route.method} ${route.path} → ${String(answer.statusCode)} ${answer.body.slice(0, 200)}`;
      expect(answer.statusCode, label).toBeLessThan(500);
      if (!('scope' in route.access)) {
        // A public route never asks for a bearer credential; sign-in refuses what it is given in its own name.
        expect(mayAnswer(route).has(answer.statusCode), label).toBe(true);
        continue;
      }
      const { scope, only } = route.access;
      const holds =
        scopes?.some((one) => one === scope || (only !== 'full' && one === `${scope}:own`)) === true;
      const held = holds && isTaken(route, kind) && (only !== 'login' || isLogin(kind));
      if (!held) expect(isRefusal(answer.statusCode), label).toBe(true);
      else {
        expect(answer.statusCode, label).not.toBe(401);
        if (answer.statusCode === 403) expect(codeOf(answer.json()), label).not.toBe('insufficient_scope');
        expect(mayAnswer(route).has(answer.statusCode), label).toBe(true);
      }
    }
  });

  it('answers every error in its form: problem+json with a code of the catalogue, unless a protocol has its own', async () => {
    for (const route of app.routes) {
      const answer = await call(route, 'admin');
      if (answer.statusCode < 400) continue;
      if (route.errorForm === 'oauth') {
        expect(answer.json(), route.operationId).toEqual({
          error: expect.stringMatching(/^[a-z_]+$/),
          error_description: expect.any(String),
        });
        expect(answer.headers['cache-control'], route.operationId).toBe('no-store');
        continue;
      }
      if (route.errorForm === 'openai') {
        const object = { message: expect.any(String), type: expect.any(String), code: expect.any(String) };
        expect(answer.json(), route.operationId).toMatchObject({ error: object });
        continue;
      }
      if (route.errorForm === 'ollama') {
        expect(answer.json(), route.operationId).toMatchObject({ error: expect.any(String) });
        continue;
      }
      if (route.errorForm === 'otlp') {
        expect(answer.json(), route.operationId).toEqual({
          code: expect.any(Number),
          message: expect.any(String),
        });
        continue;
      }
      expect(answer.headers['content-type'], route.operationId).toContain('application/problem+json');
      const problem = answer.json<{
        code: string;
        status: number;
        correlation_id: string;
        remediation: string;
      }>();
      expect(Object.keys(errorCatalogue), route.operationId).toContain(problem.code);
      expect(problem.status).toBe(answer.statusCode);
      expect(problem.remediation.length).toBeGreaterThan(0);
      expect(problem.correlation_id.length).toBeGreaterThan(0);
    }
  });
});
