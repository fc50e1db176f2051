import type { ErrorCode } from '@gpushield/contracts';
import type { Access, AuditRule } from '../../../platform/http/route.ts';

/** Bytes of a request: a prompt of a million characters, or some pictures in base64. */
export const callBodyBytes = 16 * 1024 * 1024;

/** What any call may be answered with beside its success. */
export const callErrors: readonly ErrorCode[] = [
  'insufficient_scope',
  'model_not_found',
  'content_blocked',
  'prompt_too_large',
  'gpu_budget_exceeded',
  'rate_limited',
  'overloaded',
  'upstream_refused',
  'upstream_failed',
  'upstream_timeout',
  'unavailable',
];

/** Least privilege (seed 3): the scope, exactly, by a scoped token, a login or a key. */
export const callAccess = (scope: 'llm:generate' | 'llm:embed' | 'models:read'): Access => ({
  scope,
  credential: 'scoped-or-bearer',
  refusal: 'Insufficient permissions',
});

export const callAudit = (action: string): AuditRule => ({
  when: 'handler',
  action,
  resource: 'llm',
  refusals: true,
});
