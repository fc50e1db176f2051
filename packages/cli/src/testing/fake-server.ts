import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AddJobUser,
  AwsLogin,
  ClientCredentialsRequest,
  CloneDisk,
  CreateDisk,
  DeviceAuthorizationRequest,
  ExtendJob,
  GenerateRequest,
  RenameDisk,
  SubmitJob,
  ScopedTokenRequest,
  AcknowledgeAlert,
  AlertQuery,
  AssignAlert,
  CreateAlert,
  CreateApiKey,
  CreateDetectionMaintenance,
  CreateUser,
  CreateWebhook,
  FalsePositiveAlert,
  InspectFirewall,
  InvestigateAlert,
  LoginRequest,
  PurgeQueue,
  RefreshRequest,
  RegisterAgent,
  RegisterGpu,
  RegisterNode,
  ReopenAlert,
  ResendDeadLetters,
  ResendWebhook,
  RotateAgentSecret,
  ResolveAlert,
  RotateWebhookSecret,
  SensorConfiguration,
  TelemetryBulk,
  UpdateUser,
  errorCatalogue,
  type ErrorCode,
} from '@gpushield/contracts';
import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: SeenRequest) => Reply;

/** What the contract says of the bodies that the command line sends. */
const bodies: readonly (readonly [method: string, path: RegExp, schema: TSchema])[] = [
  ['POST', /^\/api\/v1\/firewall\/inspect$/, InspectFirewall],
  ['POST', /^\/v1\/auth\/aws-login$/, AwsLogin],
  ['POST', /^\/oauth\/device_authorization$/, DeviceAuthorizationRequest],
  ['POST', /^\/oauth\/token$/, ClientCredentialsRequest],
  ['POST', /^\/v1\/jobs\/submit$/, SubmitJob],
  ['POST', /^\/v1\/jobs\/[^/]+\/extend$/, ExtendJob],
  ['POST', /^\/v1\/jobs\/[^/]+\/users$/, AddJobUser],
  ['POST', /^\/v1\/disks$/, CreateDisk],
  ['POST', /^\/v1\/disks\/[^/]+\/rename$/, RenameDisk],
  ['POST', /^\/v1\/disks\/[^/]+\/clone$/, CloneDisk],
  ['POST', /^\/api\/v1\/llm\/generate$/, GenerateRequest],
  ['POST', /^\/auth\/scoped-token$/, ScopedTokenRequest],
  ['POST', /^\/auth\/login$/, LoginRequest],
  ['POST', /^\/auth\/(refresh|logout)$/, RefreshRequest],
  ['POST', /^\/api\/v1\/users$/, CreateUser],
  ['PATCH', /^\/api\/v1\/users\/[^/]+$/, UpdateUser],
  ['POST', /^\/api\/v1\/keys$/, CreateApiKey],
  ['PUT', /^\/api\/v1\/sensors\/[^/]+\/configuration$/, SensorConfiguration],
  ['POST', /^\/api\/v1\/alerts$/, CreateAlert],
  ['POST', /^\/api\/v1\/alerts\/query$/, AlertQuery],
  ['POST', /^\/api\/v1\/alerts\/[^/]+\/acknowledge$/, AcknowledgeAlert],
  ['POST', /^\/api\/v1\/alerts\/[^/]+\/assign$/, AssignAlert],
  ['POST', /^\/api\/v1\/alerts\/[^/]+\/resolve$/, ResolveAlert],
  ['POST', /^\/api\/v1\/alerts\/[^/]+\/investigate$/, InvestigateAlert],
  ['POST', /^\/api\/v1\/alerts\/[^/]+\/reopen$/, ReopenAlert],
  ['POST', /^\/api\/v1\/alerts\/[^/]+\/false-positive$/, FalsePositiveAlert],
  ['POST', /^\/api\/v1\/queues\/[^/]+\/dead-letters\/resend$/, ResendDeadLetters],
  ['POST', /^\/api\/v1\/queues\/[^/]+\/purge$/, PurgeQueue],
  ['POST', /^\/api\/v1\/nodes$/, RegisterNode],
  ['POST', /^\/api\/v1\/nodes\/[^/]+\/gpus$/, RegisterGpu],
  ['POST', /^\/api\/v1\/agents$/, RegisterAgent],
  ['POST', /^\/api\/v1\/telemetry\/records\/bulk$/, TelemetryBulk],
  ['POST', /^\/api\/v1\/detection\/maintenance$/, CreateDetectionMaintenance],
  ['POST', /^\/api\/v1\/agents\/[^/]+\/rotate-secret$/, RotateAgentSecret],
  ['POST', /^\/api\/v1\/webhooks$/, CreateWebhook],
  ['POST', /^\/api\/v1\/webhooks\/[^/]+\/secret\/rotate$/, RotateWebhookSecret],
  ['POST', /^\/api\/v1\/webhooks\/[^/]+\/resend$/, ResendWebhook],
];

/** A refusal as the server writes it. */
export const problem = (
  code: ErrorCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => {
  const { status, type, title, remediation } = errorCatalogue[code];
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: { type, title, status, detail, instance: '/', code, correlation_id: 'corr-1', remediation },
  };
};

export const page = (data: readonly unknown[], cursor: string | null = null): Reply => ({
  body: { data, pagination: { cursor, has_more: cursor !== null } },
});

/** What the contract finds wrong with a request's body; empty when it is as agreed. */
const violations = ({ method, path, body }: SeenRequest): readonly string[] => {
  const schema = bodies.find(([m, pattern]) => m === method && pattern.test(path))?.[2];
  if (schema === undefined) return body === undefined ? [] : [`${method} ${path} takes no body`];
  return Errors(schema, body).map((error) => `${error.instancePath} ${error.message}`);
};

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  if (text === '') return undefined;
  const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : (JSON.parse(text) as unknown);
};

export interface FakeServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** `GET /api/v1/nodes` and the like; what has no handler is 404. */
  readonly routes: Map<string, Handler>;
  close(): Promise<void>;
}

/** An HTTP server on loopback that refuses every body the contract would refuse. */
export const startFakeServer = async (): Promise<FakeServer> => {
  const seen: SeenRequest[] = [];
  const routes = new Map<string, Handler>();
  const answer = async (incoming: IncomingMessage): Promise<Reply> => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: await readBody(incoming),
    };
    seen.push(request);
    const wrong = violations(request);
    if (wrong.length > 0) return problem('validation_failed', wrong.join('; '));
    return (
      routes.get(`${request.method} ${request.path}`)?.(request) ?? problem('not_found', `no ${request.path}`)
    );
  };
  const server = createServer((incoming, response) => {
    void answer(incoming).then(({ status = 200, body, headers }) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-correlation-id': 'corr-1',
        ...headers,
      });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    routes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
