/**
 * Stands between the agent and one container, as conmon does for container engines: it holds no pipe to the agent, so neither can
 * disturb the other; it writes the exit code where the next agent finds it. Arguments: the attempt's directory, the program, its arguments.
 *
 * - noclobber (`set -C`) makes the pid file a claim: an agent that finds an attempt without one claims it itself, and a shim that was
 *   merely slow then runs nothing (`attemptrecord.ts`).
 * - A trap that does nothing keeps the shell alive through signals to its group, and is reset in the program; an ignored signal would not be.
 * - The program runs in the foreground: one in the background would start with SIGINT and SIGQUIT ignored (POSIX 2.11).
 * - Standard input, where the container has one, is a named pipe (`input.ts`) that is held open for writing: by the shim for good, or, where
 *   it is to end with the first client that attaches, by a helper until the agent opens `attached`. The helper is no child of the shim.
 * - It is in none of the control groups of the program, or a limit of memory could end it before it has written how the program ended.
 * - At the end what the program left behind is killed with the group, as the end of a container's first process ends the container.
 */
export const SHIM = `set -C
dir=$1; shift
read -r stat </proc/self/stat || stat=$$
trap : HUP INT QUIT TERM USR1 USR2 ALRM PIPE
printf '%s\\n' "$stat" >"$dir/pid" || exit 1
set +C
in=/dev/null
if [ -p "$dir/stdin" ]; then
  in=$dir/stdin
  if [ -p "$dir/attached" ]; then
    (trap '' HUP INT QUIT TERM USR1 USR2 ALRM PIPE; { read -r _ <"$dir/attached"; } 5>"$dir/stdin" &) >/dev/null 2>&1
  else exec 5<>"$dir/stdin"; fi
fi
"$@" <"$in" >>"$dir/log" 2>&1 5>&-
code=$?
if read -r counter <"$dir/counter"; then
  while read -r name count; do [ "$name" != oom_kill ] || [ "$count" = 0 ] || : >"$dir/oom"; done <"$counter"
fi 2>/dev/null
printf '%s\\n' "$code" >"$dir/exit.new" && mv "$dir/exit.new" "$dir/exit"
kill -KILL 0`;

/** Shows in \`ps\` as the shim's name. */
export const SHIM_NAME = 'pilotage-shim';
