import { Type, type Static } from 'typebox';
import { Timestamp } from './common.ts';

export const HealthStatus = Type.Enum(['healthy', 'degraded', 'unhealthy']);
export type HealthStatus = Static<typeof HealthStatus>;

/** The public report: short, names nothing internal. */
export const Health = Type.Object({
  status: HealthStatus,
  database: HealthStatus,
  queue: HealthStatus,
  timestamp: Timestamp,
});
export type Health = Static<typeof Health>;

export const HealthCheck = Type.Object({
  name: Type.String(),
  status: HealthStatus,
  detail: Type.String(),
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type HealthCheck = Static<typeof HealthCheck>;

/** The report for operators. */
export const HealthDetails = Type.Object({
  status: HealthStatus,
  version: Type.String(),
  uptime_seconds: Type.Integer(),
  timestamp: Timestamp,
  checks: Type.Array(HealthCheck),
});
export type HealthDetails = Static<typeof HealthDetails>;

export const ServiceInfo = Type.Object({
  service: Type.String(),
  version: Type.String(),
  docs: Type.String(),
  health: Type.String(),
  auth: Type.Record(Type.String(), Type.String()),
  endpoints: Type.Record(Type.String(), Type.String()),
});
