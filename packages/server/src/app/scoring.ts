import { randomBytes } from 'node:crypto';
import type { AlertsPort } from '../domains/alerts/index.ts';
import type { FleetPort } from '../domains/fleet/index.ts';
import { jobsOfPods } from '../domains/reservations/index.ts';
import { createScoringDomain, type ScoringDeps } from '../domains/scoring/index.ts';
import type { AppOptions } from './options.ts';
import type { Platform } from './platform.ts';

/** Agents, their syscall events, the risk of processes. */
export const buildScoring = (
  options: AppOptions,
  { cursors, sealer, webhooks, metrics }: Platform,
  deps: {
    readonly fleet: FleetPort;
    readonly alerts: AlertsPort;
    readonly webhooks: ScoringDeps['webhooks'];
  },
) =>
  createScoringDomain({
    ...options,
    ...deps,
    cursors,
    randomBytes,
    sealer,
    jobsOfPods,
    publishEach: webhooks.publishEach,
    configuredAgents: Object.keys(options.config.identity.agentKeys),
    config: options.config.scoring,
    onEvents: (outcome, events) => {
      metrics.ingestRecords.inc({ kind: 'event', outcome }, events);
    },
  });
