import { expect } from 'chai';
import { eventually, fetchText, Pilotage } from './harness.ts';
import { describeWithKubectl, fixture, Kubectl } from './kubectl.ts';

interface Listed<T> {
  readonly items: readonly T[];
}
interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
}

const web = fixture('web.yaml');

describeWithKubectl('e2e: kubectl at a running cluster', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'shop');
  });
  after(() => pilotage.stop());

  const rolledOut = (name: string) => k.ok('rollout', 'status', `deployment/${name}`, '--timeout=30s');
  const columns = async (...args: string[]) =>
    (await k.lines('get', ...args))[0]?.trim().split(/\s{2,}/) ?? [];

  describe('reading', () => {
    before(async () => {
      expect(await k.lines('apply', '-f', web)).to.deep.equal([
        'configmap/web created',
        'deployment.apps/web created',
        'service/web created',
      ]);
      expect(await rolledOut('web')).to.contain('successfully rolled out');
    });

    it('runs the command of a manifest whose image is `host`, on every replica', async () => {
      const logs = await k.lines('logs', '-l', 'app=web', '--prefix');
      expect(logs).to.have.length(2);
      expect(logs.every((line) => line.endsWith('listening, version one'))).to.equal(true);
    });

    it('prints tables: narrow, wide, by label, over all namespaces', async () => {
      expect(await columns('pods')).to.deep.equal(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
      expect(await columns('pods', '-o', 'wide')).to.include.members(['IP', 'NODE', 'NOMINATED NODE']);
      expect(await columns('nodes', '-o', 'wide')).to.include.members(['INTERNAL-IP', 'CONTAINER-RUNTIME']);
      expect(await columns('all', '-A')).to.include.members(['NAMESPACE', 'NAME', 'READY', 'STATUS']);
      expect(await k.lines('get', 'pods', '-l', 'app=web', '--no-headers')).to.have.length(2);
      expect(await k.ok('get', 'pods', '-l', 'app!=web', '--no-headers')).to.equal('');
      expect(await k.ok('get', 'deployments', '--no-headers')).to.match(/^web\s+2\/2\s+2\s+2\s/);
      expect(await k.ok('get', 'endpointslices', '--no-headers')).to.match(/IPv4\s+8080\s+127\.\S+,127\.\S+/);
    });

    it('prints objects: YAML, JSON, names, one field', async () => {
      expect(await k.ok('get', 'configmap', 'web', '-o', 'yaml')).to.match(/^ {2}greeting: hello$/m);
      const { items } = await k.get<Listed<Named>>('pods');
      expect(await k.lines('get', 'pods', '-o', 'name')).to.have.members(
        items.map(({ metadata }) => `pod/${metadata.name}`),
      );
      expect(await k.jsonpath('deployment/web', '.status.readyReplicas')).to.equal('2');
    });

    it('describes a pod, a deployment, a service and the node, with their events', async () => {
      const pod = await k.ok('describe', 'pod', '-l', 'app=web');
      expect(pod)
        .to.match(/Controlled By:\s+ReplicaSet\/web-/)
        .and.to.match(/Container ID:\s+process:\/\//);
      expect(pod).to.match(/Normal\s+Scheduled .*Successfully assigned shop\/web-/);
      const deployment = await k.ok('describe', 'deployment', 'web');
      expect(deployment).to.contain('2 desired | 2 updated | 2 total | 2 available | 0 unavailable');
      expect(deployment).to.match(/ScalingReplicaSet .*Scaled up replica set web-\w+ from 0 to 2/);
      expect(await k.ok('describe', 'service', 'web')).to.match(/Endpoints:\s+127\.\S+:8080,127\.\S+:8080/);
      const node = await k.ok('describe', 'nodes');
      expect(node)
        .to.match(/Ready\s+True .*AgentReady/)
        .and.to.match(/cpu\s+20m \(/);
    });

    it('lists events, and those of one object', async () => {
      expect(await k.ok('get', 'events')).to.contain('SuccessfulCreate');
      expect(await k.ok('events', '--for', 'deployment/web')).to.contain('ScalingReplicaSet');
    });

    it('lists the kinds of Pilotage by their short names, with their own columns', async () => {
      const kinds = await k.ok('api-resources', '--api-group=pilotage.dev');
      for (const short of ['pdel', 'penv', 'ppromo']) expect(kinds).to.contain(short);
      const work = await pilotage.repository('web');
      expect((await work.push()).code).to.equal(0);
      await eventually('it is healthy', async () =>
        /web-dev\s.*Synced.*Healthy/.test(await k.ok('get', 'penv', '-A', '--no-headers')),
      );
      const tables = await k.lines('get', 'penv,pdel', '-A');
      expect(tables[0]?.split(/\s{2,}/)).to.include.members(['NAMESPACE', 'NAME', 'SYNC', 'HEALTH']);
      expect(tables.find((line) => line.includes('delivery.pilotage.dev/web'))).to.be.a('string');
      expect(await k.ok('get', 'pilotage', '-A', '-o', 'name')).to.include('release.pilotage.dev/web.dev.1');
      await k.ok('wait', 'penv/web.dev', '-n', 'pilotage', '--for=condition=Ready', '--timeout=20s');
      expect(await k.ok('explain', 'penv.spec.branch')).to.contain('<string>');
    });
  });

  describe('writing', () => {
    it('creates with its generators, and what they create runs', async () => {
      await k.ok('create', 'deployment', 'idle', '--image=host', '--', 'sleep', '1000');
      await k.ok('create', 'configmap', 'made', '--from-literal=a=1');
      await k.ok('create', 'secret', 'generic', 'made', '--from-literal=p=hunter2');
      await k.ok('create', 'service', 'clusterip', 'made', '--tcp=80:8080');
      await rolledOut('idle');
      expect(await k.jsonpath('secret/made', '.data.p')).to.equal(Buffer.from('hunter2').toString('base64'));
      expect(await k.jsonpath('service/made', '.spec.ports[0].targetPort')).to.equal('8080');
    });

    it('finds nothing to do in a second apply, and diff shows what a change would do', async () => {
      const again = await k.lines('apply', '-f', web);
      expect(again.every((line) => line.endsWith(' unchanged'))).to.equal(true);
      expect((await k.run('diff', '-f', web)).code).to.equal(0);
      const changed = await k.file(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {greeting: good day}\n',
      );
      const { code, stdout } = await k.run('diff', '-f', changed);
      expect(code).to.equal(1);
      expect(stdout)
        .to.match(/^-\s+greeting: hello$/m)
        .and.to.match(/^\+\s+greeting: good day$/m);
    });

    it('patches by JSON patch, merge patch and strategic merge', async () => {
      const patch = (type: string, body: unknown) =>
        k.ok('patch', 'deployment', 'idle', `--type=${type}`, '-p', JSON.stringify(body));
      await patch('json', [
        { op: 'test', path: '/spec/replicas', value: 1 },
        { op: 'add', path: '/metadata/labels/tier', value: 'back' },
      ]);
      await patch('merge', { metadata: { labels: { app: null } } });
      const containers = [{ name: 'host', env: [{ name: 'A', value: '1' }] }];
      await patch('strategic', { spec: { template: { spec: { containers } } } });
      const { metadata, spec } = await k.get<{
        metadata: { labels: object };
        spec: { template: { spec: { containers: { command: string[]; env: object[] }[] } } };
      }>('deployment', 'idle');
      expect(metadata.labels).to.deep.equal({ tier: 'back' });
      const [container] = spec.template.spec.containers;
      expect(container).to.deep.include({ command: ['sleep', '1000'], env: [{ name: 'A', value: '1' }] });
      expect(
        await k.fails(
          'patch',
          'deployment',
          'idle',
          '--type=json',
          '-p',
          '[{"op":"test","path":"/spec/replicas","value":9}]',
        ),
      ).to.match(/invalid.*\/spec\/replicas/);
    });

    it('replaces an object whole, and refuses where somebody was faster', async () => {
      const configMap = (data: object, resourceVersion?: string) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'made', ...(resourceVersion ? { resourceVersion } : {}) },
        data,
      });
      const stale = await k.jsonpath('configmap/made', '.metadata.resourceVersion');
      await k.ok('replace', '-f', await k.file(configMap({ b: '2' })));
      expect(JSON.parse(await k.jsonpath('configmap/made', '.data'))).to.deep.equal({ b: '2' });
      expect(await k.fails('replace', '-f', await k.file(configMap({ c: '3' }, stale)))).to.contain(
        'the object has been modified',
      );
    });

    it('labels, annotates, scales and exposes', async () => {
      await k.ok('label', 'deployment', 'idle', 'team=blue');
      expect(await k.fails('label', 'deployment', 'idle', 'team=red')).to.contain('--overwrite');
      await k.ok('annotate', 'deployment', 'idle', 'note=by hand');
      expect(await k.lines('get', 'deployments', '-l', 'team=blue', '-o', 'name')).to.deep.equal([
        'deployment.apps/idle',
      ]);
      await k.ok('scale', 'deployment', 'idle', '--replicas=3');
      await k.ok('wait', 'deployment/idle', '--for=jsonpath={.status.readyReplicas}=3', '--timeout=20s');
      expect(await k.ok('get', 'deployment', 'idle', '--subresource=scale')).to.match(
        /^NAME\s+DESIRED\s+AVAILABLE\s+AGE\nidle\s+3\s+3\s/,
      );
      await k.ok('expose', 'deployment', 'web', '--name=other', '--port=9000', '--target-port=8080');
      const address = `http://${await k.jsonpath('service/other', '.spec.clusterIP')}:9000`;
      await eventually('it answers', async () => (await fetchText(address)).status === 200);
    });

    it('waits for a condition, for a value, and for the end', async () => {
      await k.ok('wait', 'deployment/idle', '--for=condition=Available', '--timeout=20s');
      await k.ok('wait', 'pod', '-l', 'app=web', '--for=condition=Ready', '--timeout=20s');
      expect(await k.fails('wait', 'deployment/idle', '--for=condition=Nothing', '--timeout=1s')).to.contain(
        'timed out',
      );
      const ended = k.run('wait', 'configmap/made', '--for=delete', '--timeout=20s');
      await k.ok('delete', 'configmap', 'made');
      expect((await ended).code).to.equal(0);
    });
  });

  describe('rollouts', () => {
    const version = async () => {
      const port = await k.jsonpath('service/web', '.spec.ports[0].nodePort');
      return (JSON.parse((await fetchText(`http://127.0.0.1:${port}`)).text) as { version: string }).version;
    };

    it('rolls a changed template out while `get -w` shows the pods come and go, keeps history, and undoes it', async () => {
      const watch = k.start('get', 'pods', '-l', 'app=web', '-w', '--no-headers');
      try {
        await k.ok('set', 'env', 'deployment/web', 'VERSION=two');
        await rolledOut('web');
        expect(await version()).to.equal('two');
        await eventually('an old pod has gone through its end', async () =>
          /^(web-\S+)\s+1\/1\s+Terminating[\s\S]*^\1\s+0\/1\s+Completed/m.test(watch.text()),
        );
      } finally {
        await watch.stop();
      }
      expect(watch.text())
        .to.match(/0\/1\s+Pending/)
        .and.to.match(/0\/1\s+ContainerCreating/);
      const history = () =>
        k
          .lines('rollout', 'history', 'deployment/web')
          .then((all) => all.slice(2).map((line) => line.split(/\s/)[0]));
      expect(await history()).to.deep.equal(['1', '2']);
      expect(await k.ok('rollout', 'history', 'deployment/web', '--revision=2')).to.match(/VERSION:\s+two/);
      await k.ok('rollout', 'undo', 'deployment/web');
      await rolledOut('web');
      expect(await version()).to.equal('one');
      expect(await history()).to.deep.equal(['2', '3']);
    });

    it('restarts: other pods, same template', async () => {
      const uids = async () =>
        (await k.get<Listed<Named>>('replicasets', '-l', 'app=web')).items.map(
          ({ metadata }) => metadata.uid,
        );
      const before = await uids();
      await k.ok('rollout', 'restart', 'deployment/web');
      await rolledOut('web');
      expect(await uids()).to.have.length(before.length + 1);
      expect(await version()).to.equal('one');
    });

    it('holds a paused rollout back until it is resumed', async () => {
      await k.ok('rollout', 'pause', 'deployment/web');
      await k.ok('set', 'env', 'deployment/web', 'VERSION=three');
      expect(await k.ok('rollout', 'status', 'deployment/web', '--watch=false')).to.contain(
        '0 out of 2 new replicas',
      );
      expect(await version()).to.equal('one');
      await k.ok('rollout', 'resume', 'deployment/web');
      await rolledOut('web');
      expect(await version()).to.equal('three');
    });
  });

  describe('logs', () => {
    before(() =>
      k.apply({
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
      await k.ok(
        'wait',
        'pod/talker',
        '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
        '--timeout=20s',
      );
      await k.ok('wait', 'pod/talker', '--for=condition=Ready', '--timeout=20s');
      expect(await k.lines('logs', 'talker', '--previous')).to.deep.equal(
        [1, 2, 3].map((n) => `life 0 line ${n}`),
      );
      await eventually('it has spoken', async () => (await k.lines('logs', 'talker')).length === 3);
      expect(await k.lines('logs', 'talker', '--tail=2')).to.deep.equal(['life 1 line 2', 'life 1 line 3']);
      expect(await k.ok('logs', 'talker', '--timestamps', '--tail=1')).to.match(
        /^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z life 1 line 3$/,
      );
      expect(await k.lines('logs', 'talker', '--since=1h')).to.have.length(3);
      expect(await k.ok('logs', 'talker', '--since-time=2100-01-01T00:00:00Z')).to.equal('');
      expect(await k.ok('logs', 'talker', '--limit-bytes=6')).to.equal('life 1');
      expect(await k.fails('logs', 'talker', '-c', 'nobody')).to.contain(
        'container nobody is not valid for pod talker',
      );
    });
  });

  describe('deleting', () => {
    it('lets pods end gracefully, and returns when they are gone', async () => {
      const follow = k.start('logs', '-f', 'deployment/web');
      await eventually('the log is read', async () => follow.text().includes('listening'));
      await k.ok('delete', 'pod', '-l', 'app=web', '--timeout=20s');
      expect(follow.text()).to.contain('ending');
      await follow.stop();
      await rolledOut('web');
    });

    it('deletes in the foreground: the owner goes last', async () => {
      await k.ok('delete', 'deployment', 'web', '--cascade=foreground', '--timeout=20s');
      expect(await k.ok('get', 'replicasets,pods', '-l', 'app=web', '-o', 'name')).to.equal('');
    });

    it('orphans: pods outlive their owners', async () => {
      await k.ok('delete', 'deployment', 'idle', '--cascade=orphan');
      const [set] = await k.lines('get', 'replicasets', '-o', 'name');
      await k.ok('delete', set ?? '', '--cascade=orphan');
      expect(await k.lines('get', 'pods', '-l', 'app=idle', '-o', 'name')).to.have.length(3);
      await k.ok('delete', 'pods', '-l', 'app=idle', '--now');
    });
  });

  describe('the node, and what is not there', () => {
    it('drains the node: pods are evicted, new ones wait and say why, until it is uncordoned', async () => {
      const node = await k.ok('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
      await k.ok('apply', '-f', web);
      await rolledOut('web');
      await k.ok('drain', node, '--pod-selector=app=web', '--timeout=20s');
      expect(await k.ok('get', 'nodes')).to.contain('Ready,SchedulingDisabled');
      await eventually('the new pods say why they wait', async () =>
        (await k.ok('describe', 'pods', '-l', 'app=web')).includes(
          '0/1 nodes are available: 1 node(s) were unschedulable',
        ),
      );
      await k.ok('uncordon', node);
      await rolledOut('web');
    });

    it('refuses plainly what is not there', async () => {
      const odd = 'apiVersion: apps/v1\nkind: StatefullSet\nmetadata: {name: db}\n';
      expect(await k.fails('apply', '-f', await k.file(odd))).to.contain(
        'no matches for kind "StatefullSet" in version "apps/v1"',
      );
    });

    it('stores what no controller acts on yet, and shows it', async () => {
      await k.ok('create', 'job', 'once', '--image=host');
      await k.ok('create', 'cronjob', 'nightly', '--image=host', '--schedule=0 3 * * *');
      await k.ok('create', 'quota', 'small', '--hard=pods=3,cpu=1');
      await k.ok('autoscale', 'deployment', 'web', '--max=3', '--cpu-percent=50');
      const shown = await k.lines('get', 'job,cronjob,hpa', '--no-headers');
      const withoutAge = shown.map((line) => line.trim().split(/\s+/).slice(0, -1).join(' '));
      expect(withoutAge).to.deep.equal([
        'job.batch/once Running 0/1',
        'cronjob.batch/nightly 0 3 * * * <none> False 0 <none>',
        'horizontalpodautoscaler.autoscaling/web Deployment/web cpu: <unknown>/50% 1 3 0',
      ]);
      await k.ok('delete', 'job,cronjob,quota,hpa', '--all');
    });

    it('says how many pods a budget lets go', async () => {
      await k.ok('create', 'pdb', 'web', '--selector=app=web', '--min-available=1');
      await k.ok('wait', 'pdb/web', '--for=jsonpath={.status.currentHealthy}=2', '--timeout=20s');
      const shown = await k.lines('get', 'pdb', 'web', '--no-headers');
      expect(shown.map((line) => line.split(/\s+/).slice(0, 4))).to.deep.equal([['web', '1', 'N/A', '1']]);
      await k.ok('delete', 'pdb', 'web');
    });
  });
});
