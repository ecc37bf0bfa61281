// Programs of Kubernetes that tests measure Pilotage by, built once from the pinned modules of test/peers/go.mod into test/peers/.build (ignored).
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './setup.mjs';

const peers = join(root, 'test', 'peers');
/** May be shared by several checkouts. */
const built = process.env.PILOTAGE_PEERS ?? join(peers, '.build');

/** `static`: without C, as it is released. `suite`: a program of tests. `module`: a folder with a go.mod of its own; `modfile`: another one. `variables`: what the linker sets. */
const PROGRAMS = {
  etcd: { from: 'go.etcd.io/etcd/server/v3', static: true },
  'kube-apiserver': { from: 'k8s.io/kubernetes/cmd/kube-apiserver', static: true },
  kubectl: { from: 'k8s.io/kubernetes/cmd/kubectl' },
  'kubectl-convert': { from: 'k8s.io/kubernetes/cmd/kubectl-convert' },
  informers: { from: './informers' },
  helm3: { from: 'helm.sh/helm/v3/cmd/helm', module: 'helm3' },
  helm4: { from: 'helm.sh/helm/v4/cmd/helm', module: 'helm4' },
  kustomize: { from: 'sigs.k8s.io/kustomize/kustomize/v5', module: 'kustomize' },
  tofu: { from: 'github.com/opentofu/opentofu/cmd/tofu', module: 'opentofu' },
  // Helm as Pilotage reproduces it. `-modfile` keeps these releases apart from those that test/clients drives.
  'render-helm4': { from: './render', module: 'helm4', modfile: 'template.mod', variables: helmVariables(4) },
  'render-helm3': { from: './render', module: 'helm3', modfile: 'template.mod', variables: helmVariables(3) },
  k9s: { from: 'github.com/derailed/k9s', module: 'k9s' },
  'kubectl-newest': { from: '.', module: 'kubectl' },
  'kubectl-oldest': { from: '.', module: 'kubectl', modfile: 'oldest.mod' },
  prometheus: { from: '.', module: 'prometheus' },
  'e2e.test': { from: 'k8s.io/kubernetes/test/e2e', suite: true },
};

/** What a release of Helm is told by its linker: its version, and that of its client of Kubernetes, which Helm 4 reads by itself. */
function helmVariables(major) {
  const text = readFileSync(join(peers, `helm${major}`, 'template.mod'), 'utf8');
  const [, version] = new RegExp(`helm\\.sh/helm/v${major} (v\\S+)`).exec(text);
  const [, minor] = /k8s\.io\/client-go v0\.(\d+)/.exec(text);
  const of = `helm.sh/helm/v${major}`;
  const kubernetes = `-X ${of}/pkg/chartutil.k8sVersionMajor=1 -X ${of}/pkg/chartutil.k8sVersionMinor=${minor}`;
  return `-X ${of}/internal/version.version=${version}${major === 3 ? ` ${kubernetes}` : ''}`;
}

/** The release of Kubernetes in a go.mod: that of itself, or that of the library of kubectl; undefined where it has neither. */
function versionIn(path) {
  const text = readFileSync(path, 'utf8');
  const library = /k8s\.io\/kubectl v0\.(\S+)/.exec(text)?.[1];
  return /k8s\.io\/kubernetes v(\S+)/.exec(text)?.[1] ?? (library && `1.${library}`);
}

/** The release of Kubernetes that the programs of its own module are built from, such as `1.35.4`. */
export const kubernetesVersion = () => versionIn(join(peers, 'go.mod'));

/** A Kubernetes program that does not know its version refuses to start, and kubectl prints it. */
function linkerFlags(version) {
  if (version === undefined) return '-s -w';
  const [major, minor] = version.split('.');
  const variable = (name, value) => `-X k8s.io/component-base/version.${name}=${value}`;
  return [
    '-s -w',
    variable('gitVersion', `v${version}`),
    variable('gitMajor', major),
    variable('gitMinor', minor),
    variable('gitTreeState', 'clean'),
    variable('gitCommit', '0'.repeat(40)),
    variable('buildDate', '2020-01-01T00:00:00Z'),
  ].join(' ');
}

function build(name) {
  const { from, static: isStatic, suite, module = '.', modfile = 'go.mod', variables = '' } = PROGRAMS[name];
  console.error(`Building ${name} from ${from}, once (minutes) …`);
  const command = suite ? ['test', '-vet=off', '-c'] : ['build', ...(isStatic ? ['-trimpath'] : [])];
  const linker = `${linkerFlags(versionIn(join(peers, module, modfile)))} ${variables}`.trim();
  const flags = ['-modfile', modfile, '-ldflags', linker];
  run('go', [...command, ...flags, '-o', join(built, name), from], {
    cwd: join(peers, module),
    env: { ...process.env, ...(isStatic ? { CGO_ENABLED: '0' } : {}) },
  });
}

/** What a program is built from, for the file beside it: what has changed is built again. */
function sourceOf(name) {
  const { from, module = '.', modfile = 'go.mod' } = PROGRAMS[name];
  const hash = createHash('sha256').update(readFileSync(join(peers, module, modfile)));
  const folder = join(peers, module, from);
  const own = from.startsWith('.') ? readdirSync(folder).filter((file) => file.endsWith('.go')) : [];
  for (const file of own.sort()) hash.update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}

const stampOf = (name) => join(built, `.${name}.source`);
const isBuilt = (name) =>
  existsSync(join(built, name)) &&
  existsSync(stampOf(name)) &&
  readFileSync(stampOf(name), 'utf8') === sourceOf(name);

/** The folder that holds these programs. Ends the process with 2 where they cannot be built, because Go is absent. */
export function peerPrograms(names) {
  const missing = names.filter((name) => !isBuilt(name));
  if (missing.length === 0) return built;
  if (spawnSync('go', ['version']).status !== 0) {
    console.error(
      `${missing.join(' and ')} must be built first, and Go is not here. Install it: https://go.dev/dl`,
    );
    process.exit(2);
  }
  mkdirSync(built, { recursive: true });
  for (const name of missing) {
    build(name);
    writeFileSync(stampOf(name), sourceOf(name));
  }
  return built;
}

/** Where the sources of a module of test/peers/go.mod lie; Go fetches and verifies them. */
export function peerSources(module = 'k8s.io/kubernetes') {
  execFileSync('go', ['mod', 'download', module], { cwd: peers, stdio: ['ignore', 'ignore', 'inherit'] });
  return execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', module], {
    cwd: peers,
    encoding: 'utf8',
  }).trim();
}
