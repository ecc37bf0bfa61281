import { expect } from 'chai';
import { eventually } from './harness.ts';
import { describeWithKubectl } from './kubectl.ts';
import { type Listed, type Named, useWebShop } from './webshop.ts';

describeWithKubectl('e2e: kubectl at a running cluster: reading', function () {
  this.timeout(60_000);
  const shop = useWebShop();
  const columns = async (...args: string[]) =>
    (await shop.k.lines('get', ...args))[0]?.trim().split(/\s{2,}/) ?? [];

  it('runs the command of a manifest whose image is `host`, on every replica', async () => {
    const logs = await shop.k.lines('logs', '-l', 'app=web', '--prefix');
    expect(logs).to.have.length(2);
    expect(logs.every((line) => line.endsWith('listening, version one'))).to.equal(true);
  });

  it('prints tables: narrow, wide, by label, over all namespaces', async () => {
    expect(await columns('pods')).to.deep.equal(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
    expect(await columns('pods', '-o', 'wide')).to.include.members(['IP', 'NODE', 'NOMINATED NODE']);
    expect(await columns('nodes', '-o', 'wide')).to.include.members(['INTERNAL-IP', 'CONTAINER-RUNTIME']);
    expect(await columns('all', '-A')).to.include.members(['NAMESPACE', 'NAME', 'READY', 'STATUS']);
    expect(await shop.k.lines('get', 'pods', '-l', 'app=web', '--no-headers')).to.have.length(2);
    expect(await shop.k.ok('get', 'pods', '-l', 'app!=web', '--no-headers')).to.equal('');
    expect(await shop.k.ok('get', 'deployments', '--no-headers')).to.match(/^web\s+2\/2\s+2\s+2\s/);
    expect(await shop.k.ok('get', 'endpointslices', '--no-headers')).to.match(
      /IPv4\s+8080\s+127\.\S+,127\.\S+/,
    );
  });

  it('prints objects: YAML, JSON, names, one field', async () => {
    expect(await shop.k.ok('get', 'configmap', 'web', '-o', 'yaml')).to.match(/^ {2}greeting: hello$/m);
    const { items } = await shop.k.get<Listed<Named>>('pods');
    expect(await shop.k.lines('get', 'pods', '-o', 'name')).to.have.members(
      items.map(({ metadata }) => `pod/${metadata.name}`),
    );
    expect(await shop.k.jsonpath('deployment/web', '.status.readyReplicas')).to.equal('2');
  });

  it('describes a pod, a deployment, a service and the node, with their events', async () => {
    const pod = await shop.k.ok('describe', 'pod', '-l', 'app=web');
    expect(pod)
      .to.match(/Controlled By:\s+ReplicaSet\/web-/)
      .and.to.match(/Container ID:\s+process:\/\//);
    expect(pod).to.match(/Normal\s+Scheduled .*Successfully assigned shop\/web-/);
    const deployment = await shop.k.ok('describe', 'deployment', 'web');
    expect(deployment).to.contain('2 desired | 2 updated | 2 total | 2 available | 0 unavailable');
    expect(deployment).to.match(/ScalingReplicaSet .*Scaled up replica set web-\w+ from 0 to 2/);
    expect(await shop.k.ok('describe', 'service', 'web')).to.match(
      /Endpoints:\s+127\.\S+:8080,127\.\S+:8080/,
    );
    const node = await shop.k.ok('describe', 'nodes');
    expect(node)
      .to.match(/Ready\s+True .*AgentReady/)
      .and.to.match(/cpu\s+20m \(/);
  });

  it('lists events, and those of one object', async () => {
    expect(await shop.k.ok('get', 'events')).to.contain('SuccessfulCreate');
    expect(await shop.k.ok('events', '--for', 'deployment/web')).to.contain('ScalingReplicaSet');
  });

  it('lists the kinds of Pilotage by their short names, with their own columns', async () => {
    const kinds = await shop.k.ok('api-resources', '--api-group=pilotage.dev');
    for (const short of ['pdel', 'penv', 'ppromo']) expect(kinds).to.contain(short);
    const work = await shop.pilotage.repository('web');
    expect((await work.push()).code).to.equal(0);
    await eventually('it is healthy', async () =>
      /web-dev\s.*Synced.*Healthy/.test(await shop.k.ok('get', 'penv', '-A', '--no-headers')),
    );
    const tables = await shop.k.lines('get', 'penv,pdel', '-A');
    expect(tables[0]?.split(/\s{2,}/)).to.include.members(['NAMESPACE', 'NAME', 'SYNC', 'HEALTH']);
    expect(tables.find((line) => line.includes('delivery.pilotage.dev/web'))).to.be.a('string');
    expect(await shop.k.ok('get', 'pilotage', '-A', '-o', 'name')).to.include(
      'release.pilotage.dev/web.dev.1',
    );
    await shop.k.ok('wait', 'penv/web.dev', '-n', 'pilotage', '--for=condition=Ready', '--timeout=20s');
    expect(await shop.k.ok('explain', 'penv.spec.branch')).to.contain('<string>');
  });

  describe('logs', () => {
    before(() =>
      shop.k.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'talker' },
        spec: {
          restartPolicy: 'OnFailure',
          containers: [
            {
              name: 'main',
              image: 'host',
              command: [
                'sh',
                '-c',
                'n=$(cat $PILOTAGE_ROOT/d/n 2>/dev/null || echo 0); echo $((n+1)) > $PILOTAGE_ROOT/d/n; for i in 1 2 3; do echo life $n line $i; done; test $n = 0 && exit 7; until test -e $PILOTAGE_ROOT/d/go; do sleep 0.1; done; echo bye >&2',
              ],
              volumeMounts: [{ name: 'd', mountPath: '/d' }],
              lifecycle: {},
            },
          ],
          volumes: [{ name: 'd', emptyDir: {} }],
        },
      }),
    );

    it('shows the life before and this one, the last lines, and when they were written', async () => {
      await shop.k.ok(
        'wait',
        'pod/talker',
        '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
        '--timeout=20s',
      );
      await shop.k.ok('wait', 'pod/talker', '--for=condition=Ready', '--timeout=20s');
      expect(await shop.k.lines('logs', 'talker', '--previous')).to.deep.equal(
        [1, 2, 3].map((n) => `life 0 line ${n}`),
      );
      await eventually('it has spoken', async () => (await shop.k.lines('logs', 'talker')).length === 3);
      expect(await shop.k.lines('logs', 'talker', '--tail=2')).to.deep.equal([
        'life 1 line 2',
        'life 1 line 3',
      ]);
      expect(await shop.k.ok('logs', 'talker', '--timestamps', '--tail=1')).to.match(
        /^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z life 1 line 3$/,
      );
      expect(await shop.k.lines('logs', 'talker', '--since=1h')).to.have.length(3);
      expect(await shop.k.ok('logs', 'talker', '--since-time=2100-01-01T00:00:00Z')).to.equal('');
      expect(await shop.k.ok('logs', 'talker', '--limit-bytes=6')).to.equal('life 1');
      expect(await shop.k.fails('logs', 'talker', '-c', 'nobody')).to.contain(
        'container nobody is not valid for pod talker',
      );
    });
  });
});
