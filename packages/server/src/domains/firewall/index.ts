import type { Route } from '../../platform/http/route.ts';
import { createAlerting } from './alerting.ts';
import type { FirewallDomainDeps, Guard } from './deps.ts';
import { createEngine } from './engine.ts';
import { createFirewall } from './firewall.ts';
import { inspectText } from './inspect-text.ts';
import { loadModels } from './model/load-models.ts';
import { createPolicyCache } from './policy/policy-cache.ts';
import { createRemembered } from './remembered.ts';
import { inspectRoute } from './routes/inspect.ts';
import { policyRoutes } from './routes/policies.ts';
import { forgetOldRisk } from './session/risk-store.ts';
import type { Firewall } from './types.ts';

export type { FirewallDomainDeps, Guard } from './deps.ts';
export type {
  Action,
  Finding,
  FindingKind,
  Firewall,
  FirewallContext,
  OutputScreen,
  Part,
  PartKind,
  Verdict,
} from './types.ts';

/** What nothing is left of is deleted once in a while. */
const sweepIntervalMs = 3_600_000;

export interface FirewallDomain {
  readonly routes: readonly Route[];
  readonly port: Firewall;
  /** Gives the firewall its second stage; undefined takes it away. */
  useGuard(guard: Guard | undefined): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The prompt firewall: before the model and after it, with policies per model and principal. */
export const createFirewallDomain = (deps: FirewallDomainDeps): FirewallDomain => {
  const models = loadModels();
  const engine = createEngine(models);
  const policies = createPolicyCache(deps);
  const alerting = createAlerting(deps);
  let guard: Guard | undefined;
  let timer: NodeJS.Timeout | undefined;
  const port = createFirewall({
    ...deps,
    engine,
    inspect: createRemembered(engine),
    policies,
    alerting,
    guard: () => guard,
  });
  // What is tried out leaves no trace: no session's risk, no alert, no count.
  const tried = createFirewall({
    ...deps,
    engine,
    inspect: (_principalId, text, signal) => inspectText(engine, text, signal),
    policies,
    alerting: { blocked: () => {}, settle: () => Promise.resolve() },
    guard: () => guard,
    onVerdict: () => {},
    forgetful: true,
  });
  const sweep = (): void => {
    forgetOldRisk(deps.db, new Date(deps.clock.nowMs())).catch((error: unknown) => {
      deps.log.warn(
        { err: error },
        'the risk of old sessions could not be deleted; the next sweep tries again',
      );
    });
  };
  return {
    routes: [inspectRoute(tried, models.version), ...policyRoutes(deps)],
    port,
    useGuard: (given) => {
      guard = given;
    },
    start: async () => {
      await policies.start();
      timer = setInterval(sweep, sweepIntervalMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await policies.stop();
      await alerting.settle();
    },
  };
};
