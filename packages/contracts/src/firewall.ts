import { Type, type Static } from 'typebox';
import { Name, Timestamp, Uuid, nullable, text } from './common.ts';

/** What is done with what was found. */
export const FirewallAction = Type.Enum(['allow', 'mask', 'block']);
export type FirewallAction = 'allow' | 'mask' | 'block';

/** Kinds of personal data that are recognised by their form, their checksum and the words beside them. */
export const piiTypes = [
  'card',
  'iban',
  'email',
  'phone',
  'ip',
  'ssn',
  'national_id',
  'passport',
  'driver_licence',
  'bank_account',
  'crypto_wallet',
  'mac_address',
  'date_of_birth',
] as const;
export type PiiType = (typeof piiTypes)[number];

const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });
const strict = { additionalProperties: false };

/** What a policy may set; whatever is absent comes from the next wider policy, and in the end from the defaults. */
export const FirewallSettings = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ description: 'false: nothing is inspected' })),
    report_only: Type.Optional(
      Type.Boolean({ description: 'Verdicts are recorded, and nothing is stopped or masked' }),
    ),
    injection_threshold: Type.Optional(share('Injection scores from here on block; 0.5 unless set')),
    uncertain_from: Type.Optional(
      share('From here up to injection_threshold the guard model is asked; 0.2 unless set'),
    ),
    guard_on_failure: Type.Optional(
      Type.Enum(['allow', 'block'], {
        description: 'What the uncertain middle gets when the guard model fails',
      }),
    ),
    session_risk_threshold: Type.Optional(
      share('Risk gathered over a session from here on blocks; 0.8 unless set'),
    ),
    system_messages: Type.Optional(
      Type.Enum(['rules', 'judge'], {
        description:
          'judge: the model judges system messages and tools’ descriptions too, for callers who are not trusted with them; many honest ones are worded as attacks. rules unless set',
      }),
    ),
    toxicity: Type.Optional(FirewallAction),
    toxicity_threshold: Type.Optional(share('0.8 unless set')),
    secrets: Type.Optional(FirewallAction),
    exfiltration: Type.Optional(FirewallAction),
    pii: Type.Optional(
      Type.Partial(
        Type.Object(
          Object.fromEntries(piiTypes.map((type) => [type, FirewallAction])) as Record<
            PiiType,
            typeof FirewallAction
          >,
          strict,
        ),
        strict,
      ),
    ),
    allowed_link_hosts: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: '^[a-z0-9.-]+$' }), {
        maxItems: 100,
        uniqueItems: true,
        description: 'Hosts that images and links of an output may name with data in their address',
      }),
    ),
    canaries: Type.Optional(
      Type.Array(Type.String({ minLength: 8, maxLength: 128, pattern: '^[\\x21-\\x7e]+$' }), {
        maxItems: 20,
        uniqueItems: true,
        description: 'Tokens that stand in system prompts; an output that holds one is blocked',
      }),
    ),
  },
  strict,
);
export type FirewallSettings = Static<typeof FirewallSettings>;

/** A policy for a model, a principal, both, or (neither) for everyone. */
export const FirewallPolicy = Type.Object(
  {
    id: Uuid,
    model: nullable(Name),
    principal_id: nullable(Name),
    description: Type.String(),
    settings: FirewallSettings,
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  { $id: 'FirewallPolicy' },
);
export type FirewallPolicy = Static<typeof FirewallPolicy>;

export const CreateFirewallPolicy = Type.Object(
  {
    model: Type.Optional(Name),
    principal_id: Type.Optional(Name),
    description: Type.Optional(text(500)),
    settings: FirewallSettings,
  },
  strict,
);
export type CreateFirewallPolicy = Static<typeof CreateFirewallPolicy>;

/** Replaces the settings and the description as a whole; whom it is for stays. */
export const UpdateFirewallPolicy = Type.Object(
  { description: Type.Optional(text(500)), settings: FirewallSettings },
  strict,
);
export type UpdateFirewallPolicy = Static<typeof UpdateFirewallPolicy>;

export const FirewallPartKind = Type.Enum([
  'system',
  'user',
  'assistant',
  'tool',
  'document',
  'tool_arguments',
]);

/** What to inspect: one `text`, or the parts of a request. `direction: output` judges it as an answer of a model. */
export const InspectFirewall = Type.Object(
  {
    text: Type.Optional(Type.String({ maxLength: 10_000_000 })),
    parts: Type.Optional(
      Type.Array(
        Type.Object(
          {
            kind: FirewallPartKind,
            text: Type.String({ maxLength: 10_000_000 }),
            path: Type.Optional(Type.String({ maxLength: 256 })),
          },
          strict,
        ),
        { minItems: 1, maxItems: 1000 },
      ),
    ),
    direction: Type.Optional(Type.Enum(['input', 'output'])),
    model: Type.Optional(Name),
    principal_id: Type.Optional(Name),
    session_id: Type.Optional(Name),
  },
  strict,
);
export type InspectFirewall = Static<typeof InspectFirewall>;

export const FirewallFinding = Type.Object({
  kind: Type.Enum(['injection', 'pii', 'toxicity', 'secret', 'exfiltration', 'canary']),
  type: Type.String(),
  score: Type.Number(),
  path: Type.String(),
  start: Type.Integer({ description: 'Offset in UTF-16 code units' }),
  end: Type.Integer(),
  reason: Type.String(),
});

/** A verdict, explained. */
export const FirewallVerdict = Type.Object(
  {
    action: FirewallAction,
    report_only: Type.Boolean(),
    score: Type.Number({ description: '0..1; at the policy’s injection_threshold it blocks' }),
    findings: Type.Array(FirewallFinding),
    masked: Type.Record(Type.String(), Type.String(), {
      description: 'New text by path, where the action masks',
    }),
    model_version: Type.Integer({ description: 'Version of the weights' }),
    duration_ms: Type.Number(),
  },
  { $id: 'FirewallVerdict' },
);
export type FirewallVerdict = Static<typeof FirewallVerdict>;
