/**
 * The end of every job's first script, in POSIX shell: runs the job's command, or waits for people where there is none,
 * and ends with its exit code. SIGUSR1 ends the job from inside, which is no failure. Paths may name shell variables.
 */
export const mainProcess = (
  commandFile: string,
  readyFile: string,
): string => String.raw`if [ -s ${commandFile} ]; then
  if command -v bash >/dev/null 2>&1; then bash -l ${commandFile} & else sh -l ${commandFile} & fi
else
  sleep 2147483647 &
fi
main=$!
ended=
trap 'kill -TERM $main 2>/dev/null' TERM
trap 'ended=1; kill -TERM $main 2>/dev/null' USR1
echo ready > ${readyFile}
while :; do
  wait $main
  code=$?
  kill -0 $main 2>/dev/null || break
done
[ -n "$ended" ] && exit 0
exit $code
`;

/**
 * Ends every login that sshd has, and leaves sshd itself: whose key is good may come again. `pid` is a word of the shell.
 * Only the shell and /proc are used, as images have little.
 */
export const endLogins = (pid: string): string => String.raw`for one in /proc/[0-9]*; do
  while read -r field value rest; do
    [ "$field" = PPid: ] || continue
    [ "$value" = ${pid} ] && kill -TERM "${'$'}{one#/proc/}" 2>/dev/null
    break
  done < "$one/status" 2>/dev/null
done`;
