import { endLogins, mainProcess } from '../../main-process.ts';

/*
 * What runs inside a job's container, as uid 1000 and without any capability. Only a POSIX shell is taken for granted:
 * the image is the user's. Nothing of these texts is built from input: names and values come as files and arguments.
 */

export const sshPort = 2222;
export const jupyterPort = 8888;
/** Where the secret with these scripts is mounted. */
export const libraryPath = '/gpushield';
export const runPath = '/run/gpushield';
export const homePath = '/home/dev';
export const containerName = 'job';

/** The main process. The secret is followed: keys and Jupyter change while the job runs. */
const init = String.raw`#!/bin/sh
lib=/gpushield
run=/run/gpushield
echo $$ > $run/init.pid
umask 022
cd "$HOME" || exit 1

if [ -x /usr/sbin/sshd ] || command -v sshd >/dev/null 2>&1; then
  sshd=$(command -v sshd || echo /usr/sbin/sshd)
  [ -f $run/host_key ] || ssh-keygen -q -t ed25519 -N '' -C job -f $run/host_key
  seen=
  for name in PATH LD_LIBRARY_PATH RANK WORLD_SIZE MASTER_ADDR MASTER_PORT NVIDIA_VISIBLE_DEVICES CUDA_VISIBLE_DEVICES; do
    value=$(printenv "$name" | head -n 1)
    case $value in *[\"\\]*) continue ;; esac
    [ -n "$value" ] && seen="$seen \"$name=$value\""
  done
  cat > $run/sshd_config <<CONFIG
Port 2222
HostKey $run/host_key
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile $lib/authorized_keys
AllowUsers dev
X11Forwarding no
PrintMotd no
Subsystem sftp internal-sftp
SetEnv $(cat $lib/sshd_env)$seen
CONFIG
  "$sshd" -D -e -f $run/sshd_config >> $run/sshd.log 2>&1 &
  echo $! > $run/sshd.pid
fi

(
  jupyter_pid=
  while sleep 2; do
    if [ -s $lib/jupyter_token ]; then
      token=$(cat $lib/jupyter_token)
      if [ -n "$jupyter_pid" ] && kill -0 "$jupyter_pid" 2>/dev/null; then
        [ "$token" = "$jupyter_token" ] && continue
        # Off and on again between two looks: who has the new token must get in, and who has the old one must not.
        kill "$jupyter_pid" 2>/dev/null
        wait "$jupyter_pid" 2>/dev/null
      fi
      jupyter_token=$token
      if command -v jupyter >/dev/null 2>&1; then
        rm -f $run/jupyter.failed
        JUPYTER_TOKEN=$token jupyter lab --no-browser --ip=127.0.0.1 --port=8888 \
          --ServerApp.port_retries=0 >> $run/jupyter.log 2>&1 &
        jupyter_pid=$!
      else
        echo 'Jupyter is not in this image' > $run/jupyter.failed
      fi
    elif [ -n "$jupyter_pid" ]; then
      kill "$jupyter_pid" 2>/dev/null
      jupyter_pid=
    fi
  done
) </dev/null >/dev/null 2>&1 &

${mainProcess('$lib/command', '$run/ready')}`;

/** The readiness probe: the main process is there, and the GPUs answer. */
const ready = String.raw`#!/bin/sh
[ -e /run/gpushield/ready ] || exit 1
[ "$GPU_COUNT" = 0 ] && exit 0
if command -v nvidia-smi >/dev/null 2>&1; then
  [ "$(nvidia-smi -L 2>/dev/null | grep -c .)" -ge 1 ]
fi
`;

const endJob = `#!/bin/sh
kill -USR1 "$(cat ${runPath}/init.pid)"
`;

/** Accounts of the container, in place of the image's: sshd asks who uid 1000 is. */
const passwd = `root:x:0:0:root:/root:/bin/sh
dev:x:1000:1000:dev:${homePath}:/bin/bash
sshd:x:65533:65533:sshd:/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;
const group = `root:x:0:
dev:x:1000:
nogroup:x:65534:
`;

/** Files of every job's secret. */
export const scripts: Readonly<Record<string, string>> = {
  'init.sh': init,
  'ready.sh': ready,
  'end-job': endJob,
  passwd,
  group,
};

export const shellCommand = [
  '/bin/sh',
  '-c',
  'cd "$HOME" 2>/dev/null; if command -v bash >/dev/null 2>&1; then exec bash -l; else exec sh -l; fi',
] as const;

/** Arguments: message, name of a file in the home or `-`, prefix of files to remove or `-`. */
const noteScript = String.raw`[ "$3" = - ] || rm -f "$HOME/$3"*MIN.txt
[ "$2" = - ] || printf '%s\n' "$1" > "$HOME/$2"
for tty in /dev/pts/[0-9]*; do
  [ -w "$tty" ] && printf '\r\n*** %s ***\r\n' "$1" > "$tty" 2>/dev/null
done
exit 0`;
export const noteCommand = (
  message: string,
  fileName: string | null,
  clearPrefix: string | null,
): readonly string[] => ['/bin/sh', '-c', noteScript, 'note', message, fileName ?? '-', clearPrefix ?? '-'];

/** Prints: connections of sshd, terminals, connections of Jupyter, microseconds of CPU, percent of the busiest GPU. */
const activityScript = String.raw`connected() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -c -i ": [0-9a-f]*:$1 [0-9a-f]*:[0-9a-f]* 01 "; }
echo "ssh $(connected 08AE)"
echo "terminals $(ls /dev/pts 2>/dev/null | grep -c '^[0-9]')"
echo "jupyter $(connected 22B8)"
echo "cpu $(sed -n 's/^usage_usec //p' /sys/fs/cgroup/cpu.stat 2>/dev/null)"
if [ "$GPU_COUNT" = 0 ]; then echo "gpu 0"
else echo "gpu $(nvidia-smi --query-gpu=utilization.gpu --format=csv,noheader,nounits 2>/dev/null | sort -n | tail -n 1)"; fi`;
export const activityCommand: readonly string[] = ['/bin/sh', '-c', activityScript];

/** Ends the logins by SSH that there are. Pods of before have no file of sshd's. */
export const endLoginsCommand: readonly string[] = [
  '/bin/sh',
  '-c',
  `[ -s ${runPath}/sshd.pid ] || exit 0
read -r sshd < ${runPath}/sshd.pid
${endLogins('"$sshd"')}
exit 0`,
];
