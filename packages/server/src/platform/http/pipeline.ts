import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Audit } from '../audit/types.ts';
import type { Database, Tx } from '../database/types.ts';
import { AppError } from '../errors.ts';
import type { Principal } from '../identity/principal.ts';
import type { Admission } from './admission.ts';
import { decisionEntry, type AuditSubject } from './audit-entry.ts';
import { createContext, publicPrincipal } from './context.ts';
import { admit, isSigned, readmit, type AdmitDeps } from './admit.ts';
import { parseIdempotencyKey, type IdempotencyClaim, type RecordedAnswers } from '../idempotency/index.ts';
import type { Route, RouteResult } from './route.ts';
import { errorAnswer, runInTransaction } from './run-handler.ts';
import { runRecorded } from './run-recorded.ts';
import type { ValidatorFactory, Validators } from './validation.ts';

/** Bodies of routes that name no limit. */
export const defaultBodyLimitBytes = 64 * 1024;

export interface PipelineDeps extends AdmitDeps {
  readonly db: Database;
  readonly audit: Audit;
  readonly log: Logger;
  readonly admission: Admission;
  readonly recordedAnswers: RecordedAnswers;
  readonly validators: ValidatorFactory;
  readonly stopping: AbortSignal;
}

/** What the pipeline knows of a request before its handler runs. */
export interface RequestState {
  readonly subject: AuditSubject;
  route: Route | undefined;
  principal: Principal | undefined;
  ownOnly: boolean;
  /** The handler was asked: from here on it records its own decisions, where the route says so. */
  entered: boolean;
  leave: () => void;
  /** Set while a signed request waits for its body: admits it, once. */
  admitSigned: ((body: Buffer) => Promise<void>) | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    state: RequestState;
  }
}

const bodyBytes = (request: FastifyRequest, limitBytes: number): number => {
  const announced = Number(request.headers['content-length']);
  if (Number.isSafeInteger(announced) && announced >= 0) return Math.min(announced, limitBytes);
  return request.headers['transfer-encoding'] === undefined ? 0 : limitBytes;
};

/** Telemetry unpacks to some ten times its size: what a gzipped body is counted as. */
const expectedRatio = 10;

const announcedBytes = (request: FastifyRequest, limitBytes: number, route: Route): number => {
  const packed = route.gzip === true && request.headers['content-encoding'] !== undefined;
  const bytes = bodyBytes(request, limitBytes);
  return packed ? Math.min(limitBytes, bytes * expectedRatio) : bytes;
};

const invoke = (
  deps: PipelineDeps,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  validators: Validators,
): (() => Promise<RouteResult>) => {
  const { state } = request;
  const principal = state.principal ?? publicPrincipal;
  const idempotencyKey = parseIdempotencyKey(request.headers['idempotency-key']);
  const input = {
    params: validators.params(request.params),
    query: validators.query(request.query),
    body: validators.body(request.body),
  };
  const contextFor = (tx: Tx | undefined) =>
    createContext({
      ...deps,
      route,
      request,
      reply,
      subject: state.subject,
      principal,
      ownOnly: state.ownOnly,
      tx,
      idempotencyKey,
      recheck: (resource) => readmit(deps, route, request, resource),
    });
  const alone = () => route.handler(input, contextFor(undefined));
  if (route.effect !== 'transaction' && route.effect !== 'recorded') return alone;
  const claim: IdempotencyClaim | undefined =
    idempotencyKey === undefined
      ? undefined
      : {
          principalId: principal.id,
          route: route.operationId,
          key: idempotencyKey,
          payloadHash: contextFor(undefined).payloadHash,
        };
  const { correlationId } = state.subject;
  const about = { instance: instanceOf(request), correlationId, errorForm: route.errorForm };
  if (route.effect === 'recorded') {
    if (claim === undefined) return alone;
    const render = (error: AppError) => errorAnswer(error, about);
    return () => runRecorded({ answers: deps.recordedAnswers, claim, render, handler: alone });
  }
  const handler = (tx: Tx) => route.handler(input, contextFor(tx));
  return () => runInTransaction({ ...about, db: deps.db, idempotent: claim, handler });
};

/** The path alone: a query may carry what nobody should read in a log. */
export const instanceOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/';

/** Handler and audit in the order that the route's rule asks for. */
const decideAndRun = async (
  deps: PipelineDeps,
  route: Route,
  request: FastifyRequest,
  run: () => Promise<RouteResult>,
): Promise<RouteResult> => {
  const { state } = request;
  const record = () =>
    deps.audit.record(
      decisionEntry({
        route,
        params: request.params,
        subject: state.subject,
        principal: state.principal,
        granted: true,
        reason: 'ok',
      }),
    );
  if (route.audit.when === 'before') {
    await record();
    return run();
  }
  if (route.audit.when === 'with') {
    const [result] = await Promise.all([run(), record()]);
    return result;
  }
  return run();
};

const send = async (reply: FastifyReply, route: Route, result: RouteResult): Promise<void> => {
  reply.code(result.status);
  for (const [name, value] of Object.entries(result.headers ?? {})) reply.header(name, value);
  if (result.status === 204) {
    await reply.send();
    return;
  }
  if (!reply.hasHeader('content-type')) reply.type(route.produces ?? 'application/json; charset=utf-8');
  if (result.body instanceof Readable || Buffer.isBuffer(result.body)) {
    await reply.send(result.body);
    return;
  }
  await reply.send(
    typeof result.body === 'string' && route.produces !== undefined
      ? result.body
      : JSON.stringify(result.body),
  );
};

/** Puts one route behind the pipeline (architecture.md): everything before the body in onRequest, the rest behind. */
export const registerRoute = (app: FastifyInstance, route: Route, deps: PipelineDeps): void => {
  const bodyLimit = route.bodyLimitBytes ?? defaultBodyLimitBytes;
  const validators = deps.validators.validatorsFor(route.schema, bodyLimit);
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit,
    onRequest: async (request, reply) => {
      const { state } = request;
      state.route = route;
      state.leave = deps.admission.enter(
        state.subject.remoteAddress,
        announcedBytes(request, bodyLimit, route),
      );
      const enter = async (body?: Buffer): Promise<void> => {
        const admitted = await admit(deps, route, request, body);
        state.ownOnly = admitted.ownOnly;
        for (const [name, value] of Object.entries(admitted.headers)) reply.header(name, value);
      };
      if (!isSigned(route, request)) return enter();
      state.admitSigned = (body) => {
        state.admitSigned = undefined;
        return enter(body);
      };
    },
    // A signed request without a body: no parser ran.
    preValidation: async (request) => request.state.admitSigned?.(Buffer.alloc(0)),
    handler: async (request, reply) => {
      if (
        route.schema.body === undefined &&
        request.rawBody !== undefined &&
        request.rawBody.length > 0 &&
        request.body !== null
      ) {
        throw new AppError('validation_failed', { detail: 'This request takes no body' });
      }
      const run = invoke(deps, route, request, reply, validators);
      request.state.entered = true;
      await send(reply, route, await decideAndRun(deps, route, request, run));
      return reply;
    },
  });
};
