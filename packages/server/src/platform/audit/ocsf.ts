import type { AuditChainEntry } from './entry.ts';

/** The version of the Open Cybersecurity Schema Framework (https://schema.ocsf.io) that events are written in. */
const ocsfVersion = '1.7.0';

const apiActivity = {
  classUid: 6003,
  className: 'API Activity',
  categoryUid: 6,
  categoryName: 'Application Activity',
};
const authentication = {
  classUid: 3002,
  className: 'Authentication',
  categoryUid: 3,
  categoryName: 'Identity & Access Management',
};

interface Activity {
  readonly id: number;
  readonly name: string;
}

const other: Activity = { id: 99, name: 'Other' };

/** Activities of class 3002, by the action's verb. */
const signIns: Readonly<Record<string, Activity>> = {
  login: { id: 1, name: 'Logon' },
  logout: { id: 2, name: 'Logoff' },
  refresh: { id: 3, name: 'Authentication Ticket' },
  token: { id: 3, name: 'Authentication Ticket' },
};

const verbs: readonly (readonly [Activity, RegExp])[] = [
  [{ id: 1, name: 'Create' }, /^(create|register|ingest|add|issue|import|send|submit|open|rotate)/],
  [{ id: 2, name: 'Read' }, /^(read|list|get|export|search|stream|introspect|scrape)/],
  [{ id: 4, name: 'Delete' }, /^(delete|remove|revoke|prune|purge|drop)/],
  [
    { id: 3, name: 'Update' },
    /^(update|change|set|patch|resolve|acknowledge|close|assign|disable|enable|comment)/,
  ],
];

const verbOf = (action: string): string => action.slice(action.lastIndexOf('.') + 1);

const apiActivityOf = (action: string): Activity =>
  verbs.find(([, pattern]) => pattern.test(verbOf(action)))?.[0] ?? other;

const isSignIn = (action: string): boolean => /^(auth|session|oauth)\./.test(action);

const userOf = (entry: AuditChainEntry) => ({
  uid: entry.principalId,
  name: entry.principalName ?? entry.principalId,
  ...(entry.principalKind === 'user'
    ? { type_id: 1, type: 'User' }
    : { type_id: 99, type: entry.principalKind }),
});

/** `node:0199…` is a resource of type `node`. */
const resourceOf = (resource: string) => {
  const colon = resource.indexOf(':');
  return colon < 1
    ? { name: resource }
    : { type: resource.slice(0, colon), uid: resource.slice(colon + 1), name: resource };
};

const common = (entry: AuditChainEntry, kind: typeof apiActivity, activity: Activity) => ({
  category_uid: kind.categoryUid,
  category_name: kind.categoryName,
  class_uid: kind.classUid,
  class_name: kind.className,
  activity_id: activity.id,
  activity_name: activity.name,
  type_uid: kind.classUid * 100 + activity.id,
  type_name: `${kind.className}: ${activity.name}`,
  time: entry.occurredAtMs,
  severity_id: entry.granted ? 1 : 3,
  severity: entry.granted ? 'Informational' : 'Medium',
  status_id: entry.granted ? 1 : 2,
  status: entry.granted ? 'Success' : 'Failure',
  status_code: entry.reason,
  message: `${entry.principalName ?? entry.principalId} ${entry.granted ? 'did' : 'was refused'} ${entry.action} on ${entry.resource}`,
  metadata: {
    version: ocsfVersion,
    uid: entry.id,
    correlation_uid: entry.correlationId,
    sequence: entry.sequence,
    log_name: 'audit',
    log_provider: 'gpushield',
    product: { name: 'GPUShield', vendor_name: 'GPUShield' },
  },
  src_endpoint: entry.ipAddress === null ? { name: 'unknown' } : { ip: entry.ipAddress },
  ...(entry.userAgent === null ? {} : { http_request: { user_agent: entry.userAgent } }),
  unmapped: {
    writer_id: entry.writerId,
    previous_hash: entry.previousHash.toString('hex'),
    hash: entry.hash.toString('hex'),
    details: entry.details,
  },
});

/** An OCSF event: class 3002 for sign-ins and sign-outs, class 6003 for all else. `time` is in epoch milliseconds. */
export type OcsfEvent = Readonly<Record<string, unknown>> & ReturnType<typeof common>;

/** What an entry says, in OCSF. The same entry always gives the same event, with the entry's id as `metadata.uid`. */
export const toOcsf = (entry: AuditChainEntry): OcsfEvent => {
  const user = userOf(entry);
  if (isSignIn(entry.action)) {
    const activity = signIns[verbOf(entry.action)] ?? other;
    return {
      ...common(entry, authentication, activity),
      user,
      actor: { user },
      service: { name: 'gpushield' },
      is_remote: true,
    };
  }
  return {
    ...common(entry, apiActivity, apiActivityOf(entry.action)),
    actor: { user },
    api: {
      operation: entry.action,
      service: { name: 'gpushield' },
      request: { uid: entry.correlationId },
      ...(entry.granted ? {} : { response: { error: entry.reason } }),
    },
    resources: [resourceOf(entry.resource)],
  };
};
