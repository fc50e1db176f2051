import { begins, wordIs } from './probe.ts';

/*
 * Where a relative path, or a file that was opened, really is. The kernel's own entries (dentries) are followed upwards to the
 * root of the process, over mounts, so that nothing that a path is made of hides a place: the working directory, a
 * descriptor of a directory, `..`, doubled slashes or links.
 */

/** Steps upwards, mounts among them; what lies deeper is told, and user space looks where it is. */
const maxSteps = 16;
/** The kernel's `struct mount` holds the parent's address and the place's entry before the `vfsmount` that files point to. */
const [mountOffset, parentBefore, placeBefore] = [32, 16, 8];

/** The file of a descriptor, as `$f`. */
export const fileOf = (descriptor: string): string =>
  `$f = (struct file *)*(uint64*)kptr((uint64)curtask->files->fdt->fd + (uint64)(${descriptor}) * 8);`;

/** The directory that relative paths begin at, as `$d` and `$m`. */
export const beginAt = (descriptor: string | undefined): string => {
  const own = '$d = curtask->fs->pwd.dentry; $m = (uint64)curtask->fs->pwd.mnt;';
  if (descriptor === undefined) return own;
  return `${own} $fd = (int32)${descriptor};
  if ($fd >= 0 && $fd < (int32)curtask->files->fdt->max_fds) {
    ${fileOf('$fd')} $d = $f->f_path.dentry; $m = (uint64)$f->f_path.mnt;
  }`;
};

const upwards = (visit: string): string => `$i = 0; $done = 0;
  while ($i < ${String(maxSteps)}) {
    if ((uint64)$d == (uint64)curtask->fs->root.dentry && $m == (uint64)curtask->fs->root.mnt) { $done = 1; break; }
    if ((uint64)$d == *(uint64*)kptr($m) || (uint64)$d == (uint64)$d->d_parent) {
      $p = *(uint64*)kptr($m - ${String(parentBefore)}) + ${String(mountOffset)};
      if ($p == $m) { $done = 1; break; }
      $d = (struct dentry *)*(uint64*)kptr($m - ${String(placeBefore)}); $m = $p;
    } else { ${visit} $d = $d->d_parent; }
    $i++;
  }`;

/**
 * `$w`: the first eight characters behind leading `../`, which are counted as `$skip`. It is made of addresses: the kernel's
 * check of the program would follow each known number apart.
 */
export const skipClimbs = (pointer: string): string => `$t = (uint64)${pointer}; $k = 0;
  if ((*(uint16*)uptr($t)) == 0x2f2e) { $t += 2; }
  $from = $t;
  while ($k < 8) {
    if ((*(uint32*)uptr($t) & 0xffffff) != 0x2f2e2e) { break; }
    $t += 3; $k++;
  }
  $skip = ($t - $from) / 3;
  $w = *(uint64*)uptr($t);`;

/** The first three parts of the place's path, as `$top`, `$second` and `$third`; 0: it has none. */
export const findPlace = `$top = (uint64)0; $second = (uint64)0; $third = (uint64)0;
  ${upwards(`if ($skip > 0) { $skip--; } else { $third = $second; $second = $top; $top = *(uint64*)kptr((uint64)$d->d_name.name); }`)}`;

const top = (...names: readonly string[]): string =>
  `(${names.map((name) => wordIs('$top', name)).join(' || ')})`;
const second = (...names: readonly string[]): string =>
  `($second == 0 ? ${begins(...names)} : (${names.map((name) => wordIs('$second', name)).join(' || ')}))`;
const isHidden = (word: string): string => `((${word} & 0xff) == 0x2e)`;

