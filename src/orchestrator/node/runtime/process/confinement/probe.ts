import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, parse, relative, sep } from 'node:path';
import { highestUid } from '../../../../../base/proc.ts';
import { LOOPBACK_UP, unshared } from '../buildnetwork/namespace.ts';
import { type Argv, asUser, confined, PLAIN_ENVIRONMENT } from './command.ts';
import type { Sandbox, View } from './confinement.ts';
import type { MachineFacts } from './decide.ts';

export interface ProbeOptions {
  readonly dataDir: string;
  readonly home: string;
  /** PATH of builds and pods. */
  readonly path: string;
  /** Files besides the usual ones that hold credentials: kubeconfigs. */
  readonly credentials: readonly string[];
}

/** Finds out by doing: kernels, distributions, containers and mandatory access control forbid namespaces in too many ways to ask for. */
export async function probeMachine(options: ProbeOptions): Promise<MachineFacts> {
  const { dataDir } = options;
  const [uid, gid] = [process.geteuid?.() ?? -1, process.getegid?.() ?? -1];
  const root = uid === 0;
  const barrier = barrierOf(dirname(dataDir));
  const home = root ? undefined : homeOf(options.home, uid);
  const other = { uid: 65_534, lowPorts: false };
  const [canSwitchUser, canBindLowPorts, canMount, namespaces, networks] = await Promise.all([
    root ? attempt(asUser(other, ['true'])) : false,
    root ? attempt(asUser({ ...other, lowPorts: true }, ['true'])) : false,
    root ? trial({ dataDir, barrier }, (view) => ({ type: 'uid', ...other, view })) : false,
    root
      ? 'root needs none'
      : trial({ dataDir, barrier: undefined }, (view) => ({ type: 'namespace', uid, gid, view })),
    attempt([...unshared(root), '/bin/sh', '-c', LOOPBACK_UP]),
  ]);
  return {
    uid,
    gid,
    maxUid: highestUid(),
    canSwitchUser: canSwitchUser === true,
    canBindLowPorts: canBindLowPorts === true,
    canMount: canMount === true,
    namespaces,
    networks,
    dataDir,
    ...(barrier === undefined ? {} : { barrier }),
    ...(home === undefined ? {} : { home }),
    programs: programsOf(
      options.path,
      root ? barrierOf : (dir) => (dir === home || dir.startsWith(`${home}/`) ? home : undefined),
    ),
    powers: root ? [] : powersOf(uid, options.credentials),
  };
}

/** What a sandbox is for: something below the data directory is seen and cannot be changed, the rest is not there. */
async function trial(
  { dataDir, barrier }: { readonly dataDir: string; readonly barrier: string | undefined },
  sandbox: (view: View) => Exclude<Sandbox, { type: 'none' }>,
): Promise<true | string> {
  const place = mkdtempSync(join(dataDir, 'probe-'));
  try {
    const [shown, hidden] = [join(place, 'shown'), join(place, 'hidden')];
    for (const dir of [shown, hidden]) {
      mkdirSync(dir, { mode: 0o755 });
      writeFileSync(join(dir, 'file'), '');
    }
    const covers = [{ path: barrier ?? dataDir, show: [] }];
    const view = { covers, blanks: [], readOnly: [shown], writable: [] };
    const test = 'test -e file && test ! -e ../hidden && test ! -w .';
    const program = { argv: ['/bin/sh', '-c', test], cwd: shown, envFile: '/dev/null' } as const;
    return await attempt(confined(sandbox(view), program));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const PROBE_MS = 5_000;

/** true, or what the tool or the kernel said. */
function attempt([program, ...args]: Argv): Promise<true | string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PROBE_MS, env: PLAIN_ENVIRONMENT }, (error, _stdout, stderr) => {
      if (!error) return resolve(true);
      const said = stderr.trim().split('\n').at(-1);
      resolve(said || error.message.split('\n')[0] || 'it failed');
    });
  });
}

/** The first directory on the way to `path`, itself included, that other users may not enter. */
function barrierOf(path: string): string | undefined {
  const { root } = parse(path);
  let place = root;
  for (const name of ['', ...path.slice(root.length).split(sep)]) {
    place = join(place, name);
    const found = statSync(place, { throwIfNoEntry: false });
    if (!found) return undefined;
    if ((found.mode & 0o001) === 0) return place;
  }
  return undefined;
}

/** By barrier: what must be shown of it so that programs of PATH below it can be run, with the files beside them. */
export function programsOf(
  path: string,
  barrierTo: (dir: string) => string | undefined,
): Record<string, string[]> {
  const shown: Record<string, string[]> = {};
  for (const dir of new Set(path.split(':').filter((one) => one.startsWith('/')))) {
    const barrier = barrierTo(dir);
    if (barrier === undefined || barrier === dir || !existsSync(dir)) continue;
    const list = shown[barrier] ?? [];
    shown[barrier] = list;
    const inside = relative(barrier, installationOf(dir, barrier));
    if (!list.some((one) => inside === one || inside.startsWith(`${one}/`))) list.push(inside);
  }
  return shown;
}

/** `~/.nvm/versions/node/v20/bin` → the folder above, which has `lib` too; but never all of a home, or of `~/.local`. */
function installationOf(dir: string, home: string): string {
  const above = dirname(dir);
  const isInstallation = ['bin', 'sbin', 'shims'].includes(basename(dir)) && above !== home;
  return isInstallation && basename(above) !== '.local' ? above : dir;
}

/** A process that may talk to these can run programs outside of any sandbox: container engines, the session's systemd and key rings. */
const SOCKETS = ['docker.sock', 'podman/podman.sock', 'containerd/containerd.sock'];

const powersOf = (uid: number, credentials: readonly string[]): string[] =>
  [...SOCKETS.map((name) => join('/run', name)), join('/run/user', String(uid)), ...credentials].filter(
    (path) => existsSync(path),
  );

/** Undefined where HOME is a place that many share, `/` or `/tmp` say. */
function homeOf(home: string, uid: number): string | undefined {
  const found = statSync(home, { throwIfNoEntry: false });
  return found?.isDirectory() && found.uid === uid && home !== '/' ? home : undefined;
}
