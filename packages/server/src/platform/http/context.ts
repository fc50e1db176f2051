import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Audit } from '../audit/types.ts';
import type { Database, Tx } from '../database/types.ts';
import { requireAuthorization, type ResourceRef } from '../identity/authorize.ts';
import type { Principal } from '../identity/principal.ts';
import type { AuditSubject } from './audit-entry.ts';
import type { RequestContext, Route } from './route.ts';

/** Routes that need no credential are asked by nobody in particular. */
export const publicPrincipal: Principal = Object.freeze({
  id: 'public',
  kind: 'anonymous',
  name: 'public',
  roles: [],
  scopes: new Set<never>(),
  credentialId: 'none',
  credentialExpiresAtMs: null,
});

export interface ContextInput {
  readonly route: Route;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly subject: AuditSubject;
  readonly principal: Principal;
  readonly ownOnly: boolean;
  readonly db: Database;
  readonly tx: Tx | undefined;
  readonly audit: Audit;
  readonly log: Logger;
  readonly idempotencyKey: string | undefined;
  readonly stopping: AbortSignal;
  readonly recheck: (resource?: ResourceRef) => Promise<void>;
}

const payloadHashOf = (request: FastifyRequest): string =>
  createHash('sha256')
    .update(`${request.method} ${request.url}\n`)
    .update(request.rawBody ?? '')
    .digest('hex');

/** One for all: the reason that is made where none is given costs a stack trace for each request. */
const answerEnded = new DOMException('The answer has ended', 'AbortError');

/** The answer's own stream closes when it is done or the client is gone; a keep-alive socket outlives many answers. */
const abortSignalOf = (reply: FastifyReply, stopping: AbortSignal): AbortSignal => {
  // By hand: AbortSignal.any would leave a weak reference to collect for each request.
  const ended = new AbortController();
  const end = (): void => {
    stopping.removeEventListener('abort', end);
    ended.abort(answerEnded);
  };
  if (stopping.aborted) end();
  else stopping.addEventListener('abort', end, { once: true });
  reply.raw.once('close', end);
  return ended.signal;
};

/** What a handler knows of its request. Costly parts are made when they are first asked for. */
export const createContext = (input: ContextInput): RequestContext => {
  const { route, request, subject, principal } = input;
  let payloadHash: string | undefined;
  let signal: AbortSignal | undefined;
  let log: Logger | undefined;
  return {
    principal,
    ownOnly: input.ownOnly,
    correlationId: subject.correlationId,
    remoteAddress: subject.remoteAddress,
    userAgent: subject.userAgent,
    authorization:
      'public' in route.access || route.access.binds === true ? request.headers.authorization : undefined,
    get log() {
      log ??= input.log.child({ correlation_id: subject.correlationId });
      return log;
    },
    db: input.tx ?? input.db,
    tx: input.tx,
    idempotencyKey: input.idempotencyKey,
    rawBody: request.rawBody,
    get payloadHash() {
      payloadHash ??= payloadHashOf(request);
      return payloadHash;
    },
    get signal() {
      signal ??= abortSignalOf(input.reply, input.stopping);
      return signal;
    },
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    recheck: input.recheck,
    authorize: (resource) => {
      if ('scope' in route.access) requireAuthorization(principal, route.access.scope, resource);
    },
    audit: async (entry) => {
      const who = entry.principal ?? principal;
      await input.audit.record({
        correlationId: subject.correlationId,
        principalId: who.id,
        principalKind: who.kind,
        principalName: who.name,
        action: entry.action,
        resource: entry.resource,
        granted: entry.granted ?? true,
        reason: entry.reason ?? 'ok',
        ipAddress: subject.remoteAddress,
        userAgent: subject.userAgent,
        ...(entry.details === undefined ? {} : { details: entry.details }),
      });
    },
  };
};
