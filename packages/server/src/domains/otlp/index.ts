import type { Route } from '../../platform/http/route.ts';
import type { OtlpDeps } from './deps.ts';
import { otlpRoutes } from './routes/export-routes.ts';

export type { Export, Forwarder, OtlpDeps, OtlpFleet, Signal } from './deps.ts';
export { createForwarder, type ForwarderDeps, type SendExport } from './forwarder.ts';

/** OpenTelemetry's way in: metrics become telemetry, logs that tell of Xids security events, traces are handed on. */
export const createOtlpDomain = (deps: OtlpDeps): { readonly routes: readonly Route[] } => ({
  routes: otlpRoutes(deps),
});
