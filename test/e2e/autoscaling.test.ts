import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually, Pilotage } from './harness.ts';
import { describeWithKubectl, Kubectl } from './kubectl.ts';

/** Each pod works while the ConfigMap says so: many times what it asks for. */
const LOOP =
  'while :; do if grep -q yes "$PILOTAGE_ROOT/load/busy"; then i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; else sleep 1; fi; sleep 0.05; done';

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worker' },
  spec: {
    selector: { matchLabels: { app: 'worker' } },
    template: {
      metadata: { labels: { app: 'worker' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        volumes: [{ name: 'load', configMap: { name: 'load' } }],
        containers: [
          {
            name: 'main',
            image: 'host',
            command: ['sh', '-c', LOOP],
            resources: { requests: { cpu: '20m' } },
            volumeMounts: [{ name: 'load', mountPath: '/load' }],
          },
        ],
      },
    },
  },
};

const AUTOSCALER = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'worker' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'worker' },
    minReplicas: 1,
    maxReplicas: 4,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 100 } },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 5 } },
  },
};

const load = (busy: 'yes' | 'no') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'load' },
  data: { busy },
});

describeWithKubectl('e2e: a HorizontalPodAutoscaler', function () {
  this.timeout(240_000);
  let pilotage: Pilotage;
  let k: Kubectl;
  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'shop');
  });
  after(() => pilotage.stop());

  const condition = (type: string, key: string) =>
    k.jsonpath('hpa/worker', `.status.conditions[?(@.type=="${type}")].${key}`);
  const scaledTo = (count: number) =>
    eventually(
      `${count} replicas are ready`,
      async () => (await k.jsonpath('deployment/worker', '.status.readyReplicas')) === String(count),
      100_000,
    );

  it('is delivered with what it scales, whose size is then its own', async () => {
    const work = await pilotage.repository('web');
    const template = 'chart/templates/deployment.hbs';
    const text = await readFile(join(work.dir, template), 'utf8');
    const requests = '          resources: {requests: {cpu: 100m}}\n';
    await work.write(template, text.replace('          command:', `${requests}          command:`));
    const { spec } = AUTOSCALER;
    const scaleTargetRef = { ...spec.scaleTargetRef, name: 'web' };
    const scaler = {
      ...AUTOSCALER,
      metadata: { name: 'web' },
      spec: { ...spec, minReplicas: 2, scaleTargetRef },
    };
    await work.write('chart/templates/autoscaler.hbs', `${JSON.stringify(scaler, undefined, 2)}\n`);
    await work.commit('an autoscaler');
    const { stderr } = await work.push();
    expect(stderr).to.contain('[dev] web-dev is healthy');
    const replicas = await k.ok(
      'get',
      'deployment',
      'web',
      '-n',
      'web-dev',
      '-o',
      'jsonpath={.spec.replicas}',
    );
    expect(Number(replicas)).to.be.at.least(2);
    expect((await pilotage.cli('status', 'web/dev')).stdout).to.match(/web\/dev\s.*Healthy/);
  });

  it('starts pods while they work more than they ask for, and ends them when they rest', async () => {
    await k.apply(load('no'));
    await k.apply(DEPLOYMENT);
    await scaledTo(1);
    await k.apply(AUTOSCALER);
    await eventually(
      'it has found its metric',
      async () => (await condition('ScalingActive', 'reason')) === 'ValidMetricFound',
      60_000,
    );
    expect(await k.jsonpath('deployment/worker', '.spec.replicas')).to.equal('1');
    await k.apply(load('yes'));
    await scaledTo(4);
    const described = await k.ok('describe', 'hpa/worker');
    expect(described).to.contain('cpu resource utilization (percentage of request) above target');
    expect(await condition('ScalingLimited', 'reason')).to.equal('TooManyReplicas');
    expect(await k.ok('get', 'hpa', 'worker')).to.match(/cpu: \d{3,}%\/100%/);
    await k.apply(load('no'));
    await scaledTo(1);
    expect(await k.ok('describe', 'hpa/worker')).to.contain('reason: All metrics below target');
  });
});
