import { join } from 'node:path';
import { RuntimeRefusal, type Runtime } from '../port.ts';
import { readGpus, type GpuPlaces } from './host.ts';
import { gpuUtilizationOf } from './gpu-activity.ts';
import { connectionsTo, cpuSecondsOf, readState, readUntrusted, terminalsIn } from './job-state.ts';
import type { Layout } from './layout.ts';
import { giveOrder } from './orders.ts';
import { readSettings } from './prepare.ts';
import { openTerminal } from './terminal.ts';

const maxNoteBytes = 1_500;
/** Why something failed is in the last lines. */
const ofLogs = { maxBytes: 2_000, from: 'end' } as const;

/** What is done with a job while it runs: terminals, messages, looks at its life. */
export const createVisits = (
  layout: Layout,
  gpuPlaces: GpuPlaces,
): Pick<Runtime, 'terminal' | 'notify' | 'activity' | 'describe'> => {
  const runningPid = (jobId: string): number => {
    const state = readState(layout.job(jobId));
    if (state.kind !== 'running') throw new RuntimeRefusal('The job does not run');
    return state.firstPid;
  };

  /** As nvidia-smi knows them: its numbers are not those of the devices. */
  const namesOf = (minors: readonly string[]): readonly string[] => {
    const uuids = new Map(readGpus(gpuPlaces).map(({ minor, uuid }) => [minor, uuid]));
    return minors.map((minor) => {
      const uuid = uuids.get(minor);
      return uuid === undefined || uuid === '' ? minor : uuid;
    });
  };

  return {
    terminal: async ({ jobId }, { rank, size, signal }) => {
      if (rank !== 0) throw new RuntimeRefusal('The job has one node: its rank is 0');
      runningPid(jobId);
      return openTerminal(layout.job(jobId), size, signal);
    },
    notify: async ({ jobId }, { message, fileName, clearPrefix }) => {
      runningPid(jobId);
      const place = layout.job(jobId);
      if (clearPrefix !== null) await giveOrder(place, ['clear', clearPrefix]);
      const text = Buffer.from(message, 'utf8').subarray(0, maxNoteBytes).toString('base64');
      await giveOrder(place, ['note', fileName ?? '-', text]);
    },
    activity: async ({ jobId }) => {
      const firstPid = runningPid(jobId);
      const settings = await readSettings(layout.job(jobId));
      return {
        sshSessions:
          settings?.sshPort === null || settings === undefined ? 0 : connectionsTo(settings.sshPort),
        terminalSessions: terminalsIn(firstPid),
        // An open notebook is somebody at work; a kernel that computes is seen by its CPU and GPU.
        jupyterKernelsBusy: settings?.jupyterWanted === true ? connectionsTo(settings.jupyterPort) : 0,
        cpuSeconds: cpuSecondsOf(firstPid),
        gpuUtilization:
          settings === undefined || settings.gpuMinors.length === 0
            ? 0
            : await gpuUtilizationOf(namesOf(settings.gpuMinors)),
      };
    },
    describe: async ({ jobId }) => {
      const place = layout.job(jobId);
      const state = readState(place);
      return {
        state,
        ssh_log: readUntrusted(join(place.run, 'sshd.log'), ofLogs) ?? '',
        jupyter_log: readUntrusted(join(place.run, 'jupyter.log'), ofLogs) ?? '',
        processes_cpu_seconds: state.kind === 'running' ? cpuSecondsOf(state.firstPid) : null,
      };
    },
  };
};
