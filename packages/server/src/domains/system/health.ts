import type { HealthCheck, HealthStatus } from '@gpushield/contracts';

/** One thing that health depends on. `critical`: without it the server serves nobody. */
export interface HealthProbe {
  readonly name: string;
  readonly critical: boolean;
  check(): Promise<Omit<HealthCheck, 'name'>>;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: readonly HealthCheck[];
}

/** Unhealthy when something critical is; degraded when anything is not well; healthy otherwise. */
export const overallStatus = (
  checks: readonly { readonly critical: boolean; readonly status: HealthStatus }[],
): HealthStatus => {
  if (checks.some(({ critical, status }) => critical && status === 'unhealthy')) return 'unhealthy';
  return checks.some(({ status }) => status !== 'healthy') ? 'degraded' : 'healthy';
};

const askProbe = async (probe: HealthProbe): Promise<HealthCheck> => {
  try {
    return { name: probe.name, ...(await probe.check()) };
  } catch {
    return { name: probe.name, status: 'unhealthy', detail: 'the check itself failed', facts: {} };
  }
};

/** Asks every probe at once. */
export const reportHealth = async (probes: readonly HealthProbe[]): Promise<HealthReport> => {
  const checks = await Promise.all(probes.map(askProbe));
  const judged = checks.map((check, index) => ({ ...check, critical: probes[index]?.critical ?? false }));
  return { status: overallStatus(judged), checks };
};
