// What every npm script needs before it starts: installed packages and a fresh build. Plain Node, no packages, because it runs first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);

/** Runs a program with its output passed through; ends this process with its exit code when that is not 0. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) {
    console.error(`${command}: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0));
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Pilotage needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Installs from the lock file when node_modules is absent or belongs to another lock file. */
export function ensureInstalled() {
  requireNode();
  const wanted = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  const stamp = at('node_modules', '.pilotage-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing packages from package-lock.json …');
  // Install scripts are not needed: every native package ships its prebuilt binaries.
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(stamp, wanted);
}

/** Digest of the names and contents of everything that the build reads. */
function sourceDigest() {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(at(path)).isDirectory()) {
      for (const name of readdirSync(at(path)).sort()) add(join(path, name));
    } else {
      hash.update(`${path}\0`).update(readFileSync(at(path)));
    }
  };
  for (const path of ['src', 'package-lock.json', 'tsconfig.json', 'scripts/setup.mjs']) add(path);
  return hash.digest('hex');
}

/** Copies generated data that the code reads at run time (src/base/ownfiles.ts), not the ignore files of tools. */
function copyData(path) {
  for (const entry of readdirSync(at('src', path), { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) copyData(below);
    else if (entry.name.endsWith('.json')) cpSync(at('src', below), at('dist', below));
  }
}

/** The programs that a build holds: what users call, and what it starts in threads and processes (src/base/ownfiles.ts). */
const PROGRAMS = {
  main: 'src/main.ts',
  'render-pool-worker': 'src/render/pool/worker.ts',
  'git-pack-index-worker': 'src/git/pack/index-worker.ts',
  'orchestrator-network-relay-main': 'src/orchestrator/network/relay/main.ts',
};

/**
 * Some fifty files instead of one for each module: Node spends 0.5 ms on every file that it loads, and a daemon needs hundreds. What a
 * command loads by name stays apart. Types are checked by `npm run typecheck`; packages stay in node_modules.
 */
export async function build() {
  rmSync(at('dist'), { recursive: true, force: true });
  const { build: bundle } = await import('esbuild');
  await bundle({
    absWorkingDir: root,
    entryPoints: PROGRAMS,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    charset: 'utf8',
    logLevel: 'warning',
  });
  copyData('.');
  // As npm does when it installs a package: the checkout's own program can be called, too.
  chmodSync(at('dist', 'main.js'), 0o755);
  writeFileSync(at('dist', '.source'), sourceDigest());
}

/** Builds when dist is absent or was built from other sources. */
export async function ensureBuilt() {
  const stamp = at('dist', '.source');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceDigest()) return;
  console.error('Building …');
  await build();
}
