import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * Harmless stand-ins for attacks: each makes the syscalls of one and changes nothing outside of its own folder. Files of the
 * system are opened without being written, created or cut; calls that would act have wrong arguments; places on the network
 * are named to datagram sockets, which sends nothing.
 */

export interface Attack {
  readonly name: string;
  /** MITRE ATT&CK. */
  readonly technique: string;
  /** Program and arguments; `DIR` is a fresh folder of its own, `SHM` one in /dev/shm. */
  readonly command: readonly string[];
  /** A syscall that some kernels are built without. */
  readonly needs?: string;
  /** The dangerous process is not the one that is started but one that it tells on its output. */
  readonly isChild?: true;
}

const python = '/usr/bin/python3';
const prelude = `
import ctypes, os, socket, stat, sys, time, signal
libc = ctypes.CDLL(None, use_errno=True)
call = lambda *args: libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
DIR, SHM = sys.argv[1], sys.argv[2]
def dg(host, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((host, port)); return s
def touch(path, flags=os.O_WRONLY):
    try: os.close(os.open(path, flags))
    except OSError: pass
def child():
    pid = os.fork()
    if pid == 0:
        time.sleep(5); os._exit(0)
    return pid
def end(pid):
    os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0)
`;
const script = (name: string, technique: string, text: string): Attack => ({
  name,
  technique,
  command: [python, '-c', `${prelude}${text}\ntime.sleep(0.3)`, 'DIR', 'SHM'],
});
const program = (name: string, technique: string, ...command: readonly string[]): Attack => ({
  name,
  technique,
  command,
});
const opens = (name: string, technique: string, ...paths: readonly string[]): Attack =>
  script(name, technique, paths.map((path) => `touch(${JSON.stringify(path)})`).join('\n'));
const asNobody = 'os.setuid(65534)';

