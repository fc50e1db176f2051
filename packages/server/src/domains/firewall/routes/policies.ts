import {
  CreateFirewallPolicy,
  FirewallPolicy,
  PageQuery,
  UpdateFirewallPolicy,
  pageOf,
} from '@gpushield/contracts';
import { Type } from 'typebox';
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
import type { FirewallDomainDeps } from '../deps.ts';
import {
  countPolicies,
  deletePolicy,
  findPolicy,
  insertPolicy,
  listPolicies,
  policiesMax,
  updatePolicy,
} from '../policy/policy-store.ts';
import { PolicyParams, presentPolicy, tag, unknownPolicy } from './present.ts';

const path = '/api/v1/firewall/policies';
type Deps = Pick<FirewallDomainDeps, 'clock' | 'newId' | 'cursors'>;

const createPolicy = (deps: Deps): Route =>
  defineRoute({
    method: 'POST',
    path,
    operationId: 'createFirewallPolicy',
    summary: 'Set what the firewall does for a model, a principal, both, or everyone',
    tag,
    access: { scope: 'firewall:write' },
    audit: { when: 'before', action: 'firewall_policy.create' },
    effect: 'transaction',
    schema: { body: CreateFirewallPolicy, responses: { 201: FirewallPolicy } },
    errors: ['already_exists', 'conflict'],
    handler: async ({ body }, ctx) => {
      const tx = transactionOf(ctx);
      if ((await countPolicies(tx)) >= policiesMax) {
        throw new AppError('conflict', {
          detail: `There are ${String(policiesMax)} policies: delete one first`,
        });
      }
      const now = new Date(deps.clock.nowMs());
      const policy = {
        id: deps.newId(),
        model: body.model ?? null,
        principalId: body.principal_id ?? null,
        description: body.description ?? '',
        settings: body.settings,
        createdAt: now,
        updatedAt: now,
      };
      if (!(await insertPolicy(tx, policy)))
        throw new AppError('already_exists', {
          detail: 'There is a policy for this model and principal: change that one',
        });
      return created(presentPolicy(policy), `${path}/${policy.id}`);
    },
  });

const listRoute = ({ cursors }: Deps): Route =>
  defineRoute({
    method: 'GET',
    path,
    operationId: 'listFirewallPolicies',
    summary: 'The firewall’s policies, newest first',
    tag,
    access: { scope: 'firewall:read' },
    audit: { when: 'with', action: 'firewall_policy.list', resource: 'firewall-policies' },
    effect: 'read',
    errors: ['invalid_cursor'],
    schema: {
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(FirewallPolicy) },
    },
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'firewall-policies',
          request: query,
          filters: {},
          fetch: (limit, after) => listPolicies(ctx.db, limit, after),
          position: ({ createdAt, id }) => ({ sort: String(createdAt.getTime()), id }),
          present: presentPolicy,
        }),
      ),
  });

const getRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path: `${path}/:id`,
    operationId: 'getFirewallPolicy',
    summary: 'One policy',
    tag,
    access: { scope: 'firewall:read' },
    audit: { when: 'with', action: 'firewall_policy.get', resource: 'firewall-policy:{id}' },
    effect: 'read',
    errors: ['not_found'],
    schema: { params: PolicyParams, responses: { 200: FirewallPolicy } },
    handler: async ({ params }, ctx) => {
      const policy = await findPolicy(ctx.db, params.id);
      if (policy === undefined) throw unknownPolicy();
      return ok(presentPolicy(policy));
    },
  });

const putRoute = (deps: Deps): Route =>
  defineRoute({
    method: 'PUT',
    path: `${path}/:id`,
    operationId: 'updateFirewallPolicy',
    summary: 'Replace the settings of a policy; every replica follows within a moment',
    tag,
    access: { scope: 'firewall:write' },
    audit: { when: 'before', action: 'firewall_policy.update', resource: 'firewall-policy:{id}' },
    effect: 'transaction',
    errors: ['not_found'],
    schema: { params: PolicyParams, body: UpdateFirewallPolicy, responses: { 200: FirewallPolicy } },
    handler: async ({ params, body }, ctx) => {
      const now = new Date(deps.clock.nowMs());
      const policy = await updatePolicy(transactionOf(ctx), params.id, {
        description: body.description ?? null,
        settings: body.settings,
        now,
      });
      if (policy === undefined) throw unknownPolicy();
      return ok(presentPolicy(policy));
    },
  });

const deleteRoute = (): Route =>
  defineRoute({
    method: 'DELETE',
    path: `${path}/:id`,
    operationId: 'deleteFirewallPolicy',
    summary: 'Delete a policy; the next wider one holds then',
    tag,
    access: { scope: 'firewall:write' },
    audit: { when: 'before', action: 'firewall_policy.delete', resource: 'firewall-policy:{id}' },
    effect: 'transaction',
    errors: ['not_found'],
    schema: { params: PolicyParams, responses: { 204: null } },
    handler: async ({ params }, ctx) => {
      if (!(await deletePolicy(transactionOf(ctx), params.id))) throw unknownPolicy();
      return noContent();
    },
  });

export const policyRoutes = (deps: Deps): readonly Route[] => [
  createPolicy(deps),
  listRoute(deps),
  getRoute(),
  putRoute(deps),
  deleteRoute(),
];
