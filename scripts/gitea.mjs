// A real Gitea, built once from its Go module into test/peers/.build (ignored): about four minutes on two cores, and a C compiler for sqlite.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const MODULE = 'code.gitea.io/gitea';
const VERSION = 'v1.26.0';
/** What `go mod download` has to say of it. */
const SUM = 'h1:fJP9dqLbzKrKWUVnCVTfVersZdVDuyJQLEDzCAOmKKA=';

/** The program, and the folder of its templates; undefined where there is no Go or no C compiler. */
export function giteaPrograms() {
  const has = (program, ...args) => spawnSync(program, args).status === 0;
  if (!has('go', 'version') || !has('gcc', '--version')) return undefined;
  const folder = process.env.PILOTAGE_PEERS ?? join(root, 'test', 'peers', '.build');
  mkdirSync(folder, { recursive: true });
  // Outside of any module: what is downloaded is named whole.
  const said = execFileSync('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], {
    cwd: folder,
    env: { ...process.env, GOWORK: 'off' },
  });
  const { Dir, Sum } = JSON.parse(said);
  if (Sum !== SUM) throw new Error(`${MODULE} ${VERSION} is not what it was: ${Sum}`);
  const program = join(folder, `gitea-${VERSION}`);
  if (!existsSync(program)) {
    console.log(`building ${MODULE} ${VERSION}, once`);
    const args = [
      'build',
      '-C',
      Dir,
      '-tags',
      'sqlite sqlite_unlock_notify',
      '-ldflags',
      '-s -w',
      '-o',
      program,
      '.',
    ];
    execFileSync('go', args, { stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '1', GOWORK: 'off' } });
  }
  return { program, templates: Dir };
}
