import {
  isDevicePlace,
  isGuardedPlace,
  isNameOfDevice,
  isNameOfHidden,
  isPlaceOfHidden,
  isSecretPath,
  isTemporaryPlace,
} from './places.ts';
import { begins, firstWord, type Probe } from './probe.ts';

/** Written to, created or cut. */
const writes = '($fl & 0x243) != 0';
/** Places whose change matters wherever it comes from. */
const guarded = begins(
  '/etc/',
  '/proc/',
  '/sys/',
  '/usr/',
  '/bin/',
  '/sbin/',
  '/lib',
  '/var/log',
  '/var/spo',
  '/run/',
  '/root/.',
  '/boot/',
);
/** Keys and credentials in root's home, by the four characters behind `/root/.`. */
const keysOfRoot = ['ssh/', 'aws/', 'kube', 'dock', 'azur', 'git-', 'netr', 'pgpa', 'npmr', 'bash', 'zsh_']
  .map((text) => `$x == 0x${Buffer.from(text, 'latin1').reverse().toString('hex')}`)
  .join(' || ');
/** Secrets, and what reads the machine itself. */
const secret = `(${begins('/etc/sha', '/etc/gsh', '/etc/sec', '/etc/ssh', '/proc/kc', '/var/run', '/run/sec')} || (${begins('/root/.')} && (${keysOfRoot})))`;
const device = `(${begins('/dev/')} && !${begins('/dev/nul', '/dev/tty', '/dev/pts', '/dev/ptm', '/dev/shm', '/dev/ura', '/dev/ran', '/dev/zer', '/dev/ful', '/dev/fd/', '/dev/std')})`;
const temporary = begins('/tmp/', '/var/tmp', '/dev/shm');
/** Hidden things in somebody's home: keys, credentials, profiles, histories. */
const hidden = `(${begins('/home/')} && $hidden == 1)`;
const findHidden = `$hidden = 0;
  if (${begins('/home/')}) { $i = (uint64)7; while ($i < 32) { if (*(uint16*)uptr((uint64)PATH + $i) == 0x2e2f) { $hidden = 1; } $i++; } }`;

const opened = `(${writes} && ${guarded}) || ${secret} || ${device} || ${hidden} || (($fl & 0x40) != 0 && ${temporary})`;

/** Flags of an open that was told when it began; of one that was told as a file made in a temporary place. */
export const toldMark = '0x10000000000';
export const temporaryMark = '0x20000000000';
const relativeOpened = `((${writes} && (${isGuardedPlace} || ${isDevicePlace})) || ${isSecretPath}
      || (${isNameOfHidden} && ${isPlaceOfHidden}) || (${isNameOfDevice} && ${isDevicePlace})
      || (($fl & 0x40) != 0 && ${isTemporaryPlace}))`;

const open = (syscall: string, pointer: string, flags: string, directory?: string): Probe => ({
  syscall,
  at: 'enter',
  setup: `${firstWord(pointer)} $x = *(uint32*)uptr((uint64)${pointer} + 7); $fl = (uint64)${flags}; ${findHidden.replace('PATH', pointer)}`,
  when: opened,
  numbers: [['flags', '$fl']],
  text: ['path', `str(${pointer})`],
  perSecond: 30,
  repeats: { path: pointer },
  // What is not told may be a link to something that counts: once it is open, the kernel knows what it is.
  then: `if (($fl & 0x40) != 0 && (${temporary} || (($w & 0xff) != 0x2f && @place[tid] == 2))) { @flags[tid] = $fl | (uint64)${temporaryMark}; } else { @flags[tid] = (uint64)${toldMark}; }`,
  otherwise: `if (${writes}) { @flags[tid] = $fl; }`,
  relative: {
    ...{ pointer, ...(directory === undefined ? {} : { directory }) },
    setup: `$fl = (uint64)${flags};`,
    asks: `(${writes} || ${isSecretPath} || ${isNameOfHidden} || ${isNameOfDevice})`,
    where: relativeOpened,
    mark: `${isTemporaryPlace} ? 2 : 1`,
  },
});

