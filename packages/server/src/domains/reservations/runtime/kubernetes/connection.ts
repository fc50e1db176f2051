import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { WebSocket } from 'ws';

/** Methods of the API that are used. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface RawRequest {
  readonly method: Method;
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Ends the request, also while its answer comes. */
  readonly signal: AbortSignal;
}

/** One cluster, as a kubeconfig or the pod's own service account names it. */
export interface Connection {
  /** Answers when the head of the answer is there. Rejects where there is none. */
  send(request: RawRequest): Promise<IncomingMessage>;
  /** Opens a WebSocket of one of the given protocols. */
  socket(
    path: string,
    protocols: readonly string[],
    options: { readonly maxPayload: number },
  ): Promise<WebSocket>;
}

const maxSockets = 64;
const socketOpenMs = 15_000;

/** The client library is large: only those who have a cluster load it. */
const load = async (kubeconfig: string | undefined): Promise<KubeConfig> => {
  const library = await import('@kubernetes/client-node');
  const config = new library.KubeConfig();
  if (kubeconfig === undefined) config.loadFromCluster();
  else config.loadFromFile(kubeconfig);
  return config;
};

interface Access {
  readonly base: URL;
  readonly options: RequestOptions;
  readonly headers: Readonly<Record<string, string>>;
  readonly viaProxy: boolean;
}

/** Where the server is and what it is shown. Asked for each request: tokens and certificates are renewed in their files. */
const accessOf = async (config: KubeConfig): Promise<Access> => {
  const cluster = config.getCurrentCluster();
  const base = URL.parse(cluster?.server ?? '');
  if (cluster === null || base === null) throw new Error('The kubeconfig names no cluster');
  const headers: Record<string, string> = {};
  const options: RequestOptions = { headers };
  await config.applyToHTTPSOptions(options);
  return { base, options, headers, viaProxy: cluster.proxyUrl !== undefined };
};

const bodyHeaders = (text: string | undefined): Record<string, string | number> =>
  text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };

/** Where a path of the API is, as Node's requests take it. */
const placeOf = ({ protocol, hostname, port, pathname }: URL, path: string) => ({
  protocol,
  hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
  port,
  path: pathname.replace(/\/$/, '') + path,
});

const untilOpen = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });

/** The library signs requests in; the requests are made here, where their time and size are bounded. */
export const createConnection = (kubeconfig: string | undefined): Connection => {
  let loaded: Promise<KubeConfig> | undefined;
  const secure = new HttpsAgent({ keepAlive: true, maxSockets });
  const plain = new HttpAgent({ keepAlive: true, maxSockets });

  const access = async (): Promise<Access> => {
    loaded ??= load(kubeconfig);
    try {
      return await accessOf(await loaded);
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  };

  return {
    send: async ({ method, path, body, signal }) => {
      const { base, options, headers, viaProxy } = await access();
      const isSecure = base.protocol === 'https:';
      const text = body === undefined ? undefined : JSON.stringify(body);
      return new Promise((resolve, reject) => {
        const sent = (isSecure ? httpsRequest : httpRequest)(
          {
            ...options,
            ...(viaProxy ? {} : { agent: isSecure ? secure : plain }),
            ...placeOf(base, path),
            method,
            headers: { accept: 'application/json', ...headers, ...bodyHeaders(text) },
            signal,
          },
          (answer) => {
            // A token or certificate that stands in the kubeconfig itself may have been put anew: it is read again.
            if (answer.statusCode === 401) loaded = undefined;
            resolve(answer);
          },
        );
        sent.once('error', reject);
        sent.end(text);
      });
    },
    socket: async (path, protocols, { maxPayload }) => {
      const { base, options, viaProxy } = await access();
      const url = new URL(base.pathname.replace(/\/$/, '') + path, base);
      url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
      const { agent, ...rest } = options;
      const socket = new WebSocket(url, [...protocols], {
        ...(rest as object),
        ...(viaProxy && typeof agent === 'object' ? { agent } : {}),
        maxPayload,
        handshakeTimeout: socketOpenMs,
        followRedirects: false,
        perMessageDeflate: false,
      });
      await untilOpen(socket);
      return socket;
    },
  };
};
