// `npm run test:kubernetes`: the KubeClient contract suite and the delivery of a repository against a real kube-apiserver and etcd.
// Binaries come from KUBEBUILDER_ASSETS (envtest's convention) or are built once from test/peers/go.mod, which takes minutes.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerPrograms } from './peers.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

const PEER_TESTS = [
  'test/contract/kubernetes.peer.ts',
  'test/e2e/realcluster.peer.ts',
  'test/e2e/homecluster.peer.ts',
];

/** The folder that holds both binaries. */
const binaries = () => process.env.KUBEBUILDER_ASSETS ?? peerPrograms(['etcd', 'kube-apiserver']);

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const started = [];

function start(name, args) {
  const log = join(work, `${name}.log`);
  const out = openSync(log, 'a');
  const child = spawn(join(bin, name), args, { stdio: ['ignore', out, out] });
  started.push({ name, child, log });
  return child;
}

async function stopAll() {
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

async function startEtcd() {
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  start('etcd', [
    ...['--data-dir', join(work, 'etcd'), '--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`, '--unsafe-no-fsync', '--log-level', 'error'],
  ]);
  await until('etcd', async () => (await fetch(`${url}/health`)).ok);
  return url;
}

async function startApiServer(etcd) {
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
    ...['--feature-gates', 'ListFromCacheSnapshot=false'],
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

ensureInstalled();
await ensureBuilt();
const bin = binaries();
const work = mkdtempSync(join(tmpdir(), 'pilotage-peers-'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => stopAll().then(() => process.exit(1)));
}
try {
  const etcd = await startEtcd();
  const kubeconfig = await startApiServer(etcd);
  const { createSuite } = await import('./suite.mjs');
  const suite = createSuite();
  await suite.mocha([process.argv.length > 2 ? process.argv.slice(2) : PEER_TESTS], {
    CONTRACT_KUBECONFIG: kubeconfig,
    CONTRACT_ETCD: etcd,
  });
  await stopAll();
  suite.finish();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stopAll();
  process.exit(1);
}
