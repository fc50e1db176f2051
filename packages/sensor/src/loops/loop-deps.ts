import type { Api } from '../api.ts';
import type { Clock } from '../clock.ts';
import type { GpuSource } from '../gpu/source.ts';
import type { Health } from '../health.ts';
import type { Identity, Session } from '../identity.ts';
import type { SensorLogger } from '../logger.ts';
import type { Spool } from '../spool/spool.ts';
import type { Wake } from '../wake.ts';

/** What the loops of one sensor share. */
export interface LoopDeps {
  readonly api: Api;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: SensorLogger;
  readonly session: Session;
  readonly saveIdentity: (identity: Identity) => Promise<void>;
  readonly spool: Spool;
  readonly health: Health;
  readonly sources: readonly GpuSource[];
  /** What cannot be seen, by part of the sensor; listed in the inventory. */
  readonly blind: Map<string, readonly string[]>;
  readonly wakes: {
    readonly registration: Wake;
    readonly sender: Wake;
    readonly syscallSender: Wake;
    readonly heartbeat: Wake;
    readonly configuration: Wake;
    readonly telemetry: Wake;
    readonly inventory: Wake;
  };
  readonly node: { readonly name: string; readonly clusterId: string };
  readonly version: string;
  readonly url: string;
}
