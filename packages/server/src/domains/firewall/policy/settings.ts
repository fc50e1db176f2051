import { piiTypes, type FirewallAction, type FirewallSettings, type PiiType } from '@gpushield/contracts';

/** A policy with every setting decided. */
export interface Policy {
  readonly enabled: boolean;
  readonly reportOnly: boolean;
  readonly injectionThreshold: number;
  readonly uncertainFrom: number;
  readonly guardOnFailure: 'allow' | 'block';
  readonly sessionRiskThreshold: number;
  readonly systemMessages: 'rules' | 'judge';
  readonly toxicity: FirewallAction;
  readonly toxicityThreshold: number;
  readonly secrets: FirewallAction;
  readonly exfiltration: FirewallAction;
  readonly pii: Readonly<Record<PiiType, FirewallAction>>;
  readonly allowedLinkHosts: readonly string[];
  readonly canaries: readonly string[];
}

const piiDefaults = Object.fromEntries(
  piiTypes.map((type) => [type, type === 'ip' || type === 'mac_address' ? 'allow' : 'mask']),
) as Record<PiiType, FirewallAction>;

/** What holds where no policy says otherwise: attacks are blocked, personal data and secrets are masked. */
export const defaultPolicy: Policy = {
  enabled: true,
  reportOnly: false,
  injectionThreshold: 0.5,
  uncertainFrom: 0.2,
  guardOnFailure: 'allow',
  sessionRiskThreshold: 0.8,
  systemMessages: 'rules',
  toxicity: 'block',
  toxicityThreshold: 0.8,
  secrets: 'mask',
  exfiltration: 'block',
  pii: piiDefaults,
  allowedLinkHosts: [],
  canaries: [],
};

const overlay = (policy: Policy, set: FirewallSettings): Policy => ({
  enabled: set.enabled ?? policy.enabled,
  reportOnly: set.report_only ?? policy.reportOnly,
  injectionThreshold: set.injection_threshold ?? policy.injectionThreshold,
  uncertainFrom: set.uncertain_from ?? policy.uncertainFrom,
  guardOnFailure: set.guard_on_failure ?? policy.guardOnFailure,
  sessionRiskThreshold: set.session_risk_threshold ?? policy.sessionRiskThreshold,
  systemMessages: set.system_messages ?? policy.systemMessages,
  toxicity: set.toxicity ?? policy.toxicity,
  toxicityThreshold: set.toxicity_threshold ?? policy.toxicityThreshold,
  secrets: set.secrets ?? policy.secrets,
  exfiltration: set.exfiltration ?? policy.exfiltration,
  pii: { ...policy.pii, ...set.pii },
  allowedLinkHosts: set.allowed_link_hosts ?? policy.allowedLinkHosts,
  canaries: set.canaries === undefined ? policy.canaries : [...policy.canaries, ...set.canaries],
});

export interface PolicyRow {
  readonly model: string | null;
  readonly principalId: string | null;
  readonly settings: FirewallSettings;
}

/** Everyone's policy, then the model's, then the principal's, then that of both: the later overrides the earlier. */
export const resolvePolicy = (rows: readonly PolicyRow[], model: string, principalId: string): Policy => {
  const layers = [
    rows.find((row) => row.model === null && row.principalId === null),
    rows.find((row) => row.model === model && row.principalId === null),
    rows.find((row) => row.model === null && row.principalId === principalId),
    rows.find((row) => row.model === model && row.principalId === principalId),
  ];
  return layers.reduce(
    (policy, row) => (row === undefined ? policy : overlay(policy, row.settings)),
    defaultPolicy,
  );
};
