import type { ErrorCode, Scope } from '@gpushield/contracts';
import type { Static, TSchema } from 'typebox';
import type { Logger } from 'pino';
import type { Executor, Tx } from '../database/types.ts';
import type { Principal } from '../identity/principal.ts';
import type { ResourceRef } from '../identity/authorize.ts';
import type { ErrorForm } from './error-forms.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call a route. Public routes say why they need no credential. */
export type Access =
  | {
      readonly scope: Scope;
      /** `full`: holding the scope's `:own` form is not enough. `login`: for people's sessions, not for API keys. */
      readonly only?: 'full' | 'login';
      /** Also taken: an agent's signature over the raw body (`X-Agent-ID`), so the body is read before it is known who asks.
       * `scoped-or-bearer`: a scoped token in `X-LLM-Token` goes before the Authorization header. */
      readonly credential?: 'agent-or-bearer' | 'scoped-or-bearer';
      /** The handler gets the Authorization header, to bind what it makes to that credential. */
      readonly binds?: true;
      /** The detail of a refusal for a missing scope, where a seed gives its own words. */
      readonly refusal?: string;
    }
  | { readonly public: string };

/**
 * How a call is audited. `before`: the decision is durable before the handler runs (everything that changes or
 * accepts something). `with`: the entry is written beside the handler and the answer waits for it (reads).
 * `handler`: the handler records its own decision (sign-in, where the principal is known only then).
 * `none`: not a decision; says why.
 */
export type AuditRule =
  | { readonly when: 'before' | 'with'; readonly action: string; readonly resource?: string }
  | {
      readonly when: 'handler';
      readonly action: string;
      readonly resource?: string;
      /** The pipeline records who was refused before the handler was asked. */
      readonly refusals?: true;
    }
  | { readonly when: 'none'; readonly why: string };

/** How a route changes state. */
export type Effect =
  /** Reads only; the handler gets the pool. */
  | 'read'
  /**
   * The handler runs in one transaction that commits before the answer leaves. `Idempotency-Key` is honoured: the
   * first answer is stored in the same transaction and given again.
   */
  | 'transaction'
  /**
   * The handler cares for its own durability, with the pool. With an Idempotency-Key its first answer is kept in pieces
   * as it leaves, streams included, and given again: for answers that are large or take long.
   */
  | 'recorded'
  /** The handler cares for its own durability and idempotency (ingest, sign-in); it gets the pool. */
  | 'own';

export interface RouteSchema {
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /**
   * A quick yes for large bodies: true only where `body` would take the value and has nothing to add that the handler needs.
   * Whatever else it answers, the schema decides.
   */
  readonly plainBody?: (body: unknown) => boolean;
  /** Success bodies by status. 204 takes `null`. */
  readonly responses: Readonly<Record<number, TSchema | null>>;
}

type In<S extends RouteSchema, K extends 'params' | 'query' | 'body'> = S[K] extends TSchema
  ? Static<S[K]>
  : undefined;

/** The validated parts of a request. */
export interface RouteInput<S extends RouteSchema> {
  readonly params: In<S, 'params'>;
  readonly query: In<S, 'query'>;
  readonly body: In<S, 'body'>;
}

