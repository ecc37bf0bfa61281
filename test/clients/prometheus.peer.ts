import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { eventually, Pilotage } from '../e2e/harness.ts';
import { client, program } from './programs.ts';

type Labels = Readonly<Record<string, string>>;

interface Group {
  readonly role: string;
  readonly source: string;
  readonly targets: readonly Labels[];
}

const READS = ['nodes', 'pods', 'services', 'endpoints', 'ingresses', 'endpointslices'];
const META = '__meta_kubernetes_';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'orders',
    namespace: 'shop',
    labels: { app: 'orders' },
    annotations: { 'prometheus.io/scrape': 'true' },
  },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'web',
        image: 'host',
        command: ['sleep', '3600'],
        ports: [{ name: 'metrics', containerPort: 8080 }],
      },
    ],
  },
};

/** As the service account that its chart makes, with the rules of that chart. The steps build upon each other. */
describe("Prometheus' service discovery", function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: ReturnType<typeof client>;
  let watching: ChildProcess;
  const groups = new Map<string, Group>();
  const complaints: string[] = [];

  /** The target of a role whose label has the value. */
  const found = (role: string, label: string, value: string): Labels | undefined =>
    [...groups.values()]
      .filter((group) => group.role === role)
      .flatMap(({ targets }) => targets)
      .find((target) => target[`${META}${label}`] === value);
  const finds = (role: string, label: string, value: string): Promise<Labels> =>
    eventually(`${role} ${value}`, async () => found(role, label, value));

  before(async () => {
    pilotage = await Pilotage.start();
    k = client('kubectl', pilotage.ready.kubeconfig, pilotage.dir);
    await k.ok('create', 'namespace', 'shop');
    await k.ok('create', 'serviceaccount', 'prometheus', '-n', 'shop');
    await k.ok(
      'create',
      'clusterrole',
      'prometheus',
      '--verb=get,list,watch',
      `--resource=${READS.join(',')}`,
    );
    await k.ok(
      'create',
      'clusterrolebinding',
      'prometheus',
      '--clusterrole=prometheus',
      '--serviceaccount=shop:prometheus',
    );
    const token = await k.ok('create', 'token', 'prometheus', '-n', 'shop');
    const config = JSON.parse(await k.ok('config', 'view', '--raw', '--flatten', '-o', 'json'));
    const users = config.users.map(({ name }: { name: string }) => ({ name, user: { token } }));
    const kubeconfig = join(pilotage.dir, 'prometheus.json');
    await writeFile(kubeconfig, JSON.stringify({ ...config, users }));
    const child = spawn(program('prometheus'), [kubeconfig]);
    watching = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const group = JSON.parse(line) as Group;
      groups.set(`${group.role} ${group.source}`, group);
    });
    createInterface({ input: child.stderr }).on('line', (line) => void complaints.push(line));
  });
  after(async () => {
    watching?.kill();
    await pilotage?.stop();
  });

  it('finds the node, its address and the port of what serves there', async () => {
    const name = await k.ok('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
    const node = await finds('node', 'node_name', name);
    expect(node.__address__).to.match(/^[\d.]+:\d+$/);
  });

  it('finds a pod that appears, with its labels, annotations and port, once it is ready', async () => {
    const file = join(pilotage.dir, 'pod.json');
    await writeFile(file, JSON.stringify(POD));
    await k.ok('create', '-f', file);
    const pod = await eventually('the pod is ready', async () => {
      const target = found('pod', 'pod_name', 'orders');
      return target?.[`${META}pod_ready`] === 'true' ? target : undefined;
    });
    expect(pod).to.include({
      [`${META}namespace`]: 'shop',
      [`${META}pod_label_app`]: 'orders',
      [`${META}pod_annotation_prometheus_io_scrape`]: 'true',
      [`${META}pod_phase`]: 'Running',
      [`${META}pod_container_port_name`]: 'metrics',
    });
    expect(pod.__address__).to.equal(`${pod[`${META}pod_ip`]}:8080`);
  });

  it('finds the Service, its Endpoints, its EndpointSlice and the Ingress', async () => {
    await k.ok('create', 'service', 'clusterip', 'orders', '--tcp=80:8080', '-n', 'shop');
    await k.ok('create', 'ingress', 'orders', '--rule=shop.example/*=orders:80', '-n', 'shop');
    await finds('service', 'service_name', 'orders');
    await finds('endpoints', 'endpoints_name', 'orders');
    await finds('endpointslice', 'endpointslice_label_kubernetes_io_service_name', 'orders');
    expect(await finds('ingress', 'ingress_name', 'orders')).to.include({
      [`${META}ingress_host`]: 'shop.example',
    });
  });

  it('forgets a pod that is deleted', async () => {
    await k.ok('delete', 'pod', 'orders', '-n', 'shop');
    await eventually('the pod is gone', async () => found('pod', 'pod_name', 'orders') === undefined);
  });

  it('has nothing to complain of', () => {
    expect(complaints.filter((line) => !line.includes('level=INFO'))).to.deep.equal([]);
  });
});
