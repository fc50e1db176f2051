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

const open = (syscall: string, pointer: string, flags: string): Probe => ({
  syscall,
  at: 'enter',
  setup: `${firstWord(pointer)} $x = *(uint32*)uptr((uint64)${pointer} + 7); $fl = (uint64)${flags}; ${findHidden.replace('PATH', pointer)}`,
  when: opened,
  numbers: [['flags', '$fl']],
  text: ['path', `str(${pointer})`],
  perSecond: 30,
});

const places = `${guarded} || ${begins('/home/')}`;
const named = (syscall: string, pointer: string): Probe => ({
  syscall,
  at: 'enter',
  setup: firstWord(pointer),
  when: places,
  numbers: [],
  text: ['path', `str(${pointer})`],
  perSecond: 20,
});

const mode = (syscall: string): Probe => ({
  syscall,
  at: 'enter',
  when: '(args->mode & 0xc49) != 0',
  numbers: [['mode', 'args->mode']],
  text: ['path', 'str(args->filename)'],
  perSecond: 10,
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

const node = (syscall: string): Probe => ({
  syscall,
  at: 'enter',
  // Devices of blocks and characters.
  when: '(args->mode & 0xf000) == 0x6000 || (args->mode & 0xf000) == 0x2000',
  numbers: [
    ['mode', 'args->mode'],
    ['device_number', 'args->dev'],
  ],
  text: ['path', 'str(args->filename)'],
  perSecond: 10,
});

/** Files whose reading or changing tells something. */
export const fileProbes: readonly Probe[] = [
  open('open', 'args->filename', 'args->flags'),
  open('openat', 'args->filename', 'args->flags'),
  open('openat2', 'args->filename', '*(uint64*)uptr((uint64)args->how)'),
  open('creat', 'args->pathname', '0x241'),
  named('rename', 'args->newname'),
  named('renameat', 'args->newname'),
  named('renameat2', 'args->newname'),
  named('symlink', 'args->newname'),
  named('symlinkat', 'args->newname'),
  named('unlink', 'args->pathname'),
  named('unlinkat', 'args->pathname'),
  named('truncate', 'args->path'),
  named('utimensat', 'args->filename'),
  named('utimes', 'args->filename'),
  mode('chmod'),
  mode('fchmodat'),
  mode('fchmodat2'),
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
  node('mknodat'),
];
