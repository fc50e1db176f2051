import type { Route } from '../../../platform/http/route.ts';
import { addGpu } from './add-gpu.ts';
import { deleteGpu } from './delete-gpu.ts';
import { deleteNode } from './delete-node.ts';
import { deleteSensor } from './delete-sensor.ts';
import { getGpu } from './get-gpu.ts';
import { getNode } from './get-node.ts';
import { getSensor } from './get-sensor.ts';
import { getSensorConfiguration, type GetSensorConfigurationDeps } from './get-sensor-configuration.ts';
import { listGpus, listNodeGpus } from './list-gpus.ts';
import { listNodes } from './list-nodes.ts';
import { listSensors } from './list-sensors.ts';
import { putSensorConfiguration } from './put-sensor-configuration.ts';
import { registerNode } from './register-node.ts';
import { registerSensor, type RegisterSensorDeps } from './register-sensor.ts';
import { sensorHeartbeat } from './sensor-heartbeat.ts';
import type { ListDeps } from './shared.ts';
import { updateNode } from './update-node.ts';

export const fleetRoutes = (
  deps: ListDeps & RegisterSensorDeps & GetSensorConfigurationDeps,
): readonly Route[] => [
  registerNode(deps),
  listNodes(deps),
  getNode(),
  updateNode(),
  deleteNode(),
  addGpu(deps),
  listNodeGpus(deps),
  listGpus(deps),
  getGpu(),
  deleteGpu(),
  registerSensor(deps),
  listSensors(deps),
  getSensor(),
  deleteSensor(),
  sensorHeartbeat(),
  getSensorConfiguration(deps),
  putSensorConfiguration(),
];