const plainAttacks: readonly Attack[] = [
  script(
    'memfd, fexecve',
    'T1620',
    `fd = os.memfd_create("x"); os.write(fd, open("/bin/sleep", "rb").read()); os.execve(fd, ["x", "0.3"], {})`,
  ),
  script(
    'memfd, by its path in /proc',
    'T1620',
    `fd = os.memfd_create("x", 0); os.write(fd, open("/bin/sleep", "rb").read()); os.execv("/proc/self/fd/%d" % fd, ["x", "0.3"])`,
  ),
  program('program in /dev/shm', 'T1059.004', 'SHM/sleep', '0.3'),
  script(
    'reverse shell',
    'T1059.004',
    `l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen(1)
s = socket.socket(); s.connect(l.getsockname())
for n in (0, 1, 2): os.dup2(s.fileno(), n)
os.execv("/bin/sh", ["sh", "-c", "sleep 0.3"])`,
  ),
  program('program in a hidden folder', 'T1564.001', 'DIR/.x/sleep', '0.3'),
  script(
    'program whose file is deleted',
    'T1070.004',
    `os.rename(DIR + "/sleep", DIR + "/gone"); fd = os.open(DIR + "/gone", os.O_RDONLY); os.unlink(DIR + "/gone")
os.execve(fd, ["gone", "0.5"], {})`,
  ),
  script(
    'downloaded, made executable, run',
    'T1105',
    `p = DIR + "/dropped"; fd = os.open(p, os.O_WRONLY | os.O_CREAT, 0o600); os.write(fd, open("/bin/sleep", "rb").read()); os.close(fd)
os.chmod(p, 0o755); os.execv(p, [p, "0.3"])`,
  ),
  script(
    'ptrace attach and poke',
    'T1055.008',
    `c = child(); libc.ptrace(16, c, 0, 0); os.waitpid(c, 0); libc.ptrace(5, c, 0, 0); libc.ptrace(17, c, 0, 0); end(c)`,
  ),
  script('writes the memory of another', 'T1055', `c = child(); call(311, c, 0, 0, 0, 0, 0); end(c)`),
  script('reads the memory of another', 'T1003.007', `c = child(); call(310, c, 0, 0, 0, 0, 0); end(c)`),
  script(
    'opens the memory of another to write',
    'T1055.009',
    `c = child(); touch("/proc/%d/mem" % c, os.O_RDWR); end(c)`,
  ),
  script(
    'new namespaces, mount, chroot',
    'T1611',
    `libc.unshare(0x00020000); libc.mount(b"none", b"/", None, 0x44000, None); libc.mount(b"t", DIR.encode(), b"tmpfs", 0, None); os.chroot(DIR)`,
  ),
  script('into the namespaces of the host', 'T1611', `fd = call(434, 1, 0); libc.setns(fd, 0x04000000)`),
  program('nsenter to the first process', 'T1611', '/usr/bin/nsenter', '-t', '1', '-u', 'sleep', '0.3'),
  script('release_agent', 'T1611', `touch(DIR + "/release_agent", os.O_WRONLY | os.O_CREAT)`),
  opens("the kernel's helper", 'T1611', '/proc/sys/kernel/core_pattern'),
  script(
    'device file of a GPU',
    'T1611',
    `os.mknod(DIR + "/nvidia0", stat.S_IFCHR | 0o600, os.makedev(195, 0))`,
  ),
  script(
    'mounts over its own entry in /proc',
    'T1564',
    `libc.unshare(0x00020000); libc.mount(b"none", b"/", None, 0x44000, None); libc.mount(b"t", ("/proc/%d" % os.getpid()).encode(), b"tmpfs", 0, None)`,
  ),
  script(
    'loads programs into the kernel',
    'T1014',
    `call(321, 5, 0, 0); time.sleep(0.01); call(321, 5, 0, 0)`,
  ),
  opens('memory of the machine', 'T1014', '/dev/mem'),
  {
    ...script(
      'loads a module',
      'T1547.006',
      `fd = os.open("/etc/hostname", os.O_RDONLY); call(313, fd, b"", 0)`,
    ),
    needs: 'finit_module',
  },
  { ...script('removes a module', 'T1562.001', `call(176, b"gpushield_none", 0)`), needs: 'delete_module' },
  opens('switches hardening off', 'T1562.001', '/proc/sys/kernel/yama/ptrace_scope'),
  script(
    'ends a security tool',
    'T1562.001',
    `c = os.fork()
if c == 0: os.rename(DIR + "/sleep", DIR + "/falco"); os.execv(DIR + "/falco", ["falco", "5"])
time.sleep(0.3); os.kill(c, 15); os.waitpid(c, 0)`,
  ),
  opens('switches tracing', 'T1562.006', '/sys/kernel/tracing/none_on', '/sys/kernel/tracing/none_event'),
  { ...script('prepares another kernel', 'T1542', `call(320, -1, -1, 0, b"", 0)`), needs: 'kexec_file_load' },
  script('tells the machine to stop', 'T1529', `call(169, 0, 0, 0, 0)`),
  script('becomes root', 'T1548.001', `${asNobody}\nlibc.setuid(0)`),
  script('sets the setuid bit', 'T1548.001', `os.chmod(DIR + "/sleep", 0o4755)`),
  script(
    'gives capabilities',
    'T1548',
    `libc.setxattr((DIR + "/sleep").encode(), b"security.capability", b"x", 1, 0)`,
  ),
  script('a pool of miners', 'T1496', `dg("127.0.0.1", 3333)`),
  program('a miner', 'T1496', python, '-c', 'import time; time.sleep(0.3)', '--donate-level', '1'),
  script('metadata of the cloud', 'T1552.005', `dg("169.254.169.254", 80)`),
  script(
    'sees packets of others',
    'T1040',
    `for n in (1, 2): socket.socket(17, 3, 0).close(); time.sleep(0.01)`,
  ),
  script('ports of attack tools', 'T1571', `dg("127.0.0.1", 4444); dg("127.0.0.1", 31337)`),
  script('port of Tor', 'T1090.003', `dg("127.0.0.1", 9050)`),
  opens('library for every program', 'T1574.006', '/etc/ld.so.preload'),
  program('library of its own', 'T1574.006', '/usr/bin/env', 'LD_PRELOAD=/tmp/none.so', 'sleep', '0.3'),
  opens('task for cron', 'T1053.003', '/etc/cron.d/none'),
  opens('service', 'T1543.002', '/etc/systemd/system/none.service'),
  opens('key to log in', 'T1098.004', '/root/.ssh/none/authorized_keys'),
  opens("shell's start", 'T1546.004', '/root/.none/.bashrc', '/etc/profile.d/none'),
  opens('list of accounts', 'T1136.001', '/etc/passwd'),
  opens('who may become root', 'T1548.003', '/etc/sudoers.d/none'),
  opens('how people log in', 'T1556.003', '/etc/pam.d/none'),
  opens('rule of udev', 'T1547', '/etc/udev/rules.d/none.rules'),
  script("passwords' hashes", 'T1003.008', `${asNobody}\ntouch("/etc/shadow", os.O_RDONLY)`),
  script('private key', 'T1552.004', `${asNobody}\ntouch("/root/.ssh/none/id_rsa", os.O_RDONLY)`),
  program('credentials of clouds', 'T1552.001', '/bin/cat', '/root/.aws/credentials', '/root/.kube/config'),
  program('token of a pod', 'T1528', '/bin/cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'),
  program('log wiped', 'T1070.002', '/bin/rm', '-f', '/var/log/gpushield-none.log'),
  program('history wiped', 'T1070.003', '/bin/ln', '-s', '/dev/null', '/root/.none/.bash_history'),
  program(
    'time set back',
    'T1070.006',
    '/usr/bin/touch',
    '-c',
    '-d',
    '2001-01-01',
    '/usr/bin/gpushield-none',
  ),
  program(
    'program of the system',
    'T1554',
    '/bin/dd',
    'if=/dev/null',
    'of=/usr/bin/gpushield-none',
    'conv=nocreat,notrunc',
  ),
  script('name of a kernel thread', 'T1036.005', `libc.prctl(15, b"kworker/0:1", 0, 0, 0)`),
  {
    ...script(
      'shell of a web server',
      'T1505.003',
      `libc.prctl(15, b"nginx", 0, 0, 0)
c = os.fork()
if c == 0: time.sleep(0.2); os.execv("/bin/sh", ["sh", "-c", "sleep 0.3"])
print(c, flush=True); os.waitpid(c, 0)`,
    ),
    isChild: true,
  },
];

