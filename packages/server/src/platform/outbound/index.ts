export {
  createOutboundClient,
  type OutboundClientOptions,
  type OutboundMetricsHooks,
  type OutboundOutcome,
} from './client.ts';
export type { OutboundLimits } from './limits.ts';
export type { Resolve } from './resolve.ts';
export {
  OutboundFailure,
  type DestinationPolicy,
  type OutboundClient,
  type OutboundFailureKind,
  type OutboundRequest,
  type OutboundResponse,
} from './types.ts';
