import { Type } from 'typebox';
import {
  Agent,
  AgentId,
  AgentSecret,
  PageQuery,
  RegisterAgent,
  RegisteredAgent,
  RotateAgentSecret,
  UpdateAgent,
  pageOf,
} from '@gpushield/contracts';
import type { Executor, Tx } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import {
  created,
  defineRoute,
  noContent,
  ok,
  transactionOf,
  type Route,
} from '../../../platform/http/route.ts';
import {
  defaultAgentScopes,
  endAgentSecrets,
  makeOpaqueSecret,
  putAgentSecret,
} from '../../../platform/identity/index.ts';
import {
  findAgentRecord,
  listAgents,
  lockAgent,
  updateAgent,
  type AgentRecord,
} from '../agents/agent-store.ts';
import type { AgentDirectory } from '../agents/directory.ts';
import { presentAgent } from '../agents/present.ts';
import { registerAgent } from '../agents/register-agent.ts';
import { requireOwnSensor } from '../agents/require-own-sensor.ts';
import { subscriptionsOfAgents } from '../crossings/subscription-store.ts';
import type { ScoringDeps } from '../deps.ts';

const tag = 'Agents';
const params = Type.Object({ id: AgentId });
const noStore = { 'cache-control': 'no-store' } as const;
const secondMs = 1000;

export type AgentRouteDeps = ScoringDeps & { readonly directory: AgentDirectory };

const unknownAgent = (): AppError => new AppError('not_found', { detail: 'There is no agent of this id' });
const shown = async (db: Executor, id: string): Promise<Agent> => {
  const agent = await findAgentRecord(db, id);
  if (agent === undefined) throw unknownAgent();
  return presentAgent(agent, await subscriptionsOfAgents(db, [id]));
};
const requireActive = async (tx: Tx, id: string): Promise<AgentRecord> => {
  const agent = await lockAgent(tx, id);
  if (agent === undefined) throw unknownAgent();
  if (agent.status === 'revoked') throw new AppError('conflict', { detail: 'The agent is revoked' });
  return agent;
};

/** `effect: 'own'`: answers of transactions are stored for their Idempotency-Key, and this one shows a secret. */
const registerAgentRoute = (deps: AgentRouteDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents',
    operationId: 'registerAgent',
    summary: 'Register an agent; the answer shows its secret, and those of its webhooks, once',
    tag,
    access: { scope: 'agents:write' },
    audit: { when: 'before', action: 'agent.register' },
    effect: 'own',
    schema: { body: RegisterAgent, responses: { 201: RegisteredAgent } },
    errors: ['already_exists', 'unknown_reference', 'conflict', 'not_owner'],
    handler: async ({ body }, ctx) => {
      const { answer, id } = await deps.db.transaction(async (tx) => {
        if (ctx.ownOnly) await requireOwnSensor(deps, tx, body, ctx);
        const registered = await registerAgent(deps, tx, body, ctx.principal.id);
        const agent = await shown(tx, registered.id);
        return {
          id: registered.id,
          answer: {
            ...agent,
            secret: registered.secret,
            previous_expires_at: null,
            webhook_secrets: registered.webhookSecrets,
          },
        };
      });
      deps.directory.forget(id);
      const result = created(answer, `/api/v1/agents/${encodeURIComponent(id)}`);
      return { ...result, headers: { ...result.headers, ...noStore } };
    },
  });

const ListQuery = Type.Object({ status: Type.Optional(Type.Enum(['active', 'revoked'])), ...PageQuery });

const listAgentsRoute = (deps: AgentRouteDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/agents',
    operationId: 'listAgents',
    summary: 'Agents, newest first',
    tag,
    access: { scope: 'agents:read' },
    audit: { when: 'with', action: 'agent.list' },
    effect: 'read',
    schema: { query: ListQuery, responses: { 200: pageOf(Agent) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const page = await paginate({
        codec: deps.cursors,
        list: 'agents',
        request: query,
        filters: query,
        fetch: (limit, after) => listAgents(ctx.db, query, limit, after),
        position: (agent) => ({ sort: String(agent.createdAt.getTime()), id: agent.id }),
        present: (agent) => agent,
      });
      const subscriptions = await subscriptionsOfAgents(
        ctx.db,
        page.data.map(({ id }) => id),
      );
      return ok({ ...page, data: page.data.map((agent) => presentAgent(agent, subscriptions)) });
    },
  });

const getAgentRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/agents/:id',
    operationId: 'getAgent',
    summary: 'One agent',
    tag,
    access: { scope: 'agents:read' },
    audit: { when: 'with', action: 'agent.read' },
    effect: 'read',
    schema: { params, responses: { 200: Agent } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => ok(await shown(ctx.db, id)),
  });

const updateAgentRoute = (deps: AgentRouteDeps): Route =>
  defineRoute({
    method: 'PATCH',
    path: '/api/v1/agents/:id',
    operationId: 'updateAgent',
    summary: "Change an agent's name, labels or place",
    tag,
    access: { scope: 'agents:write', only: 'full' },
    audit: { when: 'before', action: 'agent.update' },
    effect: 'transaction',
    schema: { params, body: UpdateAgent, responses: { 200: Agent } },
    errors: ['not_found', 'conflict', 'unknown_reference'],
    handler: async ({ params: { id }, body }, ctx) => {
      const tx = transactionOf(ctx);
      const agent = await requireActive(tx, id);
      if (typeof body.node_id === 'string' && (await deps.fleet.findNode(tx, body.node_id)) === undefined) {
        throw new AppError('unknown_reference', { detail: '/node_id is not a registered node' });
      }
      await updateAgent(
        tx,
        {
          ...agent,
          name: body.name ?? agent.name,
          description: body.description ?? agent.description,
          labels: body.labels ?? agent.labels,
          nodeId: body.node_id === undefined ? agent.nodeId : body.node_id,
          sensorId: body.sensor_id === undefined ? agent.sensorId : body.sensor_id,
        },
        new Date(deps.clock.nowMs()),
      );
      deps.directory.forget(id);
      return ok(await shown(tx, id));
    },
  });

const rotateAgentSecretRoute = (deps: AgentRouteDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents/:id/rotate-secret',
    operationId: 'rotateAgentSecret',
    summary: 'Give an agent a new secret, shown once; the old one signs beside it for a while',
    tag,
    access: { scope: 'agents:write' },
    audit: { when: 'before', action: 'agent.rotate_secret' },
    effect: 'own',
    schema: { params, body: RotateAgentSecret, responses: { 200: AgentSecret } },
    errors: ['not_found', 'conflict', 'not_owner'],
    handler: async ({ params: { id }, body }, ctx) => {
      const secret = makeOpaqueSecret(deps.randomBytes);
      const nowMs = deps.clock.nowMs();
      const othersUntil = new Date(nowMs + (body.overlap_seconds ?? 3600) * secondMs);
      await deps.db.transaction(async (tx) => {
        const agent = await requireActive(tx, id);
        ctx.authorize({ ownerId: agent.registeredBy });
        await putAgentSecret(tx, deps.sealer, {
          id: deps.newId(),
          agentId: id,
          secret,
          scopes: defaultAgentScopes,
          at: new Date(nowMs),
          othersUntil,
        });
      });
      return {
        ...ok({ secret, previous_expires_at: othersUntil.toISOString() }),
        headers: noStore,
      };
    },
  });

const revokeAgentRoute = (deps: AgentRouteDeps): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/agents/:id',
    operationId: 'revokeAgent',
    summary: 'Revoke an agent for good: what it signs is refused from now on; what it sent stays',
    tag,
    access: { scope: 'agents:write', only: 'full' },
    audit: { when: 'before', action: 'agent.revoke' },
    effect: 'transaction',
    schema: { params, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const tx = transactionOf(ctx);
      const agent = await lockAgent(tx, id);
      if (agent === undefined) throw unknownAgent();
      const at = new Date(deps.clock.nowMs());
      await updateAgent(tx, { ...agent, status: 'revoked' }, at);
      await endAgentSecrets(tx, deps.sealer, {
        id: deps.newId(),
        agentId: id,
        secret: makeOpaqueSecret(deps.randomBytes),
        at,
      });
      deps.directory.forget(id);
      return noContent();
    },
  });

export const agentRoutes = (deps: AgentRouteDeps): readonly Route[] => [
  registerAgentRoute(deps),
  listAgentsRoute(deps),
  getAgentRoute(),
  updateAgentRoute(deps),
  rotateAgentSecretRoute(deps),
  revokeAgentRoute(deps),
];
