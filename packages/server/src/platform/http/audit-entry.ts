import type { AuditInput } from '../audit/types.ts';
import type { Principal } from '../identity/principal.ts';
import type { Route } from './route.ts';

/** What every entry of one request has in common. */
export interface AuditSubject {
  readonly correlationId: string;
  readonly remoteAddress: string;
  readonly userAgent: string | null;
}

/** Fills `{id}` in a route's resource from the path parameters. */
export const fillResource = (template: string, params: unknown): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (typeof params !== 'object' || params === null) return whole;
    const value: unknown = Reflect.get(params, name);
    return typeof value === 'string' ? value : whole;
  });

/** The entry of one decision about a route. */
export const decisionEntry = (input: {
  readonly route: Route;
  readonly params: unknown;
  readonly subject: AuditSubject;
  readonly principal: Principal | undefined;
  readonly granted: boolean;
  readonly reason: string;
}): AuditInput => {
  const { route, subject, principal } = input;
  const action = route.audit.when === 'none' ? route.operationId : route.audit.action;
  const resource = 'resource' in route.audit ? route.audit.resource : undefined;
  return {
    correlationId: subject.correlationId,
    principalId: principal?.id ?? 'unauthenticated',
    principalKind: principal?.kind ?? 'none',
    principalName: principal?.name ?? null,
    action,
    resource: fillResource(resource ?? route.path, input.params),
    granted: input.granted,
    reason: input.reason,
    ipAddress: subject.remoteAddress,
    userAgent: subject.userAgent,
  };
};
