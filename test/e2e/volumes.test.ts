import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually, Pilotage } from './harness.ts';
import { describeWithKubectl, Kubectl } from './kubectl.ts';

/** Each start of a pod leaves a line in its volume. */
const DATABASE = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    replicas: 2,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'main',
            image: 'host',
            command: [
              'sh',
              '-c',
              'echo "start of $POD_NAME" >> "$PILOTAGE_ROOT/data/log"; cat "$PILOTAGE_ROOT/data/log"; exec sleep 1000',
            ],
            env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
};

describeWithKubectl('e2e: volumes that outlive pods', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let k: Kubectl;
  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'data');
  });
  after(() => pilotage.stop());

  const starts = (pod: string, count: number) =>
    eventually(`${count} starts of ${pod}`, async () => {
      const lines = (await k.run('logs', pod)).stdout.trim().split('\n');
      return lines.length === count && lines.every((line) => line === `start of ${pod}`);
    });
  const kept = (): readonly string[] => readdirSync(join(pilotage.dataDir, 'agent', 'volumes'));

  it('keep the data of each pod of a StatefulSet over its deletion and over scaling, and go after their claims', async () => {
    await k.apply(DATABASE);
    await Promise.all([starts('db-0', 1), starts('db-1', 1)]);
    expect(kept()).to.have.length(2);
    await k.ok('delete', 'pod', 'db-0');
    await starts('db-0', 2);
    await k.ok('scale', 'statefulset/db', '--replicas=0');
    await k.ok('wait', '--for=delete', 'pod/db-0', 'pod/db-1', '--timeout=30s');
    expect(kept()).to.have.length(2);
    await k.ok('scale', 'statefulset/db', '--replicas=2');
    await Promise.all([starts('db-0', 3), starts('db-1', 2)]);
    await k.ok('delete', 'statefulset/db', 'pvc/data-db-0', 'pvc/data-db-1');
    await eventually('the directories are gone', async () => kept().length === 0);
    await eventually('and the volumes', async () => (await k.ok('get', 'pv', '--no-headers')) === '');
  });

  it('show a part of a volume, and let nobody write to one that is mounted to be read', async () => {
    await k.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'shared' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const pod = (name: string, script: string, mount: object) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'main',
            image: 'host',
            command: ['sh', '-c', script],
            volumeMounts: [{ name: 'data', mountPath: '/data', ...mount }],
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'shared' } }],
      },
    });
    await k.apply(pod('writer', 'echo kept > "$PILOTAGE_ROOT/data/file"', { subPath: 'part' }));
    await k.ok('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/writer', '--timeout=30s');
    const script = 'cat "$PILOTAGE_ROOT/data/part/file"; echo no > "$PILOTAGE_ROOT/data/part/file"';
    await k.apply(pod('reader', script, { readOnly: true }));
    await k.ok('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/reader', '--timeout=30s');
    const said = await k.ok('logs', 'reader');
    expect(said).to.match(/^kept\n/);
    expect(said).to.contain('Read-only file system');
  });

  it('say why a pod waits whose claim is not there, and why one does that names its node itself', async () => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'nowhere' } }];
    const containers = [{ name: 'main', image: 'host', command: ['sleep', '1000'] }];
    const pod = (name: string, spec: object) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers, volumes, ...spec },
    });
    await k.apply(pod('waits', {}));
    const unscheduled = '.status.conditions[?(@.type=="PodScheduled")].message';
    const missing = 'persistentvolumeclaim "nowhere" not found';
    await eventually('the scheduler says why', async () =>
      (await k.jsonpath('pod/waits', unscheduled)).startsWith(`0/1 nodes are available: ${missing}. `),
    );
    const nodeName = await k.ok('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
    await k.apply(pod('direct', { nodeName }));
    const waiting = '.status.containerStatuses[0].state.waiting.message';
    await eventually(
      'the node says why',
      async () => (await k.jsonpath('pod/direct', waiting)) === `volume "data": ${missing}`,
    );
  });

  it('are delivered by a push with the pods that write to them, and stay when git has them no more', async () => {
    const work = await pilotage.repository('notes');
    await work.git('rm', '-r', '--quiet', 'chart/templates/deployment.hbs', 'chart/templates/service.hbs');
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'notes' } };
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const container = {
      name: 'main',
      image: 'host',
      command: ['sh', '-c', 'echo noted > "$PILOTAGE_ROOT/notes/one"; exec sleep 1000'],
      volumeMounts: [{ name: 'notes', mountPath: '/notes' }],
    };
    const volumes = [{ name: 'notes', persistentVolumeClaim: { claimName: 'notes' } }];
    const template = {
      metadata: { labels: { app: 'notes' } },
      spec: { terminationGracePeriodSeconds: 1, containers: [container], volumes },
    };
    const selector = { matchLabels: { app: 'notes' } };
    const writer = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'notes' },
      spec: { selector, template },
    };
    await work.write('chart/templates/claim.hbs', JSON.stringify({ ...claim, spec }));
    await work.write('chart/templates/writer.hbs', JSON.stringify(writer));
    await work.commit('notes');
    const pushed = await work.push();
    expect(pushed.stderr).to.contain('[dev] notes-dev is healthy');
    expect(await k.ok('-n', 'notes-dev', 'get', 'pvc/notes', '-o', 'jsonpath={.status.phase}')).to.equal(
      'Bound',
    );
    const { code, stdout } = await pilotage.cli('diff', 'notes/dev');
    expect(code, stdout).to.equal(0);
    await work.git('rm', '--quiet', 'chart/templates/claim.hbs', 'chart/templates/writer.hbs');
    await work.commit('no notes');
    await work.push();
    await eventually(
      'the pods are gone',
      async () => (await k.run('-n', 'notes-dev', 'get', 'pods', '--no-headers')).stdout === '',
    );
    expect(await k.ok('-n', 'notes-dev', 'get', 'pvc/notes', '-o', 'jsonpath={.status.phase}')).to.equal(
      'Bound',
    );
  });
});
