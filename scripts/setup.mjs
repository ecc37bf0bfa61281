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

/** What is loaded by require, when it is first needed. */
const MODULES = { 'charts-ajv': 'src/charts/ajv.cjs' };

/** Packages of many small files that commands wait for at their start. All others stay in node_modules: they are large, native, or seldom needed. */
const BUNDLED = ['ajv', 'commander', 'handlebars', 'js-yaml', 'picocolors', 're2js', 'semver'];

/**
 * Some fifty files instead of one for each module: Node spends 0.5 ms on every file that it loads, and a daemon needs hundreds. What a
 * command loads by name stays apart. Names are kept, so that a stack trace says where it was. Types are checked by `npm run typecheck`.
 */
export async function build() {
  rmSync(at('dist'), { recursive: true, force: true });
  const { build: bundle } = await import('esbuild');
  const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const options = {
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    logLevel: 'warning',
  };
  const built = await Promise.all([
    bundle({
      ...options,
      entryPoints: PROGRAMS,
      splitting: true,
      format: 'esm',
      // Packages of CommonJS ask for modules of Node by it.
      banner: { js: REQUIRE },
    }),
    bundle({ ...options, entryPoints: MODULES, format: 'cjs', outExtension: { '.js': '.cjs' } }),
  ]);
  writeLicences(built.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
  copyData('.');
  // As npm does when it installs a package: the checkout's own program can be called, too.
  chmodSync(at('dist', 'main.js'), 0o755);
  writeFileSync(at('dist', '.source'), sourceDigest());
}

const REQUIRE =
  "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);";

/** The licences of the packages that are part of the build's files, as each of them asks. */
function writeLicences(inputs) {
  const packages = new Set(inputs.flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const texts = [...packages].sort().map((folder) => {
    const file = readdirSync(at(folder)).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${folder} has no licence beside it`);
    return `${folder.slice('node_modules/'.length)}\n\n${readFileSync(at(folder, file), 'utf8').trim()}\n`;
  });
  writeFileSync(at('dist', 'LICENSES'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** Builds when dist is absent or was built from other sources. */
export async function ensureBuilt() {
  const stamp = at('dist', '.source');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceDigest()) return;
  console.error('Building …');
  await build();
}
