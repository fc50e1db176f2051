import { endLogins, mainProcess } from '../../main-process.ts';

/*
 * What runs first inside the sandbox, as the job's own user. It starts sshd where the host has it, listens for orders on
 * a pipe (terminals, Jupyter, messages, stop), and waits for the command. /job/ctl is the server's and read-only here;
 * orders carry no text that is run: names and numbers, checked by the server before.
 */
export const initScript = String.raw`#!/bin/sh
echo $$ > /job/run/init.pid
[ -r /job/ctl/env.sh ] && . /job/ctl/env.sh
umask 022
cd "$HOME" || exit 1

say_to_terminals() {
  for tty in /dev/pts/[0-9]*; do
    [ -w "$tty" ] && printf '\r\n*** %s ***\r\n' "$1" > "$tty" 2>/dev/null
  done
}

if [ -n "$JOB_SSH_PORT" ] && command -v sshd >/dev/null 2>&1; then
  [ -f /job/run/host_key ] || ssh-keygen -q -t ed25519 -N '' -C job -f /job/run/host_key
  cat > /job/run/sshd_config <<CONFIG
Port $JOB_SSH_PORT
ListenAddress $JOB_SSH_ADDRESS
HostKey /job/run/host_key
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile /job/ctl/authorized_keys
AllowUsers dev
X11Forwarding no
PrintMotd no
Subsystem sftp internal-sftp
Include /job/ctl/sshd_env
CONFIG
  "$(command -v sshd)" -D -e -f /job/run/sshd_config >> /job/run/sshd.log 2>&1 &
  sshd_pid=$!
fi
end_logins() {
  [ -n "$sshd_pid" ] || return 0
  ${endLogins('"$sshd_pid"')}
}

jupyter_pid=
# Its port must be free for the one that comes; one that stays is killed.
end_jupyter() {
  [ -n "$jupyter_pid" ] || return 0
  kill "$jupyter_pid" 2>/dev/null
  for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "$jupyter_pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$jupyter_pid" 2>/dev/null
  jupyter_pid=
}
stop_jupyter() {
  end_jupyter
  rm -f /job/run/jupyter.failed
}
start_jupyter() {
  if [ -n "$jupyter_pid" ] && kill -0 "$jupyter_pid" 2>/dev/null; then
    [ "$jupyter_token" = "$2" ] && return
    end_jupyter
  fi
  jupyter_token=$2
  if ! command -v jupyter >/dev/null 2>&1; then
    echo 'Jupyter is not installed on this host (pip install jupyterlab)' > /job/run/jupyter.failed
    return
  fi
  JUPYTER_TOKEN="$2" jupyter lab --no-browser --ip=127.0.0.1 --port="$1" --ServerApp.port_retries=0 \
    >> /job/run/jupyter.log 2>&1 &
  jupyter_pid=$!
}

(
  exec 5<> /job/ctl/orders
  if [ -r /job/ctl/jupyter ]; then
    read -r port token < /job/ctl/jupyter
    start_jupyter "$port" "$token"
  fi
  while read -r verb a b c <&5; do
    case "$verb" in
      terminal) /job/lib/node /job/lib/terminal-helper.ts "/job/ctl/$a" "$b" "$c" >> /job/run/terminal.log 2>&1 5<&- & ;;
      jupyter-on) start_jupyter "$a" "$b" ;;
      jupyter-off) stop_jupyter ;;
      logins-off) end_logins ;;
      note) text=$(printf %s "$b" | base64 -d); say_to_terminals "$text"
        [ "$a" = - ] || printf '%s\n' "$text" > "$HOME/$a" ;;
      clear) rm -f "$HOME/$a"*MIN.txt ;;
      stop) say_to_terminals 'This job is being ended'; kill -TERM -1 2>/dev/null ;;
    esac
  done
) &

${mainProcess('/job/ctl/command', '/job/run/ready')}`;

/** In the job's PATH: ends the job from the inside. */
export const endJobScript = `#!/bin/sh
kill -USR1 "$(cat /job/run/init.pid)"
`;

/** Login shells read the host's profile, which sets PATH anew: what is the job's own comes after it. */
export const profileScript = `[ -r /job/lib/profile ] && . /job/lib/profile
PATH="$HOME/.local/bin:/job/lib/bin:$PATH"
export PATH
`;

/**
 * Runs outside, detached from the server: it outlives restarts and notes the exit code. Making the directory \`started\`
 * is what decides, once for ever, that this job was started.
 */
export const supervisorScript = String.raw`
cd "$1" || exit 1
shift
mkdir started 2>/dev/null || exit 0
ulimit -c 0
# Before anything of the job runs; what it starts is in the same groups.
[ -r cgroups ] && while read -r procs; do echo $$ > "$procs"; done < cgroups
read -r stat < /proc/$$/stat
printf '%s\n%s\n' "$stat" "$(cat /proc/sys/kernel/random/boot_id)" > supervisor.tmp && mv supervisor.tmp supervisor
"$@" 3> info.json 4< sandbox.args
code=$?
printf '%s\n' "$code" > exit.tmp && mv exit.tmp exit
`;
