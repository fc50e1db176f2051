import { Type, type Static } from 'typebox';
import { AlertStatus, Severity, Timestamp, Uuid, text, type AlertFilter } from '@gpushield/contracts';

/** One value of each filter, as the queries of lists have them. */
export const alertFilterQuery = {
  severity: Type.Optional(Severity),
  status: Type.Optional(AlertStatus),
  source: Type.Optional(text(64, 1)),
  node_id: Type.Optional(Uuid),
  gpu_id: Type.Optional(Uuid),
  assignee: Type.Optional(text(64, 1)),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
};

type AlertFilterQuery = Static<ReturnType<typeof Type.Object<typeof alertFilterQuery>>>;

const one = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

export const filterOf = (query: AlertFilterQuery): AlertFilter => ({
  severities: one(query.severity),
  statuses: one(query.status),
  sources: one(query.source),
  node_ids: one(query.node_id),
  gpu_ids: one(query.gpu_id),
  assignees: one(query.assignee),
  ...(query.since === undefined ? {} : { since: query.since }),
  ...(query.until === undefined ? {} : { until: query.until }),
});
