import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../../../../platform/clock.ts';
import { findProgram } from './host.ts';
import { supervisorScript } from './inside/init-script.ts';
import { readState } from './job-state.ts';
import type { Layout } from './layout.ts';
import { sandboxCommand } from './prepare.ts';

const readyPollMs = 40;
const readyPatienceMs = 30_000;

export interface LaunchDeps {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: Logger;
  readonly isRoot: boolean;
  readonly changed: (jobId: string) => void;
}

const announceReady = ({ layout, clock, changed }: LaunchDeps, jobId: string): void => {
  const giveUpMs = clock.monotonicMs() + readyPatienceMs;
  const look = (): void => {
    const state = readState(layout.job(jobId));
    if (state.kind === 'ended' || (state.kind === 'running' && state.ready)) changed(jobId);
    else if (clock.monotonicMs() < giveUpMs) setTimeout(look, readyPollMs).unref();
  };
  setTimeout(look, readyPollMs).unref();
};

/** Starts the supervisor of a job that is prepared; it and the job outlive this process. */
export const launchJob = (deps: LaunchDeps, jobId: string): void => {
  const { layout, log, isRoot, changed } = deps;
  const place = layout.job(jobId);
  const output = openSync(place.log, 'a', 0o600);
  const bwrap = findProgram('bwrap') ?? 'bwrap';
  const child = spawn(
    '/bin/sh',
    ['-c', supervisorScript, 'gpushield-job', place.dir, ...sandboxCommand(bwrap, isRoot)],
    {
      detached: true,
      stdio: ['ignore', output, output],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      cwd: '/',
    },
  );
  closeSync(output);
  child.on('error', (err) =>
    log.warn({ err, job_id: jobId }, 'the supervisor of a job could not be started'),
  );
  child.on('exit', () => changed(jobId));
  child.unref();
  announceReady(deps, jobId);
};
