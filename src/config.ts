/** The only reader of process.env: everything that flags, environment and platform say, turned into values once. */
import { readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Surroundings } from './cli/context.ts';

/** Re-runs this very program, built or from source: what the daemon starts its agent with. */
function ownEntry(): Surroundings['entry'] {
  const here = fileURLToPath(import.meta.url);
  const main = join(dirname(here), here.endsWith('.ts') ? 'main.ts' : 'main.js');
  return { execPath: process.execPath, args: [...process.execArgv, main] };
}

/** Variables of the host that programs started by us need; everything else of the daemon's environment stays here. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
];
/**
 * Package managers in image builds learn from here where packages are and how one gets there. Not all that npm sets for its scripts: its
 * cache and its configuration are this user's, and may hold tokens.
 */
const PASSED_TO_BUILDS = [
  /^npm_config_(registry|(https?_?)?proxy|noproxy|cafile|strict_ssl|fetch_\w+|nodedir)$/i,
  /^pip_(index_url|extra_index_url|find_links|trusted_host|cert|default_timeout)$/i,
  /^(https?|no|all)_proxy$/i,
  /^GO(PROXY|SUMDB|NOPROXY|NOSUMDB|PRIVATE)$/,
  /^(requests_ca_bundle|curl_ca_bundle|git_ssl_cainfo)$/i,
];

function pick(env: NodeJS.ProcessEnv, wanted: (name: string) => boolean): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && wanted(name) ? [[name, value]] : [],
    ),
  );
}

/** Packages keep no times of files but change their version; a checkout keeps its version and builds this file again. */
const buildOf = (version: string): string =>
  `${version} ${statSync(fileURLToPath(import.meta.url)).mtime.toISOString()}`;

function versionOf(packageDir: string): string {
  const text = readFileSync(join(packageDir, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without a passwd entry (containers) has no name.
    return 'unknown';
  }
}

/** Where container engines listen, the user's own word first (Docker's `DOCKER_HOST`; moby and Podman document the other places). */
const engineSocketsOf = ({ DOCKER_HOST = '', XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): readonly string[] => [
  ...(DOCKER_HOST.startsWith('unix://') ? [DOCKER_HOST.slice('unix://'.length)] : []),
  '/var/run/docker.sock',
  '/run/podman/podman.sock',
  ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'podman', 'podman.sock')] : []),
];

/** The files that KUBECONFIG names, as kubectl reads it; undefined where it names none. */
function kubeconfigsOf(value = ''): readonly string[] | undefined {
  const paths = value.split(delimiter).filter(Boolean);
  return paths.length > 0 ? paths.map((path) => resolve(path)) : undefined;
}

export function readSurroundings(env: NodeJS.ProcessEnv = process.env): Surroundings {
  const home = env.HOME || homedir();
  const passedOn = pick(env, (name) => PASSED_ON.includes(name));
  const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));
  const version = versionOf(packageDir);
  return {
    entry: ownEntry(),
    packageDir,
    version,
    build: buildOf(version),
    dataDir: resolve(
      env.PILOTAGE_DATA_DIR || join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'pilotage'),
    ),
    server: env.PILOTAGE_SERVER || undefined,
    token: env.PILOTAGE_TOKEN || undefined,
    credentials: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pilotage', 'credentials.json'),
    kubeconfigs: kubeconfigsOf(env.KUBECONFIG) ?? [join(home, '.kube', 'config')],
    engineSockets: engineSocketsOf(env),
    sshAgent: env.SSH_AUTH_SOCK || undefined,
    user: env.PILOTAGE_USER || env.USER || userName(),
    color: env.NO_COLOR === undefined && env.TERM !== 'dumb',
    hostEnvironment: passedOn,
    buildEnvironment: {
      ...passedOn,
      ...pick(env, (name) => PASSED_TO_BUILDS.some((pattern) => pattern.test(name))),
    },
    /** For programs of the user's own that the demo drives (git), with the user's own configuration. */
    fullEnvironment: pick(env, () => true),
  };
}
