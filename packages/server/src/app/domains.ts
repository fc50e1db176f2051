import { createAuditDomain } from '../domains/audit/index.ts';
import { createLimitsDomain } from '../domains/limits/index.ts';
import { createQueuesDomain } from '../domains/queues/index.ts';
import type { ReservationsPort } from '../domains/reservations/index.ts';
import { createSystemDomain } from '../domains/system/index.ts';
import { createUsageDomain, type LedgerPort } from '../domains/usage/index.ts';
import { createVectorsDomain } from '../domains/vectors/index.ts';
import { createWebhooksDomain } from '../domains/webhooks/index.ts';
import { pingQueues } from '../platform/queue/index.ts';
import { buildAccounts } from './accounts.ts';
import { buildFirewall } from './firewall.ts';
import { groupOf, joined, type Group } from './group.ts';
import { buildInference } from './inference.ts';
import type { AppOptions } from './options.ts';
import type { Platform } from './platform.ts';
import { healthPingMs, probesOf } from './probes.ts';
import { buildReservations } from './reservations.ts';
import { buildScoring } from './scoring.ts';
import { buildWatching, type Watching } from './watching.ts';

/** Health and metrics: what every process answers for, workers too. */
const buildSystem = (
  { clock, version, db, workDb }: AppOptions,
  { audit, limits, metrics }: Platform,
  { fleet, bufferedRows }: Watching,
) =>
  createSystemDomain({
    clock,
    version,
    pingDatabase: () => db.ping(healthPingMs),
    pingQueues: () => pingQueues(workDb, healthPingMs),
    probes: probesOf({ db, workDb, audit, fleet, bufferedRows, limits }),
    renderMetrics: () => {
      metrics.ingestBufferRecords.set(bufferedRows());
      return metrics.render();
    },
  });

/** Models, the firewall before them, and vectors by them: of processes that answer calls, and no others. */
const buildGateway = (
  options: AppOptions,
  platform: Platform,
  { alerts, ledger }: { readonly alerts: Watching['alerts']; readonly ledger: LedgerPort },
): Group => {
  const firewall = buildFirewall(options, platform, alerts);
  const inference = buildInference(options, platform, { firewall: firewall.port, ledger });
  const { embed, guardWith } = inference.port;
  const guardModel = options.config.inference.firewallGuardModel;
  firewall.useGuard(guardModel === undefined ? undefined : guardWith(guardModel));
  const { cursors, limits } = platform;
  const vectors = createVectorsDomain({ ...options, cursors, limiter: limits.limiter, embed });
  return groupOf([firewall, inference, vectors]);
};

/** All domains, and what sockets beside HTTP ask of them. */
export interface Domains extends Group {
  /** Undefined: this server runs no jobs. */
  readonly terminals: ReservationsPort | undefined;
}

/** Every domain, wired to the others through their ports. */
export const buildDomains = (options: AppOptions, platform: Platform): Domains => {
  const { config, clock } = options;
  const { cursors, audit, limits, webhooks } = platform;
  const common = { ...options, cursors };
  const accounts = buildAccounts(options, platform);
  const userExists = async (_db: unknown, username: string): Promise<boolean> =>
    (await accounts.port.findActiveUser(username)) !== undefined;
  const watching = buildWatching(options, platform, userExists);
  const { fleet, alerts } = watching;
  const hooks = createWebhooksDomain({ ...common, webhooks });
  const operating = groupOf([
    createAuditDomain({ cursors, clock, signer: audit.signer }),
    createQueuesDomain({ cursors }),
    createLimitsDomain({ blocks: limits.blocks, cursors }),
    hooks,
  ]);
  const scoring = buildScoring(options, platform, { fleet, alerts, webhooks: hooks.port });
  const usage = createUsageDomain(common);
  const reservations = buildReservations(options, platform, {
    ledger: usage.port,
    scoring: scoring.port,
    accounts: accounts.port,
  });
  const all = joined([
    groupOf([accounts]),
    watching,
    operating,
    groupOf([scoring, usage]),
    config.roles.includes('api')
      ? buildGateway(options, platform, { alerts, ledger: usage.port })
      : groupOf([]),
    groupOf(reservations === undefined ? [] : [reservations]),
  ]);
  const system = buildSystem(options, platform, watching);
  // A worker answers for its own health and metrics, and for nothing else.
  return {
    ...all,
    terminals: reservations?.port,
    routes: [...system.routes, ...(config.roles.includes('api') ? all.routes : [])],
  };
};
