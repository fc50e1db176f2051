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
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of Node, and directories of the packages of the terminal. */
  readonly node: string;
  readonly helper: string;
  readonly packages: readonly { readonly name: string; readonly dir: string }[];
  readonly passwd: string;
  readonly group: string;
  readonly bin: string;
  readonly hostname: string;
  /** Top-level directories of the host: a link's target, or undefined for a real directory. */
  readonly topLevel: readonly { readonly name: string; readonly link: string | undefined }[];
}

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
  'profile',
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

/**
 * Arguments of bubblewrap. Inside there are the host's programs (read-only), the job's home, a /tmp of its own, its own
 * processes alone, and the devices of its GPUs alone; the network is the host's.
 */
export const sandboxArguments = (facts: SandboxFacts): readonly string[] => {
  const { place } = facts;
  const devices = [
    ...facts.gpuMinors.map((minor) => `/dev/nvidia${minor}`),
    ...(facts.gpuMinors.length > 0 ? gpuDevices.map((name) => `/dev/${name}`) : []),
  ];
  return [
    ...(facts.isRoot
      ? [
          '--cap-drop',
          'ALL',
          '--cap-add',
          'CAP_SETUID',
          '--cap-add',
          'CAP_SETGID',
          '--cap-add',
          'CAP_SETPCAP',
        ]
      : ['--unshare-user']),
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    '--hostname',
    facts.hostname,
    '--ro-bind',
    '/usr',
    '/usr',
    ...facts.topLevel.flatMap(({ name, link }) =>
      link === undefined ? ['--ro-bind-try', `/${name}`, `/${name}`] : ['--symlink', link, `/${name}`],
    ),
    '--ro-bind-try',
    '/opt',
    '/opt',
    '--perms',
    '0755',
    '--dir',
    '/etc',
    '--perms',
    '0755',
    '--dir',
    '/etc/ssh',
    '--perms',
    '0755',
    '--dir',
    '/var',
    ...etc.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    '--ro-bind',
    facts.passwd,
    '/etc/passwd',
    '--ro-bind',
    facts.group,
    '/etc/group',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--ro-bind-try',
    '/sys',
    '/sys',
    ...devices.flatMap((path) => ['--dev-bind-try', path, path]),
    '--perms',
    '1777',
    '--tmpfs',
    '/tmp',
    '--perms',
    '1777',
    '--tmpfs',
    '/var/tmp',
    '--perms',
    '0755',
    '--tmpfs',
    '/run',
    '--perms',
    '0755',
    '--dir',
    '/home',
    '--bind',
    facts.home,
    homeInside,
    '--perms',
    '0755',
    '--dir',
    '/job',
    '--ro-bind',
    place.control,
    '/job/ctl',
    '--bind',
    place.run,
    '/job/run',
    '--perms',
    '0755',
    '--dir',
    '/job/lib',
    '--ro-bind',
    facts.node,
    '/job/lib/node',
    '--ro-bind',
    facts.helper,
    '/job/lib/terminal-helper.ts',
    '--ro-bind',
    facts.bin,
    '/job/lib/bin',
    ...['/job/lib/node_modules', '/job/lib/node_modules/@lydell'].flatMap((path) => [
      '--perms',
      '0755',
      '--dir',
      path,
    ]),
    // Directories that bubblewrap makes on the way would be root's alone.
    '--perms',
    '0755',
    '--dir',
    '/job/lib/node_modules',
    '--perms',
    '0755',
    '--dir',
    '/job/lib/node_modules/@lydell',
    ...facts.packages.flatMap(({ name, dir }) => ['--ro-bind', dir, `/job/lib/node_modules/${name}`]),
    '--clearenv',
    ...Object.entries(facts.env).flatMap(([name, value]) => ['--setenv', name, value]),
    // Without its capabilities root may not enter the job's home; the first script does, as the job's user.
    '--chdir',
    '/',
  ];
};

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
