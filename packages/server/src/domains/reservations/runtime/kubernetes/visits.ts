import { RuntimeRefusal, type Runtime, type WorkloadActivity, type WorkloadRef } from '../port.ts';
import { isStatus, type KubeApi } from './api.ts';
import type { Connection } from './connection.ts';
import { describeJob } from './describe-job.ts';
import { openShell, runInside, type Target } from './exec.ts';
import {
  activityCommand,
  containerName,
  endLoginsCommand,
  noteCommand,
  shellCommand,
} from './inside/scripts.ts';
import { names, selectorOf } from './names.ts';
import { pathsIn } from './paths.ts';
import { objectIn, textIn, type Json } from './read.ts';
import type { KubernetesSettings } from './settings.ts';

export interface VisitDeps {
  readonly api: KubeApi;
  readonly connection: Connection;
  readonly settings: KubernetesSettings;
}

const maxLogLines = 50_000;
const maxNoteCharacters = 1_500;
const commandMs = 15_000;

const nobodyKnows: WorkloadActivity = {
  sshSessions: null,
  terminalSessions: null,
  jupyterKernelsBusy: null,
  cpuSeconds: null,
  gpuUtilization: null,
};

/** What the script of activity printed; what is missing in it is not known. */
export const readActivity = (text: string): WorkloadActivity => {
  const values = new Map(
    text.split('\n').flatMap((line) => {
      const found = /^(ssh|terminals|jupyter|cpu|gpu) (\d{1,18})$/.exec(line.trim());
      return found === null ? [] : [[found[1], Number(found[2])] as const];
    }),
  );
  const cpu = values.get('cpu');
  return {
    sshSessions: values.get('ssh') ?? null,
    terminalSessions: values.get('terminals') ?? null,
    jupyterKernelsBusy: values.get('jupyter') ?? null,
    cpuSeconds: cpu === undefined ? null : cpu / 1_000_000,
    gpuUtilization: values.get('gpu') ?? null,
  };
};

/** The sum over ranks; what one rank cannot tell, the job cannot. */
const together = (all: readonly WorkloadActivity[]): WorkloadActivity => {
  const sum = (key: keyof WorkloadActivity): number | null =>
    all.length === 0 || all.some((one) => one[key] === null)
      ? null
      : all.reduce((total, one) => total + (one[key] ?? 0), 0);
  return {
    sshSessions: sum('sshSessions'),
    terminalSessions: sum('terminalSessions'),
    jupyterKernelsBusy: sum('jupyterKernelsBusy'),
    cpuSeconds: sum('cpuSeconds'),
    gpuUtilization: sum('gpuUtilization'),
  };
};

/** What is done with a job while it runs, and its log after its end. */
export const createVisits = (
  deps: VisitDeps,
): Pick<Runtime, 'logs' | 'terminal' | 'notify' | 'activity' | 'describe'> & {
  /** Ends the logins by SSH that the job has. */
  endLogins(ref: WorkloadRef): Promise<void>;
} => {
  const { api, connection, settings } = deps;
  const { namespace } = settings;
  const paths = pathsIn(namespace);
  const target = (jobId: string, rank: number): Target => ({ namespace, pod: names.member(jobId, rank) });

  const podsOf = async (jobId: string): Promise<readonly Json[]> =>
    (await api.list(paths.pods, { labelSelector: selectorOf(jobId) })).items;
  /** By their own names, as ranks may be missing; nothing can be asked of, or be at work in, one that is over. */
  const targetsOf = async (jobId: string): Promise<readonly Target[]> =>
    (await podsOf(jobId))
      .filter((pod) => !['Succeeded', 'Failed'].includes(textIn(objectIn(pod, 'status'), 'phase')))
      .map((pod) => ({ namespace, pod: textIn(objectIn(pod, 'metadata'), 'name') }));

  return {
    logs: async ({ jobId }, { rank, tailBytes }) => {
      const path = `${paths.pods}/${names.member(jobId, rank)}/log`;
      try {
        return await api.tail(path, { container: containerName, tailLines: maxLogLines }, tailBytes);
      } catch (error) {
        // Not there, or not begun: nothing was written.
        if (isStatus(error, 404, 400)) return '';
        throw error;
      }
    },
    terminal: ({ jobId }, { rank, size, signal }) =>
      openShell(connection, target(jobId, rank), shellCommand, { size, signal }),
    notify: async ({ jobId }, { message, fileName, clearPrefix }) => {
      const command = noteCommand(message.slice(0, maxNoteCharacters), fileName, clearPrefix);
      const told = (await targetsOf(jobId)).map((one) =>
        runInside(connection, one, command, { maxBytes: 0, deadlineMs: commandMs }),
      );
      if (told.length === 0) throw new RuntimeRefusal('The job does not run');
      await Promise.all(told);
    },
    activity: async ({ jobId }) => {
      const asked = (await targetsOf(jobId)).map(async (one) => {
        const options = { maxBytes: 4_096, deadlineMs: commandMs };
        const answer = await runInside(connection, one, activityCommand, options).catch(() => undefined);
        return answer === undefined ? nobodyKnows : readActivity(answer.output);
      });
      return together(await Promise.all(asked));
    },
    endLogins: async ({ jobId }) => {
      const options = { maxBytes: 0, deadlineMs: commandMs };
      await Promise.all(
        (await targetsOf(jobId)).map((one) => runInside(connection, one, endLoginsCommand, options)),
      );
    },
    describe: ({ jobId }) => describeJob(api, namespace, jobId),
  };
};
