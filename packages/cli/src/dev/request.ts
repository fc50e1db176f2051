import { readFile } from 'node:fs/promises';
import { Availability, SshPublicKey, type SubmitJob } from '@gpushield/contracts';
import { Check } from 'typebox/value';
import { checked } from '../api/check.ts';
import type { Api } from '../api/client.ts';
import { usageError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { diskName } from './disk-name.ts';
import type { Settings } from './settings.ts';

/** What reserve and submit take. */
export interface RequestOptions {
  readonly gpus?: number;
  readonly gpuType?: string;
  readonly hours?: number;
  readonly name?: string;
  readonly jupyter?: boolean;
  readonly disk?: string;
  readonly diskSize?: number;
  readonly image?: string;
  readonly dockerfile?: string;
  readonly command?: string;
  readonly distributed?: boolean;
  readonly nodes?: number;
  readonly env?: readonly string[];
  readonly githubUser?: string;
  readonly sshKey?: readonly string[];
  readonly profile?: 'restricted' | 'profiling';
}

const maxDockerfileBytes = 65_536;

const readText = async (path: string, option: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw usageError(`${option} ${path} cannot be read (${why})`);
  }
};

/** `NAME=value`, or `NAME` alone for what it is here. */
const environmentOf = (ctx: CommandContext, given: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      const name = at < 0 ? text : text.slice(0, at);
      const value = at < 0 ? ctx.io.env[name] : text.slice(at + 1);
      if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name))
        throw usageError(`"${name}" is no name of a variable`, 'Give --env NAME=value.');
      if (value === undefined) throw usageError(`${name} is not set here`, 'Give --env NAME=value.');
      return [name, value];
    }),
  );

export const sshKeysOf = async (paths: readonly string[]): Promise<string[]> => {
  const keys: string[] = [];
  for (const path of paths) {
    const text = await readText(path, '--ssh-key');
    // A private key must not leave the machine, whatever file was named.
    if (text.includes('PRIVATE KEY'))
      throw usageError(`${path} is a private key`, 'Give the .pub file beside it.');
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    const found = lines.filter((line) => line !== '' && !line.startsWith('#'));
    if (found.length === 0 || !found.every((line) => Check(SshPublicKey, line)))
      throw usageError(`${path} holds no public key in OpenSSH's form`, 'Give a .pub file.');
    keys.push(...found);
  }
  return keys;
};

/** How many nodes so many GPUs take, by the most that one node gives. */
const spread = async (
  api: Api,
  type: string,
  total: number,
): Promise<{ readonly gpus: number; readonly nodes: number }> => {
  const { availability } = checked(Availability, await api.get('/v1/gpu/availability'));
  const most = availability[type.toLowerCase()]?.max_per_node ?? 0;
  if (most < 1) throw usageError(`It is not known how many ${type} a node has`, 'Give --nodes.');
  const nodes = Math.ceil(total / most);
  if (total % nodes !== 0) {
    throw usageError(
      `${total} ${type} cannot be spread evenly over ${nodes} nodes`,
      `Give a multiple of ${nodes}, or --nodes with the GPUs of each.`,
    );
  }
  return { gpus: total / nodes, nodes };
};

const diskOf = (given: string | undefined): string | undefined =>
  given === undefined || given === 'none' ? undefined : diskName(given, '; none for no disk');

const sizeOf = async (
  api: () => Promise<Api>,
  options: RequestOptions,
  type: string,
): Promise<{ readonly gpus?: number | undefined; readonly nodes?: number | undefined }> => {
  const { gpus, nodes, distributed } = options;
  if (nodes !== undefined || distributed !== true) return { gpus, nodes };
  if (gpus === undefined)
    throw usageError('--distributed needs to know how many GPUs in all', 'Give --gpus.');
  return spread(await api(), type, gpus);
};

const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

/** The request that the options mean, with the settings where an option is missing. */
export const requestOf = async (
  ctx: CommandContext,
  options: RequestOptions,
  settings: Settings,
  dryRun = false,
): Promise<SubmitJob> => {
  const type = options.gpuType ?? settings.gpu_type;
  if (type === undefined) {
    throw usageError(
      'Of which type?',
      'Give --gpu-type (`gpu-dev avail` lists them), or keep one with `gpu-dev config set gpu_type TYPE`.',
    );
  }
  const disk = diskOf(options.disk ?? settings.disk);
  if (options.diskSize !== undefined && disk === undefined)
    throw usageError('--disk-size needs a disk', 'Give --disk NAME.');
  const { gpus, nodes } = await sizeOf(ctx.api, options, type);
  const dockerfile =
    options.dockerfile === undefined ? undefined : await readText(options.dockerfile, '--dockerfile');
  if (dockerfile !== undefined && Buffer.byteLength(dockerfile) > maxDockerfileBytes)
    throw usageError(`The Dockerfile has more than ${maxDockerfileBytes} bytes`);
  const env = environmentOf(ctx, options.env ?? []);
  const keys = await sshKeysOf(options.sshKey ?? (settings.ssh_key === undefined ? [] : [settings.ssh_key]));
  return withoutUndefined({
    instance_type: type,
    gpu_count: gpus,
    nodes,
    duration_hours: options.hours ?? settings.hours,
    name: options.name,
    jupyter_enabled: options.jupyter,
    disk_name: disk,
    disk_size_gb: options.diskSize,
    image: options.image,
    dockerfile,
    command: options.command,
    env_vars: Object.keys(env).length === 0 ? undefined : env,
    github_user: options.githubUser ?? settings.github_user,
    ssh_keys: keys.length === 0 ? undefined : keys,
    profile: options.profile,
    dry_run: dryRun ? true : undefined,
  }) as SubmitJob;
};
