import { deviceNames, devices, type DeviceName } from './devices.ts';
import { createSimulatedGpu, type SimulatedGpu } from './gpu.ts';
import { switchAt } from './honest.ts';
import { createRandom } from './random.ts';
import { scenarios, type ScenarioName } from './scenarios.ts';

/** One scenario from the beginning, or honest work that turns into it at `fromS`. */
export interface Course {
  readonly device: DeviceName;
  readonly scenario: ScenarioName;
  readonly seed: number;
  /** What ran before, and until when, s. */
  readonly before?: { readonly scenario: ScenarioName; readonly untilS: number };
}

/** A GPU that follows a course. */
export const simulateCourse = ({ device, scenario, seed, before }: Course): SimulatedGpu => {
  const random = createRandom(seed * 2 + 1);
  const course = scenarios[scenario].make(random);
  return createSimulatedGpu({
    device: devices[device],
    seed,
    scenario:
      before === undefined
        ? course
        : switchAt(before.untilS, scenarios[before.scenario].make(random), course),
  });
};

export interface FleetGpu {
  readonly node: number;
  readonly gpu: number;
  readonly course: Course;
}

const everyday: readonly ScenarioName[] = [
  'training',
  'training',
  'inference',
  'inference',
  'idle',
  'rendering',
];

/**
 * A fleet: one vendor's model a node, everyday work on it, and on some GPUs something else: spread over the fleet, from
 * `fromS` on. Equal seeds give equal fleets.
 */
export const simulateFleet = (options: {
  readonly nodes: number;
  readonly gpusPerNode: number;
  readonly seed: number;
  /** One entry for each GPU that has it. */
  readonly incidents: readonly ScenarioName[];
  readonly fromS: number;
}): readonly FleetGpu[] => {
  const { nodes, gpusPerNode, seed, incidents, fromS } = options;
  const random = createRandom(seed);
  const total = nodes * gpusPerNode;
  const placed = new Map(
    incidents
      .slice(0, total)
      .map((name, index) => [Math.floor(((index + 0.5) * total) / incidents.length), name]),
  );
  return Array.from({ length: total }, (_, index): FleetGpu => {
    const node = Math.floor(index / gpusPerNode);
    const usual = everyday[Math.floor(random.unit() * everyday.length)] ?? 'idle';
    const incident = placed.get(index);
    const device = incident === 'dying-fan' ? 'rtx4090' : (deviceNames[node % deviceNames.length] ?? 'h100');
    const own = seed * 100_003 + index;
    return {
      node,
      gpu: index % gpusPerNode,
      course:
        incident === undefined
          ? { device, scenario: usual, seed: own }
          : { device, scenario: incident, seed: own, before: { scenario: usual, untilS: fromS } },
    };
  });
};
