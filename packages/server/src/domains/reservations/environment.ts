import type { SubmitJob } from '@gpushield/contracts';

/** What old clients put into `env_vars`, taken out of it. */
export interface Smuggled {
  readonly gpuType: string | undefined;
  readonly gpuCount: number | undefined;
  readonly githubUser: string | undefined;
  readonly name: string | undefined;
  readonly jupyter: boolean | undefined;
  readonly preserveEntrypoint: boolean;
  /** What is left for the job itself. */
  readonly env: Readonly<Record<string, string>>;
  /** What has no meaning here, said in words. */
  readonly notes: readonly string[];
}

/** Theirs to read, ours to set: RESERVATION_ID is never trusted as identity, USER_ID is ignored. */
const ours = new Set([
  'GPU_TYPE',
  'GPU_COUNT',
  'RESERVATION_ID',
  'USER_ID',
  'GITHUB_USER',
  'POD_NAME',
  'JUPYTER_ENABLED',
  'RECREATE_ENV',
  'PRESERVE_ENTRYPOINT',
  'DOCKER_ENABLED',
]);

/** Text that says something. */
const said = (text: string | undefined): string | undefined => {
  const plain = text?.trim();
  return plain === '' ? undefined : plain;
};

const isTrue = (text: string | undefined): boolean =>
  text !== undefined && ['1', 'true', 'yes', 'on'].includes(text.trim().toLowerCase());

export const readEnvironment = (given: SubmitJob['env_vars']): Smuggled => {
  const all = Object.entries(given ?? {}).map(([name, value]) => [name, String(value)] as const);
  const of = new Map(all);
  const count = of.get('GPU_COUNT')?.trim();
  return {
    gpuType: said(of.get('GPU_TYPE')),
    gpuCount: count !== undefined && /^\d{1,4}$/.test(count) ? Number(count) : undefined,
    githubUser: said(of.get('GITHUB_USER')),
    name: said(of.get('POD_NAME')),
    jupyter: of.has('JUPYTER_ENABLED') ? isTrue(of.get('JUPYTER_ENABLED')) : undefined,
    preserveEntrypoint: isTrue(of.get('PRESERVE_ENTRYPOINT')),
    env: Object.fromEntries(all.filter(([name]) => !ours.has(name))),
    notes: isTrue(of.get('DOCKER_ENABLED')) ? ['Docker inside of jobs is not offered'] : [],
  };
};
