// A real etcd and kube-apiserver on loopback. Binaries come from KUBEBUILDER_ASSETS (envtest's convention) or are built once from
// test/peers/go.mod, which takes minutes. Run as a program it prints where they are as a line of JSON, and ends with its standard input.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peerPrograms } from './peers.mjs';
import { freePort } from './ports.mjs';

/** The folder that holds both binaries. */
const binaries = () => process.env.KUBEBUILDER_ASSETS ?? peerPrograms(['etcd', 'kube-apiserver']);

let work = '';
const started = [];

function start(name, args) {
  const log = join(work, `${name}.log`);
  const out = openSync(log, 'a');
  const child = spawn(join(binaries(), name), args, { stdio: ['ignore', out, out] });
  started.push({ name, child, log });
  return child;
}

/** Ends both and leaves nothing behind. */
export async function stopPeerCluster() {
  for (const { child } of [...started].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
  rmSync(work, { recursive: true, force: true });
}

async function until(what, check) {
  const end = Date.now() + 90_000;
  while (Date.now() < end) {
    const dead = started.find(({ child }) => child.exitCode !== null);
    if (dead) {
      throw new Error(
        `${dead.name} ended:\n${readFileSync(dead.log, 'utf8').split('\n').slice(-15).join('\n')}`,
      );
    }
    if (await check().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} was not ready within 90 s`);
}

function writeKubeconfig(port, token) {
  const path = join(work, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'peer',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority': join(work, 'certs', 'apiserver.crt'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'peer', context: { cluster: 'peer', user: 'admin' } }],
    'current-context': 'peer',
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function startEtcd(durable) {
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  start('etcd', [
    ...['--data-dir', join(work, 'etcd'), '--listen-client-urls', url, '--advertise-client-urls', url],
    ...[
      '--listen-peer-urls',
      `http://127.0.0.1:${peerPort}`,
      ...(durable ? [] : ['--unsafe-no-fsync']),
      '--log-level',
      'error',
    ],
  ]);
  await until('etcd', async () => (await fetch(`${url}/health`)).ok);
  return url;
}

async function startApiServer(etcd, compactable) {
  const port = await freePort();
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(work, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(work, 'service-accounts.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  start('kube-apiserver', [
    ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', String(port)],
    ...['--cert-dir', join(work, 'certs'), '--token-auth-file', join(work, 'tokens.csv')],
    ...['--authorization-mode', 'RBAC', '--service-cluster-ip-range', '10.0.0.0/24'],
    ...['--service-account-issuer', 'https://kubernetes.default.svc'],
    ...['--service-account-key-file', key, '--service-account-signing-key-file', key],
    // Snapshots in the watch cache would outlive a compaction of etcd: the suite wants to see 410.
    ...(compactable ? ['--feature-gates', 'ListFromCacheSnapshot=false'] : []),
    // Without controllers nobody makes the service accounts that pods would need.
    ...['--disable-admission-plugins', 'ServiceAccount', '--allow-privileged'],
  ]);
  const config = writeKubeconfig(port, token);
  const ready = () => askReady(port, token);
  await until('kube-apiserver', ready);
  return config;
}

async function askReady(port, token) {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request({ host: '127.0.0.1', port, path: '/readyz', headers, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('error', reject)
      .end();
  });
}

/** For tests: nothing has to outlive them, but etcd can be compacted; `measured`: as it is run where data count. */
export async function startPeerCluster({ measured = false } = {}) {
  work = mkdtempSync(join(tmpdir(), 'pilotage-peers-'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => stopPeerCluster().then(() => process.exit(1)));
  const etcd = await startEtcd(measured);
  const kubeconfig = await startApiServer(etcd, !measured);
  return { etcd, kubeconfig, pids: started.map(({ child }) => child.pid) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(await startPeerCluster({ measured: true })));
  process.stdin.resume().once('end', () => stopPeerCluster().then(() => process.exit(0)));
}
