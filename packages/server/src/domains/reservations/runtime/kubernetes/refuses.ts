import { RuntimeRefusal, type Runtime } from '../port.ts';
import { imageOf, runtimeClassOf } from './pod-spec.ts';
import type { KubernetesSettings } from './settings.ts';

/** What this cluster can never run, in words that tell the way out. */
export const refusesIn =
  (settings: KubernetesSettings): Runtime['refuses'] =>
  ({ image, dockerfile, profile, requireKata, type, disk }) => {
    if (dockerfile !== null && settings.builder === undefined)
      return 'A Dockerfile needs a builder in the cluster, and none is offered: push an image, and name it with image';
    if (profile === 'profiling' && settings.profilingNamespace === undefined)
      return 'The profiling profile is not offered in this cluster';
    if (profile === 'profiling' && disk)
      return 'A job of the profiling profile has no disk: disks are where restricted jobs are. Leave disk_name out (--disk none)';
    try {
      imageOf({ image, dockerfile, jobId: '' }, settings);
      runtimeClassOf({ requireKata, type }, settings);
      return null;
    } catch (error) {
      if (error instanceof RuntimeRefusal) return error.message;
      throw error;
    }
  };
