import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually, fetchText, Pilotage } from '../e2e/harness.ts';
import { fixture, Kubectl } from '../e2e/kubectl.ts';

interface Targets {
  readonly data: {
    readonly activeTargets: readonly {
      readonly scrapePool: string;
      readonly discoveredLabels: Readonly<Record<string, string>>;
    }[];
  };
}

const ROLES = ['node', 'pod', 'service', 'endpoints', 'endpointslice', 'ingress'];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const here = spawnSync('prometheus', ['--version']).status === 0;

/** The real Prometheus, which only discovers: it does not have to reach what it finds. */
(here ? describe : describe.skip)('the service discovery of Prometheus', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let prometheus: ChildProcess;
  let url: string;

  before(async () => {
    pilotage = await Pilotage.start();
    const k = await Kubectl.inNamespace(pilotage, 'shop');
    await k.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { defaultBackend: { service: { name: 'web', port: { name: 'http' } } } },
    });
    await k.ok('apply', '-f', fixture('web.yaml'));
    await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
    const config = {
      scrape_configs: ROLES.map((role) => ({
        job_name: role,
        kubernetes_sd_configs: [{ role, kubeconfig_file: pilotage.ready.kubeconfig }],
      })),
    };
    const path = join(pilotage.dir, 'prometheus.yml');
    // YAML has JSON in it.
    await writeFile(path, JSON.stringify(config));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${path}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--storage.tsdb.path=${join(pilotage.dir, 'prometheus')}`,
      ],
      { stdio: 'ignore' },
    );
  });
  after(async () => {
    prometheus?.kill();
    await pilotage.stop();
  });

  /** The labels of what it has discovered for a role. */
  async function discovered(role: string): Promise<readonly Readonly<Record<string, string>>[]> {
    const { text } = await fetchText(`${url}/api/v1/targets?state=active`);
    const { data } = JSON.parse(text) as Targets;
    return data.activeTargets
      .filter(({ scrapePool }) => scrapePool === role)
      .map(({ discoveredLabels }) => discoveredLabels);
  }
  const finds = (role: string, label: string, value: RegExp, count: number) =>
    eventually(`it finds ${count} of ${role}`, async () => {
      const found = (await discovered(role)).filter((labels) => value.test(labels[label] ?? ''));
      return found.length === count ? found : undefined;
    });

  it('finds nodes, pods and services', async () => {
    const [node] = await finds('node', '__meta_kubernetes_node_name', /./, 1);
    expect(node?.__meta_kubernetes_node_address_InternalIP).to.match(/^\d/);
    const pods = await finds('pod', '__meta_kubernetes_pod_name', /^web-/, 2);
    for (const pod of pods) expect(pod.__meta_kubernetes_pod_ready).to.equal('true');
    await finds('service', '__meta_kubernetes_service_name', /^web$/, 1);
  });

  it('finds endpoints by either kind, and what they lead to', async () => {
    const [slice] = await finds('endpointslice', '__meta_kubernetes_service_name', /^web$/, 2);
    expect(slice?.__meta_kubernetes_pod_name).to.match(/^web-/);
    const [endpoint] = await finds('endpoints', '__meta_kubernetes_service_name', /^web$/, 2);
    expect(endpoint?.__meta_kubernetes_pod_name).to.match(/^web-/);
  });

  it('finds an ingress', () => finds('ingress', '__meta_kubernetes_ingress_name', /^web$/, 1));

  it('forgets what is gone', async () => {
    const { code } = await pilotage.kubectl('scale', 'deployment/web', '--replicas=0', '-n', 'shop');
    expect(code).to.equal(0);
    await finds('pod', '__meta_kubernetes_pod_name', /^web-/, 0);
  });
});
