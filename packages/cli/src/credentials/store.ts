import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { nullable } from '@gpushield/contracts';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { CliError } from '../cli-error.ts';

/** What signing in with a password keeps. `expires` is when the access token ends, RFC 3339. */
const SessionCredentials = Type.Object({
  url: Type.String({ minLength: 1 }),
  access_token: Type.String({ minLength: 1 }),
  refresh_token: Type.String({ minLength: 1 }),
  expires: Type.String({ minLength: 1 }),
});
export type SessionCredentials = Static<typeof SessionCredentials>;
/** A key in place of a session: given by a person, or got for an AWS identity, which can be asked again. */
const KeyCredentials = Type.Object({
  url: Type.String({ minLength: 1 }),
  api_key: Type.String({ minLength: 1 }),
  expires: nullable(Type.String({ minLength: 1 })),
  source: Type.Enum(['aws', 'given']),
  /** What the AWS login was made with. */
  aws: Type.Optional(
    Type.Object({
      profile: Type.Optional(Type.String()),
      region: Type.String(),
      audience: Type.String(),
    }),
  ),
});
export type KeyCredentials = Static<typeof KeyCredentials>;
const Credentials = Type.Union([SessionCredentials, KeyCredentials]);
export type Credentials = Static<typeof Credentials>;

export const isKey = (credentials: Credentials): credentials is KeyCredentials => 'api_key' in credentials;

export interface CredentialsStore {
  readonly path: string;
  /** Undefined when nobody is signed in. Throws a CliError on a file that is not ours to understand. */
  read(): Promise<Credentials | undefined>;
  /** Replaces the file in one step: a reader sees the old content or the new. Mode 0600, folder 0700. */
  write(credentials: Credentials): Promise<void>;
  remove(): Promise<void>;
  /** Whether somebody else could read the file. */
  isExposed(): Promise<boolean>;
}

const ownerOnly = 0o600;
const othersMask = 0o077;

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const parse = (text: string, path: string, toolName: string): Credentials => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (Check(Credentials, value)) return value;
  throw new CliError({
    title: 'The credentials file is damaged',
    detail: path,
    remediation: `Remove it with \`${toolName} logout\`, then sign in with \`${toolName} login\`.`,
  });
};

export const createCredentialsStore = (options: {
  readonly path: string;
  readonly newId: () => string;
  readonly toolName?: string;
}): CredentialsStore => {
  const { path, toolName = 'gpushield' } = options;
  const writeBeside = async (temporary: string, credentials: Credentials): Promise<void> => {
    const file = await open(temporary, 'wx', ownerOnly);
    try {
      await file.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // The umask can only have taken rights away; this says what the mode is, whatever it was.
    await chmod(temporary, ownerOnly);
  };

  return {
    path,
    read: async () => {
      try {
        return parse(await readFile(path, 'utf8'), path, toolName);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: async (credentials) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${options.newId()}.tmp`;
      try {
        await writeBeside(temporary, credentials);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    remove: () => rm(path, { force: true }),
    isExposed: async () => {
      try {
        return ((await stat(path)).mode & othersMask) !== 0;
      } catch {
        return false;
      }
    },
  };
};
