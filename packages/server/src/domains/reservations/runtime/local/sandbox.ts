import { join, relative } from 'node:path';
import type { JobPlace } from './layout.ts';

/** The user that jobs run as where the server is root; else they run as the server's own user. */
export const jobUid = 61_184;
export const homeInside = '/home/dev';

export interface SandboxFacts {
  readonly place: JobPlace;
  readonly home: string;
  readonly isRoot: boolean;
  /** Of /dev/nvidiaN. */
  readonly gpuMinors: readonly string[];
  /** Where they are on the host. */
  readonly devices: string;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of Node, and directories of the packages of the terminal. */
  readonly node: string;
  readonly helper: string;
  readonly packages: readonly { readonly name: string; readonly dir: string }[];
  readonly passwd: string;
  readonly group: string;
  readonly bin: string;
  /** What login shells read before all else. */
  readonly profile: string;
  readonly hostname: string;
  /** Top-level directories of the host: a link's target, or undefined for a real directory. */
  readonly topLevel: readonly { readonly name: string; readonly link: string | undefined }[];
  /** Directories of the server's own, with no links left in them: no job may see them. */
  readonly hidden: readonly string[];
}

/** Directories that the host's programs are in; the sandbox shows them under the same names. */
export const shownRoots = ['/usr', '/opt', '/bin', '/sbin', '/lib', '/lib64', '/lib32'];
/** Without one of these nothing starts. */
const needed = ['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib64', '/bin', '/sbin', '/lib', '/lib64'];

const isWithin = (path: string, directory: string): boolean => {
  const way = relative(directory, path);
  return way === '' || !(way === '..' || way.startsWith('../'));
};

/** What a job would see of these directories, by the names that it sees. `realOf`: the path without links. */
export const seenInside = (
  directories: readonly string[],
  realOf: (path: string) => string | undefined,
): readonly string[] => {
  const real = directories.flatMap((path) => realOf(path) ?? []);
  const seen = shownRoots.flatMap((root) => {
    const realRoot = realOf(root);
    // A link is not bound but made anew: what it leads to counts where it is.
    if (realRoot === undefined || (root !== '/opt' && realRoot !== root)) return [];
    return real.flatMap((path) => (isWithin(path, realRoot) ? [join(root, relative(realRoot, path))] : []));
  });
  return [...new Set(seen)];
};

/** Why no job may run while these directories are to be hidden; null where all can be. */
export const cannotHide = (seen: readonly string[]): string | null => {
  const found = seen.find((path) => needed.some((one) => isWithin(one, path)));
  return found === undefined
    ? null
    : `The server was started or keeps its data in ${found}, where programs of the host are: jobs would see its files. Start it in, and give it, a directory of its own`;
};

/** What of /etc programs need; nothing that holds a secret. */
const etc = [
  'ssl',
  'ca-certificates',
  'pki',
  'resolv.conf',
  'hosts',
  'nsswitch.conf',
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'timezone',
  'profile.d',
  'bash.bashrc',
  'inputrc',
  'terminfo',
  'services',
  'protocols',
  'gai.conf',
  'OpenCL',
  'vulkan',
  'cuda',
  'mime.types',
  'ssh/moduli',
  'python3',
  'fonts',
  'java',
];
const gpuDevices = ['nvidiactl', 'nvidia-uvm', 'nvidia-uvm-tools', 'nvidia-modeset'];

const words = (text: string): readonly string[] => text.split(' ');
/** A directory for all to pass: those that bubblewrap makes on the way would be root's alone. */
const passable = (path: string): readonly string[] => ['--perms', '0755', '--dir', path];
const shown = (from: string, to: string): readonly string[] => ['--ro-bind', from, to];

const isolation = ({ isRoot, hostname }: SandboxFacts): readonly string[] => [
  ...words(
    isRoot
      ? '--cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID --cap-add CAP_SETPCAP'
      : '--unshare-user',
  ),
  ...words('--unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --hostname'),
  hostname,
];

const systemFiles = ({
  topLevel,
  passwd,
  group,
  profile,
  gpuMinors,
  devices,
}: SandboxFacts): readonly string[] => {
  const names = [...gpuMinors.map((minor) => `nvidia${minor}`), ...(gpuMinors.length > 0 ? gpuDevices : [])];
  return [
    ...shown('/usr', '/usr'),
    ...topLevel.flatMap(({ name, link }) =>
      link === undefined ? ['--ro-bind-try', `/${name}`, `/${name}`] : ['--symlink', link, `/${name}`],
    ),
    ...words('--ro-bind-try /opt /opt'),
    ...['/etc', '/etc/ssh', '/var'].flatMap(passable),
    ...etc.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...shown(profile, '/etc/profile'),
    ...shown(passwd, '/etc/passwd'),
    ...shown(group, '/etc/group'),
    ...words('--proc /proc --dev /dev --ro-bind-try /sys /sys'),
    ...names.flatMap((name) => ['--dev-bind-try', join(devices, name), `/dev/${name}`]),
  ];
};

const ownFiles = ({ place, home, node, helper, bin, packages }: SandboxFacts): readonly string[] => [
  ...words('--perms 1777 --tmpfs /tmp --perms 1777 --tmpfs /var/tmp --perms 0755 --tmpfs /run'),
  ...passable('/home'),
  ...['--bind', home, homeInside],
  ...passable('/job'),
  ...shown(place.control, '/job/ctl'),
  ...['--bind', place.run, '/job/run'],
  ...passable('/job/lib'),
  ...shown(node, '/job/lib/node'),
  ...shown(helper, '/job/lib/terminal-helper.ts'),
  ...shown(bin, '/job/lib/bin'),
  ...words('--ro-bind-try /etc/profile /job/lib/profile'),
  ...passable('/job/lib/node_modules'),
  ...passable('/job/lib/node_modules/@lydell'),
  ...packages.flatMap(({ name, dir }) => shown(dir, `/job/lib/node_modules/${name}`)),
];

/**
 * Arguments of bubblewrap. Inside there are the host's programs (read-only), the job's home, a /tmp of its own, its own
 * processes alone, and the devices of its GPUs alone; the network is the host's.
 */
export const sandboxArguments = (facts: SandboxFacts): readonly string[] => [
  ...isolation(facts),
  ...systemFiles(facts),
  ...ownFiles(facts),
  // Last: nothing that comes after may show them again.
  ...facts.hidden.flatMap((path) => ['--perms', '0755', '--tmpfs', path]),
  '--clearenv',
  ...Object.entries(facts.env).flatMap(([name, value]) => ['--setenv', name, value]),
  // Without its capabilities root may not enter the job's home; the first script does, as the job's user.
  ...words('--chdir /'),
];

/** What bubblewrap starts. Where the server is root, the first thing that happens inside is to be root no more. */
export const insideCommand = (isRoot: boolean): readonly string[] => [
  ...(isRoot
    ? [
        'setpriv',
        '--reuid',
        String(jobUid),
        '--regid',
        String(jobUid),
        '--clear-groups',
        '--no-new-privs',
        '--bounding-set=-all',
        '--inh-caps=-all',
      ]
    : []),
  '/bin/sh',
  '/job/ctl/init.sh',
];
