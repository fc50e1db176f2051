import { Readable } from 'node:stream';
import {
  Metadata,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type sendUnaryData,
  type ServerInterceptor,
  type ServerUnaryCall,
  type StatusObject,
} from '@grpc/grpc-js';
import type { FastifyInstance } from 'fastify';
import { rpcStatusToRetry } from '../platform/http/rpc-status.ts';

type Answer = Awaited<ReturnType<FastifyInstance['inject']>>;
type Refusal = Pick<StatusObject, 'code' | 'details'> & { readonly metadata?: Metadata };

/** Messages that arrive at once, over all connections; and bytes of those that arrived and are not yet answered. */
export interface GrpcCallLimits {
  readonly maxArriving: number;
  readonly maxHeldBytes: number;
  /** From being let in to the end of the message. */
  readonly arrivalMs: number;
}

/** gRPC codes by HTTP status. OTLP retries UNAVAILABLE, and RESOURCE_EXHAUSTED only where it is said when. */
const codeOf = (httpStatus: number, saysWhen: boolean): status => {
  if (httpStatus === 401) return status.UNAUTHENTICATED;
  if (httpStatus === 403) return status.PERMISSION_DENIED;
  if (httpStatus === 429 && saysWhen) return status.RESOURCE_EXHAUSTED;
  if (httpStatus === 429 || httpStatus === 502 || httpStatus === 503 || httpStatus === 504)
    return status.UNAVAILABLE;
  return httpStatus >= 500 ? status.INTERNAL : status.INVALID_ARGUMENT;
};

/** The message of a google.rpc.Status in protobuf: field 2, after the one-byte code. */
const messageOf = (body: Buffer): string => {
  if (body[0] !== 0x08 || body[2] !== 0x12) return 'The export was refused';
  let [at, length, scale] = [3, 0, 1];
  for (; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    length += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) break;
  }
  return body.toString('utf8', at + 1, at + 1 + length);
};

const passedOn = ['authorization', 'x-correlation-id', 'traceparent', 'user-agent'] as const;

const addressOf = (peer: string): string => {
  const host = peer
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/^ipv[46]:/, '');
  return host === '' ? '127.0.0.1' : host;
};

const busy: Refusal = { code: status.UNAVAILABLE, details: 'The server cannot take this export now' };
const late: Refusal = { code: status.DEADLINE_EXCEEDED, details: 'Send the whole export faster' };

const refusalOf = (answer: Answer): Refusal => {
  const metadata = new Metadata();
  const retryAfter = Number(answer.headers['retry-after']);
  const code = codeOf(answer.statusCode, retryAfter > 0);
  const details = messageOf(answer.rawPayload);
  if (retryAfter > 0) {
    metadata.set('grpc-retry-pushback-ms', String(retryAfter * 1000));
    metadata.set('grpc-status-details-bin', rpcStatusToRetry(code, details, retryAfter));
  }
  return { code, details, metadata };
};

/** A call within the HTTP pipeline. */
interface Pipe {
  readonly answer: Promise<Answer>;
  /** Whether the pipeline let it in and asked for its body. */
  readonly wasAsked: () => boolean;
  readonly arrived: (message: Buffer) => void;
  /** No body comes any more; the pipeline must not wait for it. */
  readonly end: () => void;
}

/** `letIn` is called when the pipeline asks for the body, and not at all when it refuses before. */
const openPipe = (
  app: FastifyInstance,
  path: string,
  from: { readonly metadata: Metadata; readonly peer: string },
  letIn: () => void,
): Pipe => {
  const headers: Record<string, string> = { 'content-type': 'application/x-protobuf' };
  for (const name of passedOn) {
    const [value] = from.metadata.get(name);
    if (typeof value === 'string') headers[name] = value;
  }
  let [asked, ended] = [false, false];
  const payload = new Readable({
    read: () => {
      if (!asked) letIn();
      asked = true;
    },
  });
  const end = (): void => {
    if (!ended) payload.push(null);
    ended = true;
  };
  return {
    answer: app.inject({ method: 'POST', url: path, headers, payload, remoteAddress: addressOf(from.peer) }),
    wasAsked: () => asked,
    arrived: (message) => {
      if (!ended) payload.push(message);
      end();
    },
    end,
  };
};

/** Places for messages that arrive. Undefined: none is free; else gives it back, once or more. */
const createPlaces = ({ maxArriving, arrivalMs }: GrpcCallLimits) => {
  let arriving = 0;
  return (onLate: () => void): (() => void) | undefined => {
    if (arriving >= maxArriving) return undefined;
    arriving += 1;
    let left = false;
    const timer = setTimeout(onLate, arrivalMs);
    return () => {
      if (left) return;
      left = true;
      clearTimeout(timer);
      arriving -= 1;
    };
  };
};

type Pipes = WeakMap<Metadata, Pipe & { readonly leave: () => void }>;

/** Opens a pipe with a call's metadata, and passes the metadata on, which has the message read, once it is let in. */
const createInterceptor =
  (
    open: (
      method: string,
      from: { readonly metadata: Metadata; readonly peer: string },
      letIn: () => void,
    ) => Pipe,
    enter: ReturnType<typeof createPlaces>,
    pipes: Pipes,
  ): ServerInterceptor =>
  ({ path }, call) => {
    let over = (): void => undefined;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        let leave = (): void => undefined;
        const pipe = open(path, { metadata, peer: call.getPeer() }, () => {
          const place = enter(() => call.sendStatus(late));
          if (place === undefined) {
            call.sendStatus(busy);
            return;
          }
          leave = place;
          next(metadata);
        });
        over = () => {
          leave();
          pipe.end();
        };
        pipes.set(metadata, { ...pipe, leave: () => leave() });
        pipe.answer.then(
          (answer) => {
            if (!pipe.wasAsked()) call.sendStatus(refusalOf(answer));
          },
          () => call.sendStatus(busy),
        );
      })
      // Comes whenever the call is over, however it ended.
      .withOnCancel(() => over())
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };

/**
 * Hands calls to the HTTP route of their signal, so that they pass the one pipeline: identity, limits, audit. The pipeline
 * begins with the metadata and asks for a body only from whom it lets in; until then no byte of the message is read
 * beyond HTTP/2's window, whoever sends it.
 */
export const createGrpcCalls = (
  app: FastifyInstance,
  pathOf: (method: string) => string,
  limits: GrpcCallLimits,
): {
  readonly interceptor: ServerInterceptor;
  readonly handle: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => void;
} => {
  const pipes: Pipes = new WeakMap();
  const open: Parameters<typeof createInterceptor>[0] = (method, from, letIn) =>
    openPipe(app, pathOf(method), from, letIn);
  let heldBytes = 0;

  const handle = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void => {
    const pipe = pipes.get(call.metadata);
    const bytes = call.request.length;
    pipe?.leave();
    if (pipe === undefined || heldBytes + bytes > limits.maxHeldBytes) {
      done(busy);
      return;
    }
    heldBytes += bytes;
    pipe.arrived(call.request);
    pipe.answer
      .finally(() => {
        heldBytes -= bytes;
      })
      .then(
        (answer) => {
          if (answer.statusCode === 200) done(null, answer.rawPayload);
          else done(refusalOf(answer));
        },
        () => done(busy),
      );
  };
  return { interceptor: createInterceptor(open, createPlaces(limits), pipes), handle };
};