/** `..` or a doubled slash in an absolute path: user space says where it leads. */
const findOdd = (pointer: string): string => `$odd = 0; $i = 0;
  if (($w & 0xff) == 0x2f) { while ($i < 64) {
    $c = *(uint32*)uptr((uint64)${pointer} + (uint64)$i);
    if (($c & 0xffffff) == 0x2e2e2f || ($c & 0xffff) == 0x2f2f) { $odd = 1; break; }
    if (($c & 0xff) == 0) { break; }
    $i++;
  } }`;
const places = `${guarded} || ${begins('/home/')}`;
const named = (syscall: string, pointer: string, directory?: string): Probe => ({
  syscall,
  at: 'enter',
  setup: `${firstWord(pointer)} ${findOdd(pointer)}`,
  when: `${places} || $odd == 1`,
  numbers: [],
  text: ['path', `str(${pointer})`],
  perSecond: 20,
  repeats: { path: pointer },
  relative: {
    ...{ pointer, ...(directory === undefined ? {} : { directory }) },
    where: isGuardedPlace,
  },
});

const isRunnable = '(args->mode & 0xc49) != 0';
const mode = (syscall: string, directory?: string): Probe => ({
  syscall,
  at: 'enter',
  when: isRunnable,
  numbers: [['mode', 'args->mode']],
  text: ['path', 'str(args->filename)'],
  perSecond: 10,
  relative: {
    ...{ pointer: 'args->filename', asks: isRunnable },
    ...(directory === undefined ? {} : { directory }),
  },
});

const attribute = (syscall: string): Probe => ({
  syscall,
  at: 'enter',
  setup: firstWord('args->name'),
  when: begins('security'),
  numbers: [],
  text: ['attribute', 'str(args->name)'],
  perSecond: 10,
});

/** Devices of blocks and characters. */
const isDevice = '((args->mode & 0xf000) == 0x6000 || (args->mode & 0xf000) == 0x2000)';
const node = (syscall: string, directory?: string): Probe => ({
  syscall,
  at: 'enter',
  when: isDevice,
  numbers: [
    ['mode', 'args->mode'],
    ['device_number', 'args->dev'],
  ],
  text: ['path', 'str(args->filename)'],
  perSecond: 10,
  relative: {
    ...{ pointer: 'args->filename', asks: isDevice },
    ...(directory === undefined ? {} : { directory }),
  },
});

/** Files whose reading or changing tells something. */
export const fileProbes: readonly Probe[] = [
  open('open', 'args->filename', 'args->flags'),
  open('openat', 'args->filename', 'args->flags', 'args->dfd'),
  open('openat2', 'args->filename', '*(uint64*)uptr((uint64)args->how)', 'args->dfd'),
  open('creat', 'args->pathname', '0x241'),
  named('rename', 'args->newname'),
  named('renameat', 'args->newname', 'args->newdfd'),
  named('renameat2', 'args->newname', 'args->newdfd'),
  named('symlink', 'args->newname'),
  named('symlinkat', 'args->newname', 'args->newdfd'),
  named('unlink', 'args->pathname'),
  named('unlinkat', 'args->pathname', 'args->dfd'),
  named('truncate', 'args->path'),
  named('utimensat', 'args->filename', 'args->dfd'),
  named('utimes', 'args->filename'),
  mode('chmod'),
  mode('fchmodat', 'args->dfd'),
  mode('fchmodat2', 'args->dfd'),
  {
    syscall: 'fchmod',
    at: 'enter',
    when: '(args->mode & 0xc00) != 0',
    numbers: [
      ['fd', 'args->fd'],
      ['mode', 'args->mode'],
    ],
    perSecond: 10,
  },
  attribute('setxattr'),
  attribute('lsetxattr'),
  attribute('fsetxattr'),
  node('mknod'),
  node('mknodat', 'args->dfd'),
];
