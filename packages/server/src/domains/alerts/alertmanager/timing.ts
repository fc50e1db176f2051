import type { AlertmanagerDeps } from '../deps.ts';

const defaultResendMs = 60_000;
/** As Prometheus does: an alert outlives three repetitions that are lost. */
const missedResends = 4;

export const resendMsOf = ({ resendMs = defaultResendMs }: Pick<AlertmanagerDeps, 'resendMs'>): number =>
  resendMs;

/** How long an Alertmanager believes what it was told, in milliseconds. */
export const validMsOf = (deps: Pick<AlertmanagerDeps, 'resendMs'>): number =>
  resendMsOf(deps) * missedResends;
