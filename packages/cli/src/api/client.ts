import { maxPageSize } from '@gpushield/contracts';
import { Type } from 'typebox';
import { CliError } from '../cli-error.ts';
import { checked } from './check.ts';
import type { Tool } from '../tool.ts';
import { errorFromAnswer } from './problem.ts';
import type { Session } from './session.ts';
import type { Answer, Method, Transport } from './transport.ts';

const AnyPage = Type.Object({
  data: Type.Array(Type.Unknown()),
  pagination: Type.Object({ cursor: Type.Union([Type.String(), Type.Null()]), has_more: Type.Boolean() }),
});

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface ApiList {
  readonly items: readonly unknown[];
  /** Whether the server holds more than was asked for. */
  readonly hasMore: boolean;
}

/** The server's API with the caller's credential. Refusals are thrown as CliError. */
export interface Api {
  readonly session: Session;
  get(path: string, query?: Query): Promise<unknown>;
  /** Changes carry an Idempotency-Key: one for all attempts of this call. */
  send(method: Exclude<Method, 'GET'>, path: string, body?: unknown): Promise<unknown>;
  /** Up to `limit` items over as many pages as that takes. */
  list(path: string, query: Query, limit: number): Promise<ApiList>;
  /** The same for lists that are asked for with a body. */
  search(path: string, body: Readonly<Record<string, unknown>>, limit: number): Promise<ApiList>;
}

export interface ApiOptions {
  readonly transport: Transport;
  readonly session: Session;
  readonly newId: () => string;
  readonly onProgress: (fetched: number) => void;
  readonly tool?: Tool | undefined;
}

type Call = {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
};

export const createApi = ({ transport, session, newId, onProgress, tool }: ApiOptions): Api => {
  const attempt = async (call: Call, token: string | undefined): Promise<Answer> =>
    transport({ ...call, ...(token === undefined ? {} : { token }) });

  const perform = async (call: Call): Promise<unknown> => {
    const token = await session.token();
    let answer = await attempt(call, token);
    if (token !== undefined && session.hasEnded(answer)) {
      const renewed = await session.renew(token);
      if (renewed !== undefined && renewed !== token) answer = await attempt(call, renewed);
    }
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw errorFromAnswer({
      ...answer,
      signedIn: token !== undefined,
      ...(tool === undefined ? {} : { tool }),
    });
  };

  const collect = async (page: (paging: Query) => Promise<unknown>, limit: number): Promise<ApiList> => {
    const items: unknown[] = [];
    let cursor: string | undefined;
    while (items.length < limit) {
      const { data, pagination } = checked(
        AnyPage,
        await page({ limit: Math.min(maxPageSize, limit - items.length), cursor }),
      );
      items.push(...data);
      if (!pagination.has_more || pagination.cursor === null)
        return { items: items.slice(0, limit), hasMore: items.length > limit };
      if (data.length === 0 || pagination.cursor === cursor) {
        throw new CliError({ title: 'The server says that there is more, and gives nothing' });
      }
      cursor = pagination.cursor;
      onProgress(items.length);
    }
    return { items: items.slice(0, limit), hasMore: true };
  };

  return {
    session,
    get: (path, query) => perform({ method: 'GET', path, ...(query === undefined ? {} : { query }) }),
    send: (method, path, body) =>
      perform({
        method,
        path,
        ...(body === undefined ? {} : { body }),
        ...(method === 'POST' ? { idempotencyKey: newId() } : {}),
      }),
    list: (path, query, limit) =>
      collect((paging) => perform({ method: 'GET', path, query: { ...query, ...paging } }), limit),
    search: (path, body, limit) =>
      collect((paging) => {
        const defined = Object.fromEntries(
          Object.entries({ ...body, ...paging }).filter(([, value]) => value !== undefined),
        );
        return perform({ method: 'POST', path, body: defined });
      }, limit),
  };
};