/** What every handler knows about its request. */
export interface RequestContext {
  readonly principal: Principal;
  readonly correlationId: string;
  readonly remoteAddress: string;
  readonly userAgent: string | null;
  readonly log: Logger;
  /** For public routes, which may authenticate their caller themselves, and those that bind what they make to it. */
  readonly authorization: string | undefined;
  /** The request's transaction for `effect: 'transaction'`, the pool otherwise. */
  readonly db: Executor;
  /** Present for `effect: 'transaction'` only; handlers of such routes use `transactionOf(ctx)`. */
  readonly tx: Tx | undefined;
  /** The validated Idempotency-Key, where one was sent; `effect: 'own'` routes honour it themselves. */
  readonly idempotencyKey: string | undefined;
  /** The body's bytes as they were parsed; undefined where there was none. */
  readonly rawBody: Buffer | undefined;
  /** SHA-256 of the raw body, hex: what an Idempotency-Key is bound to. */
  readonly payloadHash: string;
  /** Aborts when the client went away or the server stops. */
  readonly signal: AbortSignal;
  /** The first value of a request header, by lower-case name. */
  header(name: string): string | undefined;
  /** For streams: throws unless the credential that was presented would be let in again now, to this resource if given. */
  recheck(resource?: ResourceRef): Promise<void>;
  /** Throws 403 unless the principal may use the route's scope on this resource. */
  authorize(resource: ResourceRef): void;
  /** True when the principal holds only the `:own` form of the route's scope. */
  readonly ownOnly: boolean;
  /** A further audit entry (who made which key …); awaited before the answer leaves. `reason` defaults to ok. */
  audit(entry: {
    readonly action: string;
    readonly resource: string;
    readonly granted?: boolean;
    readonly reason?: string;
    readonly principal?: { readonly id: string; readonly kind: string; readonly name: string | null };
    readonly details?: Readonly<Record<string, string | number | boolean | null>>;
  }): Promise<void>;
}

export interface RouteResult {
  readonly status: number;
  /** JSON, text where the route `produces` something else, bytes, or a `Readable` that is passed on as it comes. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteDefinition<S extends RouteSchema> {
  readonly method: HttpMethod;
  /** Without a trailing slash; both forms are served. Parameters as `:name`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly audit: AuditRule;
  readonly effect: Effect;
  /** Largest body in bytes. Routes without a body take none. */
  readonly bodyLimitBytes?: number;
  /**
   * `form`: application/x-www-form-urlencoded, as OAuth2 sends it; the fields arrive as text. `otlp`: protobuf or JSON,
   * handed to the handler unread (`RawExport`). `json-lines`: JSON, or newline-delimited JSON, whose lines arrive as a list
   * with undefined for those that are no JSON. JSON unless told.
   */
  readonly consumes?: 'json' | 'form' | 'otlp' | 'json-lines';
  /** Bodies with `Content-Encoding: gzip` are taken too; `bodyLimitBytes` bounds them unpacked as well. */
  readonly gzip?: true;
  /** For protocols whose errors have a form of their own. */
  readonly errorForm?: ErrorForm;
  /** Answers that are made for machines other than JSON clients, such as Prometheus text. */
  readonly produces?: string;
  /** Requests of this route count this much against the principal's limit; 1 unless told. */
  readonly cost?: number;
  readonly schema: S;
  /** Errors of its own, beside those that every route of its kind can give. */
  readonly errors?: readonly ErrorCode[];
  readonly handler: (input: RouteInput<S>, ctx: RequestContext) => Promise<RouteResult>;
}

/** A route whose schema types are forgotten: what the pipeline, OpenAPI and the tests walk over. */
export interface Route extends Omit<RouteDefinition<RouteSchema>, 'handler'> {
  readonly handler: (
    input: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
    ctx: RequestContext,
  ) => Promise<RouteResult>;
}

/**
 * Declares one operation. The schema types the handler's input; validation guarantees it at run time, which is why
 * the one cast of the pipeline stands here.
 */
export const defineRoute = <const S extends RouteSchema>(definition: RouteDefinition<S>): Route => ({
  ...definition,
  handler: (input, ctx) => definition.handler(input as RouteInput<S>, ctx),
});

export const ok = (body: unknown, headers?: Readonly<Record<string, string>>): RouteResult =>
  headers === undefined ? { status: 200, body } : { status: 200, body, headers };
export const created = (body: unknown, location?: string): RouteResult =>
  location === undefined ? { status: 201, body } : { status: 201, body, headers: { location } };
export const noContent = (): RouteResult => ({ status: 204, body: null });

/** The transaction of a `transaction` route. A route that asks without having one is a broken invariant. */
export const transactionOf = (ctx: RequestContext): Tx => {
  if (ctx.tx === undefined) throw new Error('This route has no transaction: declare effect "transaction"');
  return ctx.tx;
};