/** Paths that do not begin with the place that they lead to. */
export const relativeAttacks: readonly Attack[] = [
  script('list of accounts, from its folder', 'T1136.001', `os.chdir("/etc"); touch("passwd")`),
  script(
    'list of accounts, by ..',
    'T1136.001',
    `os.chdir("/usr/share"); touch("../../../../../../../../../../etc/passwd")`,
  ),
  script(
    'list of accounts, by a link',
    'T1136.001',
    `os.symlink("/etc/passwd", DIR + "/l"); touch(DIR + "/l")`,
  ),
  script('list of accounts, by doubled slashes', 'T1136.001', `touch("/.//etc//passwd")`),
  script(
    'task for cron, by a descriptor',
    'T1053.003',
    `d = os.open("/etc", os.O_RDONLY)
try: os.open("cron.d/none", os.O_WRONLY, dir_fd=d)
except OSError: pass`,
  ),
  script(
    'library for every program, from its folder',
    'T1574.006',
    `os.chdir("/etc")
try: os.rename("/none/none", "ld.so.preload")
except OSError: pass`,
  ),
  script(
    "passwords' hashes, from their folder",
    'T1003.008',
    `os.chdir("/etc"); touch("shadow", os.O_RDONLY)`,
  ),
  script(
    "passwords' hashes, by a link",
    'T1003.008',
    `os.symlink("/etc/shadow", DIR + "/l"); touch(DIR + "/l", os.O_RDONLY)`,
  ),
  script(
    'private key, by ..',
    'T1552.004',
    `${asNobody}\nos.chdir("/usr"); touch("../root/.ssh/none/id_rsa", os.O_RDONLY)`,
  ),
  program(
    'log wiped, from its folder',
    'T1070.002',
    '/bin/sh',
    '-c',
    'cd /var/log && exec rm -f gpushield-none.log',
  ),
  program(
    'through the root of /proc',
    'T1136.001',
    '/bin/sh',
    '-c',
    ': >> /proc/self/root/etc/passwd; sleep 0.3',
  ),
];

export const attacks: readonly Attack[] = [...plainAttacks, ...relativeAttacks];
export const canAttack = existsSync(python);

const folderFor = async (parent: string): Promise<string> => {
  const folder = await mkdtemp(join(parent, 'gpushield-attack-'));
  await mkdir(join(folder, '.x'));
  for (const name of ['sleep', '.x/sleep']) {
    await copyFile('/bin/sleep', join(folder, name));
    await chmod(join(folder, name), 0o755);
  }
  await chmod(folder, 0o755);
  return folder;
};

export interface Attacked {
  readonly pid: number;
  readonly startedMs: number;
}

/** Runs one to its end, and answers which process was the dangerous one. */
export const runAttack = async ({ command, isChild }: Attack): Promise<Attacked> => {
  const folder = await folderFor(tmpdir());
  const shared = await folderFor('/dev/shm');
  try {
    const [name = '', ...args] = command.map((each) =>
      each.replace(/^DIR(?=\/|$)/, folder).replace(/^SHM(?=\/|$)/, shared),
    );
    const startedMs = Date.now();
    const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    return { pid: isChild === true ? Number(output.trim()) : (child.pid ?? 0), startedMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(shared, { recursive: true, force: true });
  }
};
