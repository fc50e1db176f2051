/**
 * Scopes name what a principal may do. A scope with the suffix `:own` grants the same on resources that the
 * principal registered itself, and on nothing else.
 */
export const scopes = [
  'nodes:read',
  'nodes:write',
  'nodes:write:own',
  'sensors:read',
  'sensors:read:own',
  'sensors:write',
  'sensors:write:own',
  'telemetry:read',
  'telemetry:write',
  'telemetry:write:own',
  'events:read',
  'events:write',
  'events:write:own',
  'alerts:read',
  'alerts:write',
  'detection:read',
  'detection:write',
  'agents:read',
  'agents:write',
  'scores:read',
  'scores:write',
  'users:read',
  'users:write',
  'keys:own',
  'keys:admin',
  'tokens:introspect',
  'audit:read',
  'audit:export',
  'queues:read',
  'queues:write',
  'health:read',
  'metrics:read',
  'webhooks:read',
  'webhooks:write',
  'limits:read',
  'limits:write',
  'self',
] as const;

export type Scope = (typeof scopes)[number];

const reads: readonly Scope[] = [
  'nodes:read',
  'sensors:read',
  'telemetry:read',
  'events:read',
  'alerts:read',
  'detection:read',
  'agents:read',
  'scores:read',
  'health:read',
];
const base: readonly Scope[] = ['self', 'keys:own'];

/** What each role carries. A user's scopes are the union over its roles; a key's are that, cut to the key's own list. */
export const roleScopes = {
  admin: scopes.filter((scope) => !scope.endsWith(':own') || scope === 'keys:own'),
  operator: [
    ...base,
    ...reads,
    'nodes:write',
    'sensors:write',
    'telemetry:write',
    'events:write',
    'alerts:write',
    'detection:write',
    'agents:write',
    'scores:write',
    'queues:read',
    'queues:write',
    'metrics:read',
    'limits:read',
    'limits:write',
    'webhooks:read',
    'webhooks:write',
  ],
  analyst: [...base, ...reads, 'alerts:write', 'audit:read', 'audit:export', 'limits:read'],
  viewer: [...base, ...reads],
  sensor: [
    'self',
    'nodes:write:own',
    'sensors:read:own',
    'sensors:write:own',
    'telemetry:write:own',
    'events:write:own',
  ],
} as const satisfies Record<string, readonly Scope[]>;

export type Role = keyof typeof roleScopes;
export const roles = Object.keys(roleScopes) as readonly Role[];
