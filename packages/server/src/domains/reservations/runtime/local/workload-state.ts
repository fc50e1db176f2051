import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadState } from '../port.ts';
import { readState, readUntrusted } from './job-state.ts';
import type { JobPlace } from './layout.ts';
import { tailOf } from './tail.ts';

/** Of bubblewrap's complaint that is told on. */
const complaintBytes = 400;

/** How a job stands, by what is in its directory and in /proc. */
export const stateOf = async (place: JobPlace): Promise<WorkloadState> => {
  if (!existsSync(place.dir)) return { kind: 'absent' };
  const state = readState(place);
  if (existsSync(join(place.dir, 'stopping')) && state.kind !== 'ended') return { kind: 'ending' };
  if (state.kind === 'none') return { kind: 'starting', progress: 'Being prepared' };
  if (state.kind === 'starting') return { kind: 'starting', progress: 'The sandbox is being made' };
  if (state.kind === 'running')
    return state.ready ? { kind: 'running' } : { kind: 'starting', progress: 'The sandbox starts' };
  if (readUntrusted(join(place.run, 'ready')) !== undefined) {
    return state.exitCode === null
      ? { kind: 'failed', reason: 'It was ended from outside: killed, or the host restarted', requeue: false }
      : { kind: 'ended', exitCode: state.exitCode };
  }
  const said = (await tailOf(place.log, complaintBytes)).trim();
  return {
    kind: 'failed',
    reason: `The sandbox could not be started: ${said === '' ? 'it said nothing' : said}`,
    requeue: false,
  };
};
