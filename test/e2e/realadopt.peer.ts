import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AdoptionReport } from '../../src/model/faces.ts';
import { eventually, Work } from './harness.ts';
import { run } from './processes.ts';
import { peer, useFarPilotage } from './realcluster.ts';

const POD = `
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1
          ports: [{containerPort: 8080}]
          env: [{name: GREETING, valueFrom: {configMapKeyRef: {name: web, key: greeting}}}]
          livenessProbe: {httpGet: {path: /, port: 8080}}`;
const OBJECTS = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:${POD}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:${POD}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {greeting: hello}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {password: hunter2}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
`;
const CHART = 'apiVersion: v2\nname: web\nversion: 1.0.0\n';
const KINDS = 'deployments,statefulsets,services,configmaps,secrets,persistentvolumeclaims,hpa,ingresses';
const NAMES = ['helm', 'kubectl', 'argo'] as const;
const FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: taken}
spec:
  environments:
${NAMES.map((name) => `    - {name: ${name}, branch: main, namespace: taken-${name}, cluster: far}`).join('\n')}
  apps:
    - {name: web, chart: chart}
`;

interface Live {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
    readonly managedFields?: { manager: string; subresource?: string }[];
  };
  readonly spec?: object;
}

/** Run by scripts/test-kubernetes.mjs: what the real helm and the real kubectl wrote to the real kube-apiserver, taken over there. */
describe('e2e: what others deployed to a real kube-apiserver is taken over', function () {
  this.timeout(120_000);
  const server = useFarPilotage();
  const { PILOTAGE_PROGRAMS: programs = '' } = process.env;

  const tool = async (program: string, ...args: readonly string[]): Promise<string> => {
    const env = { KUBECONFIG: peer, HOME: server.pilotage.dir };
    const { code, stdout, stderr } = await run(program, args, { env, timeout: 60_000 });
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const live = async (name: string): Promise<readonly Live[]> => {
    const asked = ['get', KINDS, '-n', `taken-${name}`, '--show-managed-fields', '-o', 'json'];
    const { items } = JSON.parse(await tool('kubectl', ...asked)) as { items: Live[] };
    return items.filter((one) => one.metadata.name === 'web');
  };
  const unchanging = (items: readonly Live[]) =>
    items.map(({ kind, metadata: { uid, generation }, spec }) => {
      // kube-apiserver counts annotations of a Deployment as well (`pkg/registry/apps/deployment/strategy.go`): none of it rolls.
      return { kind, uid, spec, ...(kind === 'Deployment' ? {} : { generation }) };
    });

  before(async () => {
    const { pilotage } = server;
    const dir = join(pilotage.dir, 'work', 'taken');
    await mkdir(join(dir, 'chart', 'templates'), { recursive: true });
    await writeFile(join(dir, 'chart', 'Chart.yaml'), CHART);
    await writeFile(join(dir, 'chart', 'templates', 'web.yaml'), OBJECTS);
    await writeFile(join(dir, 'pilotage.yaml'), FILE);
    const objects = join(pilotage.dir, 'objects.yaml');
    await writeFile(objects, OBJECTS);
    for (const name of NAMES) await tool('kubectl', 'create', 'namespace', `taken-${name}`);
    await tool(join(programs, 'helm4'), 'install', 'web', join(dir, 'chart'), '-n', 'taken-helm');
    await tool('kubectl', 'apply', '-n', 'taken-kubectl', '-f', objects);
    await tool(
      ...(['kubectl', 'apply', '-n', 'taken-argo', '-f', objects] as const),
      ...['--server-side', '--field-manager=argocd-controller'],
    );
    const work = new Work(dir, `${pilotage.ready.git}/taken.git`);
    await work.git('init', '--quiet', '--initial-branch=main');
    await work.commit('first');
    server.pushes.push(work.push('main'));
    const allowed = NAMES.flatMap((name) => ['--allow-namespace', `taken-${name}`]);
    await eventually('the delivery', async () => {
      const { code, stderr } = await pilotage.cli('connect', 'taken', '--allow-cluster', 'far', ...allowed);
      expect(code, stderr).to.equal(0);
      return true;
    });
  });

  for (const name of NAMES)
    it(`from ${name}, with each specification as it was and an empty plan after it`, async () => {
      const { pilotage } = server;
      const before = unchanging(await live(name));
      await eventually('the report', async () => {
        const report = await pilotage.json<AdoptionReport>('adopt', `taken/${name}`);
        expect(report.objects.map(({ object, state, diff }) => [object.kind, state, ...diff])).to.deep.equal(
          report.objects.map(({ object }) => [object.kind, 'matches']),
        );
        expect(report.objects).to.have.length(8);
        return true;
      });
      const { code, stderr } = await pilotage.cli('adopt', `taken/${name}`, '--all');
      expect(code, stderr).to.equal(0);
      await eventually('the empty plan', async () => {
        await server.expectEmptyPlan(`taken/${name}`);
        return true;
      });
      const after = await live(name);
      expect(unchanging(after)).to.deep.equal(before);
      const managers = after.flatMap(({ metadata }) => metadata.managedFields?.map(({ manager }) => manager));
      expect([...new Set(managers)]).to.deep.equal(['pilotage']);
    });
});
