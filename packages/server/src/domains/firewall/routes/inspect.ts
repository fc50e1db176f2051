import { FirewallVerdict, InspectFirewall, type InspectFirewall as Body } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { Firewall, FirewallContext, Part, Verdict } from '../types.ts';
import { presentFinding, tag } from './present.ts';

/** Prompts of 10 MB, and their JSON escapes. */
const bodyLimitBytes = 24 * 1024 * 1024;

const partsOf = (body: Body): readonly Part[] => {
  if ((body.text === undefined) === (body.parts === undefined)) {
    throw new AppError('validation_failed', {
      detail: 'Send either text or parts',
      errors: [{ field: '/text', message: 'or /parts, and not both' }],
    });
  }
  if (body.text !== undefined) return [{ kind: 'user', text: body.text, path: '/text' }];
  return (body.parts ?? []).map(({ kind, text, path }, n) => ({
    kind,
    text,
    path: path ?? `/parts/${String(n)}/text`,
  }));
};

const outputVerdict = async (firewall: Firewall, context: FirewallContext, part: Part): Promise<Verdict> => {
  const verdict = await firewall.inspectOutput({ ...context, text: part.text });
  const masked = verdict.masked.get('');
  return {
    ...verdict,
    findings: verdict.findings.map((finding) => ({ ...finding, path: part.path })),
    masked: masked === undefined ? new Map() : new Map([[part.path, masked]]),
  };
};

/** POST /api/v1/firewall/inspect: what the firewall thinks of a text, and why. Nothing is remembered of it. */
export const inspectRoute = (firewall: Firewall, modelVersion: number): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/firewall/inspect',
    operationId: 'inspectFirewall',
    summary: 'Explain what the firewall would do with a text, with the places of what it found',
    tag,
    access: { scope: 'firewall:read' },
    audit: { when: 'with', action: 'firewall.inspect', resource: 'firewall' },
    effect: 'read',
    bodyLimitBytes,
    errors: ['validation_failed'],
    schema: { body: InspectFirewall, responses: { 200: FirewallVerdict } },
    handler: async ({ body }, ctx) => {
      const parts = partsOf(body);
      const [first] = parts;
      const context = {
        model: body.model ?? '*',
        principalId: body.principal_id ?? ctx.principal.id,
        sessionId: body.session_id ?? null,
      };
      const startedMs = performance.now();
      const verdict =
        body.direction === 'output' && first !== undefined && parts.length === 1
          ? await outputVerdict(firewall, context, first)
          : await firewall.inspectInput({ ...context, parts }, ctx.signal);
      return ok({
        action: verdict.action,
        report_only: verdict.reportOnly,
        score: verdict.score,
        findings: verdict.findings.map(presentFinding),
        masked: Object.fromEntries(verdict.masked),
        model_version: modelVersion,
        duration_ms: Math.round((performance.now() - startedMs) * 1000) / 1000,
      });
    },
  });
