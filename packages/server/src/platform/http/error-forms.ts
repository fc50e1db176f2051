import type { ErrorCode } from '@gpushield/contracts';
import type { AppError } from '../errors.ts';
import { renderProblem } from './problem.ts';
import { rpcStatus } from './rpc-status.ts';

/** How a protocol says what went wrong: RFC 9457, or its own form where it has one. */
export type ErrorForm = 'problem' | 'oauth' | 'openai' | 'ollama' | 'otlp';

export interface RenderedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: object | Buffer;
}

/** Which request an error answers. */
export interface ErrorPlace {
  readonly instance: string;
  readonly correlationId: string;
  /** The request's Content-Type, for protocols whose answers have the request's encoding. */
  readonly requestType?: string | undefined;
}

/** Codes whose name in RFC 6749 (section 5.2), 6750 (3.1), 7009 or 8628 (3.5) differs from their type's. */
const oauthNames: Partial<Record<ErrorCode, string>> = {
  invalid_client: 'invalid_client',
  invalid_scope: 'invalid_scope',
  invalid_grant: 'invalid_grant',
  unsupported_grant_type: 'unsupported_grant_type',
  insufficient_scope: 'insufficient_scope',
  address_not_allowed: 'invalid_client',
  user_disabled: 'invalid_client',
  authorization_pending: 'authorization_pending',
  slow_down: 'slow_down',
  access_denied: 'access_denied',
  device_code_expired: 'expired_token',
};

const oauthName = (code: ErrorCode, status: number): string => {
  const name = oauthNames[code];
  if (name !== undefined) return name;
  if (status === 401 || status === 403) return 'invalid_token';
  if (status === 429 || status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
};

// The RFC's description is printable ASCII without quote and backslash.
const describable = (text: string): string => text.replaceAll('"', "'").replace(/[^\x20-\x7e]|\\/g, '?');

/** The `type` of OpenAI's error object, by status. */
const openaiType = (status: number): string => {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
};

/** Codes that OpenAI's clients know under another name. */
const openaiCodes: Partial<Record<ErrorCode, string>> = {
  content_blocked: 'content_filter',
  rate_limited: 'rate_limit_exceeded',
  gpu_budget_exceeded: 'insufficient_quota',
  prompt_too_large: 'context_length_exceeded',
  invalid_api_key: 'invalid_api_key',
};

/** What a status becomes where the protocol has its own rules. */
export const statusInForm = (form: ErrorForm | undefined, status: number): number => {
  if (form === undefined || form === 'problem') return status;
  // Clients of the OAuth2 RFCs, of OpenAI and of OTLP know 400 for whatever is wrong with their request.
  if (status === 422 || (form === 'otlp' && status === 409)) return 400;
  // Exporters retry 429, 502, 503 and 504 alone: a full disk must not lose their data.
  return form === 'otlp' && status === 507 ? 503 : status;
};

const forms: Readonly<Record<ErrorForm, (error: AppError, place: ErrorPlace) => RenderedError>> = {
  problem: (error, { instance, correlationId }) => ({
    ...renderProblem(error, instance, correlationId),
    contentType: 'application/problem+json',
  }),
  oauth: (error, { instance, correlationId }) => {
    const { status, headers, body } = renderProblem(error, instance, correlationId);
    return {
      status: statusInForm('oauth', status),
      headers: { ...headers, 'cache-control': 'no-store', pragma: 'no-cache' },
      contentType: 'application/json; charset=utf-8',
      body: { error: oauthName(error.code, status), error_description: describable(body.detail) },
    };
  },
  openai: (error, { instance, correlationId }) => {
    const { status, headers, body } = renderProblem(error, instance, correlationId);
    const param = body.errors?.[0]?.field.replace(/^\//, '') ?? null;
    return {
      status: statusInForm('openai', status),
      headers: { ...headers, 'x-request-id': correlationId },
      contentType: 'application/json; charset=utf-8',
      body: {
        error: {
          message: `${body.detail}. ${body.remediation}`,
          type: openaiType(status),
          param,
          code: openaiCodes[error.code] ?? error.code,
        },
      },
    };
  },
  ollama: (error, { instance, correlationId }) => {
    const { status, headers, body } = renderProblem(error, instance, correlationId);
    return {
      status: statusInForm('ollama', status),
      headers,
      contentType: 'application/json; charset=utf-8',
      body: { error: `${body.detail}. ${body.remediation}`, code: error.code },
    };
  },
  otlp: (error, { instance, correlationId, requestType }) => {
    const { status, headers, body } = renderProblem(error, instance, correlationId);
    return {
      status: statusInForm('otlp', status),
      headers,
      ...rpcStatus(status, `${body.detail} (${correlationId})`, requestType),
    };
  },
};

/** Renders an error in its route's form; nothing of its cause gets in. */
export const renderError = (form: ErrorForm | undefined, error: AppError, place: ErrorPlace): RenderedError =>
  forms[form ?? 'problem'](error, place);
