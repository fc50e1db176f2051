import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DiskName, GithubUsername, GpuTypeName, maxDurationHours } from '@gpushield/contracts';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { CliError } from '../cli-error.ts';
import type { Place } from '../credentials/location.ts';
import { devHome } from './home.ts';

const FilePath = Type.String({ minLength: 1, maxLength: 4096 });

/** What `gpu-dev config` keeps: what one would otherwise type each time. */
export const Settings = Type.Object(
  {
    api_url: Type.Optional(Type.String({ minLength: 1, maxLength: 2048, pattern: '^https?://' })),
    github_user: Type.Optional(GithubUsername),
    ssh_key: Type.Optional(FilePath),
    gpu_type: Type.Optional(GpuTypeName),
    hours: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: maxDurationHours })),
    disk: Type.Optional(DiskName),
    login: Type.Optional(Type.Enum(['password', 'aws', 'device'])),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    aws_profile: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    aws_region: Type.Optional(Type.String({ pattern: '^[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$' })),
    aws_audience: Type.Optional(
      Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9.:/_-]+$' }),
    ),
  },
  { additionalProperties: false },
);
export type Settings = Static<typeof Settings>;
export type SettingName = keyof Settings;

export const settingNotes: Readonly<Record<SettingName, string>> = {
  api_url: 'the server',
  github_user: 'whose keys at GitHub open new jobs',
  ssh_key: 'public key file that opens new jobs',
  gpu_type: 'type of reserve and submit when --gpu-type is not given',
  hours: 'duration when --hours is not given',
  disk: 'disk when --disk is not given',
  login: 'how `gpu-dev login` signs in: password, aws or device',
  username: 'who signs in',
  aws_profile: 'profile of ~/.aws that signs in',
  aws_region: 'region that logins are signed for',
  aws_audience: 'the installation that logins are signed for',
};

/** What can be kept under a name, where its note does not say. */
export const settingForms: Readonly<Partial<Record<SettingName, string>>> = {
  api_url: 'Give an http:// or https:// address',
  github_user: 'Give a name at GitHub',
  gpu_type: '`gpu-dev avail` lists the types',
  hours: `Give a number above 0, at most ${maxDurationHours}; fractions are fine`,
  disk: 'Give at most 50 of A-Z a-z 0-9 _ and -',
  login: 'Give password, aws or device',
  aws_region: 'Give a region like us-east-1',
};

export const settingNames = Object.keys(settingNotes) as readonly SettingName[];

export const settingsPath = (place: Place): string => join(devHome(place), 'config.json');

/** The settings; none where there is no file. Throws on a file that is not ours to understand. */
export const readSettings = async (place: Place): Promise<Settings> => {
  const path = settingsPath(place);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    value = undefined;
  }
  if (Check(Settings, value)) return value;
  throw new CliError({
    title: 'The configuration file is damaged',
    detail: path,
    remediation: 'Mend it, or remove it and run `gpu-dev setup`.',
  });
};

/** Replaces a file in one step; nobody else can read it. */
export const writePrivately = async (path: string, text: string, mode = 0o600): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { mode, flag: 'wx' });
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

export const writeSettings = (place: Place, settings: Settings): Promise<void> =>
  writePrivately(settingsPath(place), `${JSON.stringify(settings, null, 2)}\n`);
