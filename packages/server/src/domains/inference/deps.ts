import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Limiter } from '../../platform/limits/index.ts';
import type { LedgerPort } from '../usage/index.ts';
import type { Directory } from './catalogue/directory.ts';
import type { Firewall } from './firewall-port.ts';
import type { LimitPolicies } from './limits/policies.ts';
import type { UpstreamRouter } from './upstream/router.ts';

/** What a call needs on its way. */
export interface GatewayDeps {
  readonly directory: Directory;
  readonly router: UpstreamRouter;
  readonly firewall: Firewall;
  readonly limiter: Limiter;
  readonly policies: LimitPolicies;
  readonly ledger: LedgerPort;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** From the first byte of a request to the last of its answer, the wait in the queue included. */
  readonly deadlineMs: number;
  /** Bytes of text that a call may bring before a model. */
  readonly maxPromptBytes: number;
}