/** Whether something in this place is worth telling when it changes; `$w` is what the path goes on with. */
export const isGuardedPlace = `($done == 0 || ($w & 0xffffff) == 0x2f2e2e || ($top == 0
    ? ${begins('etc/', 'proc/', 'sys/', 'usr/', 'bin/', 'sbin/', 'lib', 'var/log', 'var/spo', 'run/', 'root/.', 'boot/', 'home/')}
    : (${top('etc', 'proc', 'sys', 'usr', 'bin', 'sbin', 'run', 'boot')} || ($top & 0xffffff) == 0x62696c
      || (${top('var')} && ${second('log', 'spool', 'run')})
      || (${top('root')} && ($second == 0 ? ${isHidden('$w')} : ${isHidden('$second')}))
      || (${top('home')} && $second != 0 && ($third == 0 ? ${isHidden('$w')} : ${isHidden('$third')})))))`;

/** Where what is made may be run later, and devices. */
export const isTemporaryPlace = `($top == 0 ? ${begins('tmp/', 'var/tmp', 'dev/shm')}
    : (${top('tmp')} || (${top('var')} && ${second('tmp')}) || (${top('dev')} && ${second('shm')})))`;
export const isDevicePlace = `($top == 0 ? ${begins('dev/')} : (${top('dev')} && ($second == 0 ? !${begins('null', 'tty', 'pts', 'ptm', 'shm', 'ura', 'ran', 'zer', 'ful', 'fd', 'std')} : !${second('shm', 'pts', 'mqueue')})))`;

/** Names of files that hold secrets, wherever they are. */
export const isSecretName = begins(
  ...['shadow', 'gshadow', 'opasswd', 'id_rsa', 'id_ed255', 'id_ecdsa', 'id_dsa', 'ssh_host'],
  ...['.netrc', '.pgpass', '.git-cre', 'kcore'],
);
/** The same behind their folders, as relative paths have them. */
export const isSecretPath = `(${isSecretName} || ${begins('.ssh/', '.aws/', '.kube/', '.docker/', '.azure/', 'root/.', 'etc/sha', 'etc/gsh', 'security', 'ssh/ssh_', 'proc/kc')})`;
/** Names that say something in a hidden folder of a home alone. */
export const isNameOfHidden = begins('config', 'credenti', 'accessTo', '.npmrc');
export const isPlaceOfHidden = `((${top('root')} && ${isHidden('$second')}) || (${top('home')} && ${isHidden('$third')}))`;
/** Names of devices that say something when they are read. */
export const isNameOfDevice = begins(
  'mem',
  'kmem',
  'port',
  'nvidia',
  'kfd',
  'dri/',
  'dma_heap',
  'sd',
  'nvme',
  'vd',
  'dev/',
);

/** Tells the parts of a place's path from `$d` upwards, and then that the root was reached. */
export const tellPlace = `${upwards('printf("+up,%lld,%lld|%s", (int64)tid, (int64)$i, str($d->d_name.name));')}
  if ($done == 1) { printf("+root,%lld,%lld|", (int64)tid, (int64)nsecs); }`;

/** No terminals, and none of those that everybody has: null, zero, full, random. Memory and ports are of the same kind. */
const isTellingDevice = `($major != 4 && $major != 5 && ($major < 136 || $major > 143)
      && ($major != 1 || $minor == 1 || $minor == 2 || $minor == 4))`;

/** `$see`: whether the file of a descriptor that was just opened with `$fl` counts. */
export const findOpened = `${fileOf('args->ret')}
    $d = $f->f_path.dentry; $m = (uint64)$f->f_path.mnt; $kind = (uint64)$f->f_inode->i_mode & 0xf000; $see = 0;
    if ($kind == 0x8000) {
      $w = *(uint64*)kptr((uint64)$d->d_name.name);
      if (${isSecretName}) { $see = 1; }
      else if (($fl & 0x243) != 0) {
        $skip = (uint64)1; ${findPlace}
        if (${isGuardedPlace} || ($fl < (uint64)0x100000000 && ($fl & 0x40) != 0 && ${isTemporaryPlace})) { $see = 1; }
      }
    } else if ($kind == 0x2000 || $kind == 0x6000) {
      $major = (uint64)$f->f_inode->i_rdev >> 20; $minor = (uint64)$f->f_inode->i_rdev & 0xfffff;
      if (${isTellingDevice}) { $see = 1; }
    }`;
