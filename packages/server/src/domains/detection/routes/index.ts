import type { Route } from '../../../platform/http/route.ts';
import { listDetectorsRoute, listFindingsRoute } from './findings.ts';
import { gpuDetectionRoute } from './gpu-detection.ts';
import { createMaintenanceRoute, endMaintenanceRoute, listMaintenanceRoute } from './maintenance.ts';
import type { DetectionRouteDeps } from './shared.ts';
import { deleteSwitchRoute, listSwitchesRoute, putSwitchRoute } from './switches.ts';

export const detectionRoutes = (deps: DetectionRouteDeps): readonly Route[] => [
  listDetectorsRoute(deps),
  listFindingsRoute(deps),
  gpuDetectionRoute(deps),
  listSwitchesRoute(deps),
  putSwitchRoute(deps),
  deleteSwitchRoute(),
  listMaintenanceRoute(deps),
  createMaintenanceRoute(deps),
  endMaintenanceRoute(deps),
];
