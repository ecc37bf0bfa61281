import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Confinement } from '../../../../../base/confinement.ts';
import { publicNpmrc } from '../buildnetwork/npmrc.ts';
import { type Argv, asUser, confined, environmentFile, PLAIN_ENVIRONMENT } from './command.ts';
import { type Sandbox, sandboxOf } from './confinement.ts';
import { buildUids, openUids } from './uids.ts';

/** Where one build works: `<place>/image` are its sources, which become the image; its HOME and TMPDIR stand beside them and vanish with it. */
export interface Workshop {
  readonly place: string;
  /** What to spawn so that the command runs in there. */
  command(
    argv: Argv,
    env: Readonly<Record<string, string>>,
  ): { readonly argv: Argv; readonly cwd: string; readonly env: Readonly<Record<string, string>> };
}

export interface Workshops {
  /** Lends `place` to a build of `owner`; afterwards none of its processes lives, and the place is this process's own again. */
  use<T>(owner: string, place: string, work: (workshop: Workshop) => Promise<T>): Promise<T>;
}

/** Builds of different owners are different users, as far as the confinement goes; those of one owner follow each other. */
export function openWorkshops(dir: string, confinement: Confinement, userHome?: string): Workshops {
  const uids =
    confinement.type === 'uid' ? openUids(join(dir, 'users.json'), buildUids(confinement.uids)) : undefined;
  const isOwn = confinement.type === 'uid' && confinement.uids.count > 1;
  /** The end of the last one that was asked for. */
  const busy = new Map<string, Promise<undefined>>();

  async function lend<T>(owner: string, place: string, work: (workshop: Workshop) => Promise<T>): Promise<T> {
    const user = uids?.(owner);
    for (const name of ['home', 'tmp']) mkdirSync(join(place, name), { mode: 0o700 });
    if (userHome !== undefined) writeFileSync(join(place, 'home', '.npmrc'), npmrcOf(userHome));
    const sandbox = sandboxOf(confinement, () => user ?? -1, { readOnly: [], writable: [place] });
    if (user === undefined) return work(workshopOf(place, sandbox));
    chmodSync(place, 0o711);
    await give(user, place, ['image', 'home', 'tmp']);
    try {
      return await work(workshopOf(place, sandbox));
    } finally {
      // One that left its group would go on writing while the tree is given back, and lead root astray by a link.
      if (isOwn) await run(asUser({ uid: user, lowPorts: false }, ['/bin/sh', '-c', 'kill -KILL -1']));
      await give(0, place, ['image']);
    }
  }

  return {
    use(owner, place, work) {
      const before = busy.get(owner) ?? Promise.resolve();
      const done = before.then(() => lend(owner, place, work));
      const settled = done.then(
        () => undefined,
        () => undefined,
      );
      busy.set(owner, settled);
      void settled.then(() => {
        if (busy.get(owner) === settled) busy.delete(owner);
      });
      return done;
    },
  };
}

function workshopOf(place: string, sandbox: Sandbox): Workshop {
  const cwd = join(place, 'image');
  const own = {
    HOME: join(place, 'home'),
    TMPDIR: join(place, 'tmp'),
    PILOTAGE_BUILD_USER: sandbox.type === 'uid' ? String(sandbox.uid) : '',
  };
  return {
    place,
    command(argv, given) {
      const env = { ...given, ...own };
      if (sandbox.type === 'none') return { argv, cwd, env };
      const envFile = join(place, 'env');
      writeFileSync(envFile, environmentFile(env), { mode: 0o600 });
      return { argv: confined(sandbox, { cwd, envFile, argv }), cwd: '/', env: PLAIN_ENVIRONMENT };
    },
  };
}

/** The system's chown neither follows links nor crosses into what takes a directory's place meanwhile. */
const give = (uid: number, place: string, names: readonly string[]): Promise<void> =>
  run(['chown', '-R', '-h', '-P', `${uid}:${uid}`, '--', ...names.map((name) => join(place, name))]);

function run([program, ...args]: Argv): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: PLAIN_ENVIRONMENT }, (error) => {
      // `kill -1` ends the shell that says it, too, where it is the last one.
      if (error && program === 'chown') reject(error);
      else resolve();
    });
  });
}

function npmrcOf(userHome: string): string {
  try {
    return publicNpmrc(readFileSync(join(userHome, '.npmrc'), 'utf8'));
  } catch {
    // None, or none that can be read: npm's own settings are what a build gets.
    return '';
  }
}
