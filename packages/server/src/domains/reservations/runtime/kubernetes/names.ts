import { uuidPattern } from '@gpushield/contracts';
import { objectIn, textsIn, type Json } from './read.ts';

/*
 * Names of what a job has in the cluster. They follow from ids alone, so that whoever makes a thing twice is told that
 * it is there already, and whoever looks for it needs no notes.
 */

/** What a node may be called: a DNS subdomain. */
const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export const jobLabel = 'gpushield.io/job';
export const rankLabel = 'gpushield.io/rank';
/** On pods that are no job's: which job or snapshot they are for. */
export const errandLabel = 'gpushield.io/errand';
export const managedLabel = 'app.kubernetes.io/managed-by';
export const managedBy = 'gpushield';
/** The node that a pod was made for: one of a placement that is given up is not taken for the new one. */
export const nodeAnnotation = 'gpushield.io/node';
export const worldAnnotation = 'gpushield.io/world-size';

export const isId = (text: string): boolean => uuidPattern.test(text);
export const isNodeName = (text: string): boolean => subdomain.test(text);

const checked = (id: string): string => {
  if (!isId(id)) throw new Error('An id of a job or a disk is no UUID');
  return id;
};

export const names = {
  /** Of the secret, the network policy and the headless service. */
  job: (jobId: string): string => `gs-${checked(jobId)}`,
  environment: (jobId: string): string => `gs-${checked(jobId)}-env`,
  /** Of a rank's pod and of its service. */
  member: (jobId: string, rank: number): string => `gs-${checked(jobId)}-${Math.trunc(rank)}`,
  /** Of the pod that builds the job's image. */
  build: (jobId: string): string => `gs-${checked(jobId)}-build`,
  /** Of the pod that lists what is on a disk. */
  look: (snapshotId: string): string => `gs-look-${checked(snapshotId)}`,
  disk: (diskId: string): string => `gs-disk-${checked(diskId)}`,
  snapshot: (snapshotId: string): string => `gs-snap-${checked(snapshotId)}`,
};

export const labelsOf = (jobId: string, rank?: number): Record<string, string> => ({
  [managedLabel]: managedBy,
  [jobLabel]: checked(jobId),
  ...(rank === undefined ? {} : { [rankLabel]: String(rank) }),
});

export const selectorOf = (jobId: string): string => `${jobLabel}=${checked(jobId)}`;
export const ourSelector = `${managedLabel}=${managedBy},${jobLabel}`;

/** Whose an object is: empty for one that is no job's. */
export const jobIdOf = (object: Json): string =>
  textsIn(objectIn(object, 'metadata'), 'labels').get(jobLabel) ?? '';
