import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canEnter, chooseAccount } from './account.ts';
import type { Account } from './account.ts';
import type { DatabaseLog } from '../log.ts';

/** Where the parts of one embedded server lie. */
export interface Placement {
  readonly account: Account | undefined;
  /** Ours: password, log, marks. Not writable for PostgreSQL's account. */
  readonly base: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  /** Holds the Unix socket; undefined where there are none. */
  readonly socketDirectory: string | undefined;
}

// A Unix socket's path has at most 107 bytes on Linux and 103 on macOS, `/.s.PGSQL.5432` included.
const maxSocketDirectoryBytes = 103 - '/.s.PGSQL.5432'.length;

/** What root uses when PostgreSQL's account cannot enter the data directory. */
export const systemRoot = '/var/lib/gpushield';

const ownerOf = (path: string): number | undefined => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true ? stat.uid : undefined;
};

const makeOurs = (path: string, account: Account | undefined): void => {
  // Others may pass through, not look: PostgreSQL's account must reach its own directories inside.
  mkdirSync(path, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  chmodSync(path, account === undefined ? 0o700 : 0o711);
};

/** Makes a directory that belongs to PostgreSQL alone; refuses one that somebody else put there. */
export const makePrivate = (path: string, account: Account | undefined): void => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stat = lstatSync(path);
  const uid = account?.uid ?? process.getuid?.();
  if (!stat.isDirectory()) throw new Error(`${path} is not a directory`);
  if (account !== undefined && stat.uid === 0) chownSync(path, account.uid, account.gid);
  else if (uid !== undefined && stat.uid !== uid)
    throw new Error(`${path} belongs to another user (uid ${stat.uid})`);
  if (process.platform !== 'win32') chmodSync(path, 0o700);
};

const placeSocket = (base: string, key: string, account: Account | undefined): string | undefined => {
  if (process.platform === 'win32') return undefined;
  const inside = join(base, 'run');
  const directory =
    Buffer.byteLength(inside) <= maxSocketDirectoryBytes ? inside : join(tmpdir(), `gpushield-${key}`);
  makePrivate(directory, account);
  return directory;
};

/** Makes the data directory when missing; one that exists keeps its permissions. */
export const makeDataDir = (dataDir: string): void => {
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
};

type Home = 'home' | 'away';

/** Pure: an existing cluster stays where it is; a new one goes home if PostgreSQL's account can enter there. */
export const chooseHome = (facts: {
  reachable: boolean;
  atHome: boolean;
  isAway: boolean;
}): Home | 'stuck' => {
  if (facts.isAway) return 'away';
  if (facts.reachable) return 'home';
  return facts.atHome ? 'stuck' : 'away';
};

const pointerName = 'LOCATION';

// A data directory that was moved still finds its cluster by the pointer; only places of our own are believed. Without
// one the directory is new: a cluster that is there already belonged to a directory of this name that was deleted, with
// the secrets that its rows were sealed and signed with.
const awayDirectory = (home: string, key: string): string => {
  const pointer = join(home, pointerName);
  const known = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : '';
  if (dirname(known) === join(systemRoot, 'embedded')) return known;
  let place = join(systemRoot, 'embedded', key);
  for (let n = 2; existsSync(place); n += 1) place = join(systemRoot, 'embedded', `${key}-${String(n)}`);
  return place;
};

const explainAway = (home: string, away: string, account: Account | undefined, log: DatabaseLog): void => {
  makeOurs(away, account);
  if (!canEnter(away, account))
    throw new Error(`${account?.name} cannot enter ${away}; make its parents passable`);
  writeFileSync(join(home, pointerName), `${away}\n`, { mode: 0o600 });
  log.info(
    { dataDir: dirname(home), location: away, account: account?.name },
    'the database lies outside of the data directory: PostgreSQL refuses to run as root and its account cannot enter there',
  );
};

/** Decides where everything lies and makes the directories inside of `dataDir`, which exists. */
export const place = (dataDir: string, log: DatabaseLog): Placement => {
  const real = realpathSync(dataDir);
  const key = createHash('sha256').update(real).digest('hex').slice(0, 12);
  const home = join(real, 'postgres');
  const away = awayDirectory(home, key);
  const [homeOwner, awayOwner] = [home, away].map((base) => ownerOf(join(base, 'cluster')));
  const account = chooseAccount(awayOwner ?? homeOwner);
  makeOurs(home, account);
  const reachable = canEnter(home, account);
  const choice = chooseHome({ reachable, atHome: homeOwner !== undefined, isAway: awayOwner !== undefined });
  if (choice === 'stuck') {
    throw new Error(
      `The account ${account?.name}, which runs PostgreSQL, cannot enter ${home}. Give it passage (chmod o+x) through ` +
        'every directory above, as it had when the database was made.',
    );
  }
  if (choice === 'away') explainAway(home, away, account, log);
  const base = choice === 'away' ? away : home;
  return { account, base, cluster: join(base, 'cluster'), socketDirectory: placeSocket(base, key, account) };
};
