/** Seeded models of GPUs and of what runs on them. No I/O. */
export { deviceNames, devices, type Device, type DeviceName } from './devices.ts';
export { simulateCourse, simulateFleet, type Course, type FleetGpu } from './fleet.ts';
export type { Sample, SimulatedGpu } from './gpu.ts';
export {
  isScenarioName,
  scenarioNames,
  scenarios,
  type ScenarioInfo,
  type ScenarioName,
} from './scenarios.ts';
