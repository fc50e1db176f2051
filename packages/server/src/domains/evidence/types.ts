import type { DriftItem } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';

export type ItemKind = DriftItem['kind'];

/** One thing of an inventory that has a value to compare. Documents of the database hold it as it is. */
export interface Item {
  readonly kind: ItemKind;
  readonly name: string;
  /** SHA-256 of a file, or the text itself; null where it was never readable. */
  readonly value: string | null;
  /** The sensor looked at this place, and there was nothing. */
  readonly missing?: true;
  /** Not readable in the last report; `value` is the last one known. */
  readonly unreadable?: true;
  readonly path?: string;
  /** Letters of a module's own taint. */
  readonly taint?: string;
  readonly signer?: string;
}

/** A difference to the baseline, and the alert that spoke of it. */
export interface DriftEntry extends DriftItem {
  readonly alertId: string | null;
}

/** Rows of the fleet, as far as evidence reads them. */
export interface FleetNode {
  readonly id: string;
  readonly name: string;
  /** The principal that may use its `:own` scopes on it. */
  readonly registered_by: string;
}
export interface FleetSensor extends FleetNode {
  readonly node_id: string;
}
export interface FleetGpu {
  readonly id: string;
  readonly node_id: string;
}

/** What evidence asks of the fleet; ids are in lower case. */
export interface EvidenceFleet {
  findNode(db: Executor, id: string): Promise<FleetNode | undefined>;
  findSensor(db: Executor, id: string): Promise<FleetSensor | undefined>;
  findGpu(db: Executor, id: string): Promise<FleetGpu | undefined>;
}
