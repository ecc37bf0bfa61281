import { isAbsolute, relative } from 'node:path';
import { shellWord } from '../../../../../base/commandline.ts';
import type { Sandbox, View } from './confinement.ts';

export type Argv = readonly [string, ...string[]];

export interface Confinable {
  readonly argv: Argv;
  /** Absolute. */
  readonly cwd: string;
  /** A file of `environmentFile`'s words. */
  readonly envFile: string;
}

/**
 * What the commands of this file are to be spawned with. A program's own variables come last, when it has nothing to gain any more:
 * LD_PRELOAD or PATH would otherwise be obeyed by the tools that confine it, while they still may do everything.
 */
export const PLAIN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** Variables as a script, read through a descriptor: an argument would be seen in process lists. Names that no shell knows are left out, as `sh` does itself. */
export const environmentFile = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !READ_ONLY.includes(name))
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join('');

/** bash as `sh` ends at an attempt to set these. */
const READ_ONLY = ['UID', 'EUID', 'PPID', 'BASHOPTS', 'SHELLOPTS', 'BASH_VERSINFO'];

/** The one capability that a container has of its own account (as container engines grant it): ports below 1024. */
const LOW_PORTS = '-all,+net_bind_service';

/** Another user, none of root's groups and capabilities, and no way to get any (prctl PR_SET_NO_NEW_PRIVS: setuid programs are plain ones). */
export function asUser({ uid, lowPorts }: { uid: number; lowPorts: boolean }, argv: Argv): Argv {
  const capabilities = lowPorts ? LOW_PORTS : '-all';
  const sets = ['bounding-set', 'inh-caps', 'ambient-caps'].map((set) => `--${set}=${capabilities}`);
  const user = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  return ['setpriv', ...user, '--no-new-privs', ...sets, '--', ...argv];
}

/**
 * The namespaces of a container. The outer user namespace owns the mounts; the inner one, where the program runs as its own user and
 * without capabilities, cannot undo them (mount_namespaces(7): mounts that come from a more privileged namespace are locked).
 */
const OUTER = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

interface OwnUser {
  readonly uid: number;
  readonly gid: number;
}

const asOwnUser = ({ uid, gid }: OwnUser, argv: Argv): Argv => [
  'unshare',
  '--user',
  `--map-user=${uid}`,
  `--map-group=${gid}`,
  '--',
  'setpriv',
  '--no-new-privs',
  '--',
  ...argv,
];

/** The first process of a pid namespace gets no signal that it has no handler for, and must wait for orphans: a program is asked for neither. */
const INIT = `trap : HUP INT QUIT TERM USR1 USR2 ALRM PIPE
"$@"
exit $?`;

/** The last step before the program, without any privilege: its directory, its variables. */
const START = 'cd "$1" || exit 126; shift; eval "$(/bin/cat <&9)"; exec 9<&-; exec "$@"';
const OPEN_ENVIRONMENT = 'exec 9<"$1"; shift; exec "$@"';

const script = (text: string, name: string, ...args: readonly string[]): Argv => [
  '/bin/sh',
  '-c',
  text,
  name,
  ...args,
];

/** What to run, with `PLAIN_ENVIRONMENT`, so that the program runs in the sandbox. */
export function confined(
  sandbox: Exclude<Sandbox, { type: 'none' }>,
  { cwd, envFile, argv }: Confinable,
): Argv {
  const start = script(START, 'pilotage-start', cwd, ...argv);
  return script(OPEN_ENVIRONMENT, 'pilotage-open', envFile, ...inSandbox(sandbox, start));
}

function inSandbox(sandbox: Exclude<Sandbox, { type: 'none' }>, start: Argv): Argv {
  if (sandbox.type === 'uid') {
    const own = asUser(sandbox, start);
    return sandbox.view ? ['unshare', '--mount', '--', ...viewed(sandbox.view, own)] : own;
  }
  const own = asOwnUser(sandbox, script(INIT, 'pilotage-init', ...start));
  return ['unshare', ...OUTER, '--', ...viewed(sandbox.view, own)];
}

/** The same for a program beside the one that `holder` (an `unshare` of `confined`) has started: in its namespaces. */
export function beside(holder: number, user: OwnUser, { cwd, envFile, argv }: Confinable): Argv {
  const start = asOwnUser(user, script(START, 'pilotage-start', cwd, ...argv));
  // The holder itself is outside of the pid namespace that its children are in.
  const enter: Argv = [
    'nsenter',
    '--target',
    String(holder),
    '--user',
    '--mount',
    `--pid=/proc/${holder}/ns/pid_for_children`,
    '--preserve-credentials',
    '--',
    ...start,
  ];
  return script(OPEN_ENVIRONMENT, 'pilotage-open', envFile, ...enter);
}

/**
 * Covers directories with empty ones and shows in them what may be seen, at the places where it was. While a directory is covered the
 * shell stands in what lies below, so that relative paths still lead there; it leaves at the end, or a program could climb from there.
 * Arguments: what to do, \`--\`, the command.
 */
const VIEW = `set -e
umask 022
while [ "$1" != -- ]; do
  path=\${1#*:}
  case $1 in
  cover:*)
    cover=$path
    cd "$cover"
    mount -n -t tmpfs -o mode=755,size=1m,nosuid,nodev pilotage "$cover" ;;
  blank:*)
    if [ -d "$path" ]; then mount -n -t tmpfs -o mode=700,size=4k,nosuid,nodev pilotage "$path"
    elif [ -e "$path" ]; then mount -n --bind /dev/null "$path"; fi ;;
  ro:*)
    mkdir -p "$cover/$path"
    mount -n -c --bind "./$path" "$cover/$path"
    mount -n -o remount,bind,ro,nosuid,nodev "$cover/$path" ;;
  rw:*)
    mkdir -p "$cover/$path"
    mount -n -c --bind "./$path" "$cover/$path" ;;
  esac
  shift
done
shift
cd /
exec "$@"`;

const viewed = (view: View, argv: Argv): Argv =>
  script(VIEW, 'pilotage-view', ...viewWords(view), '--', ...argv);

/** The covers one after the other, each followed by what is shown of it. */
export function viewWords({ covers, blanks, readOnly, writable }: View): string[] {
  const words = covers.flatMap(({ path, show }) => [
    `cover:${path}`,
    ...show.map((inside) => `ro:${inside}`),
    ...readOnly.flatMap((one) => word('ro', path, one)),
    ...writable.flatMap((one) => word('rw', path, one)),
  ]);
  // Before anything is covered: what is blanked may lie where nothing is hidden.
  return [...blanks.map((path) => `blank:${path}`), ...words];
}

function word(kind: string, cover: string, path: string): string[] {
  const inside = relative(cover, path);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? [] : [`${kind}:${inside}`];
}
