import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The numbers that PostgreSQL's processes run under. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

// A dedicated account first; `nobody` exists everywhere. PostgreSQL needs one that the system can look up.
const preferredNames = ['postgres', '_postgres', 'nobody'];

export const parseAccounts = (passwd: string): Account[] =>
  passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    const account = { name: name ?? '', uid: Number(uid), gid: Number(gid) };
    return account.name !== '' && uid !== undefined && account.uid > 0 && Number.isInteger(account.gid)
      ? [account]
      : [];
  });

/**
 * The account for PostgreSQL when this process is root, which PostgreSQL refuses to be; undefined for everyone
 * else. An existing cluster keeps its owner.
 */
export const chooseAccount = (clusterOwner?: number): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = parseAccounts(readFileSync('/etc/passwd', 'utf8'));
  const owner = accounts.find((each) => each.uid === clusterOwner);
  const preferred = preferredNames.flatMap((name) => accounts.find((each) => each.name === name) ?? []);
  const chosen = owner ?? preferred[0];
  if (chosen === undefined) {
    throw new Error(
      'PostgreSQL cannot run as root, and this system has no account "postgres" or "nobody" to run it as',
    );
  }
  return chosen;
};

const permits = (path: string, account: Account, need: number): boolean => {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & need) === need;
};

const execute = 0o1;

/** Whether `account` may enter `path`, which exists, and every directory above it. Without one: always. */
export const canEnter = (path: string, account: Account | undefined): boolean => {
  if (account === undefined) return true;
  for (let at = resolve(path); ; at = dirname(at)) {
    if (!permits(at, account, execute)) return false;
    if (at === dirname(at)) return true;
  }
};

const readAndExecute = 0o5;

/** Whether `account` may read and run the file. */
export const canRead = (path: string, account: Account | undefined): boolean =>
  account === undefined || permits(path, account, readAndExecute);
