export {
  createOutboundClient,
  type OutboundClientOptions,
  type OutboundMetricsHooks,
  type OutboundOutcome,
} from './client.ts';
export { createCircuitBoard, type CircuitBoard } from './circuit-board.ts';
export type { OutboundLimits } from './limits.ts';
export type { Resolve } from './resolve.ts';
export {
  OutboundFailure,
  type DestinationPolicy,
  type OutboundClient,
  type OutboundFailureKind,
  type OutboundRequest,
  type OutboundResponse,
  type OutboundStream,
} from './types.ts';
