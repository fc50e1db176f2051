import type { Route } from '../../platform/http/route.ts';
import type { OtlpDeps } from './deps.ts';
import { otlpRoutes } from './routes/export-routes.ts';

export type { Export, Forwarder, OtlpDeps, OtlpFleet, Signal } from './deps.ts';
export { exportsOfRecords } from './forward/export-records.ts';
export { createForwarder, ForwardRefused, type SendExport } from './forward/forwarder.ts';
export { toProtobuf } from './forward/to-protobuf.ts';

/** OpenTelemetry's way in: metrics become telemetry, logs that tell of Xids security events, traces are handed on. */
export const createOtlpDomain = (deps: OtlpDeps): { readonly routes: readonly Route[] } => ({
  routes: otlpRoutes(deps),
});
