import { expect } from 'chai';
import { eventually, fetchText } from './harness.ts';
import { describeWithKubectl } from './kubectl.ts';
import { useWebShop, web } from './webshop.ts';

describeWithKubectl('e2e: kubectl at a running cluster: writing', function () {
  this.timeout(60_000);
  const shop = useWebShop();
  const { rolledOut } = shop;

  it('creates with its generators, and what they create runs', async () => {
    await shop.k.ok('create', 'deployment', 'idle', '--image=host', '--', 'sleep', '1000');
    await shop.k.ok('create', 'configmap', 'made', '--from-literal=a=1');
    await shop.k.ok('create', 'secret', 'generic', 'made', '--from-literal=p=hunter2');
    await shop.k.ok('create', 'service', 'clusterip', 'made', '--tcp=80:8080');
    await rolledOut('idle');
    expect(await shop.k.jsonpath('secret/made', '.data.p')).to.equal(
      Buffer.from('hunter2').toString('base64'),
    );
    expect(await shop.k.jsonpath('service/made', '.spec.ports[0].targetPort')).to.equal('8080');
  });

  it('finds nothing to do in a second apply, and diff shows what a change would do', async () => {
    const again = await shop.k.lines('apply', '-f', web);
    expect(again.every((line) => line.endsWith(' unchanged'))).to.equal(true);
    expect((await shop.k.run('diff', '-f', web)).code).to.equal(0);
    const changed = await shop.k.file(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {greeting: good day}\n',
    );
    const { code, stdout } = await shop.k.run('diff', '-f', changed);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^-\s+greeting: hello$/m)
      .and.to.match(/^\+\s+greeting: good day$/m);
  });

  it('patches by JSON patch, merge patch and strategic merge', async () => {
    const patch = (type: string, body: unknown) =>
      shop.k.ok('patch', 'deployment', 'idle', `--type=${type}`, '-p', JSON.stringify(body));
    await patch('json', [
      { op: 'test', path: '/spec/replicas', value: 1 },
      { op: 'add', path: '/metadata/labels/tier', value: 'back' },
    ]);
    await patch('merge', { metadata: { labels: { app: null } } });
    const containers = [{ name: 'host', env: [{ name: 'A', value: '1' }] }];
    await patch('strategic', { spec: { template: { spec: { containers } } } });
    const { metadata, spec } = await shop.k.get<{
      metadata: { labels: object };
      spec: { template: { spec: { containers: { command: string[]; env: object[] }[] } } };
    }>('deployment', 'idle');
    expect(metadata.labels).to.deep.equal({ tier: 'back' });
    const [container] = spec.template.spec.containers;
    expect(container).to.deep.include({ command: ['sleep', '1000'], env: [{ name: 'A', value: '1' }] });
    expect(
      await shop.k.fails(
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
    const stale = await shop.k.jsonpath('configmap/made', '.metadata.resourceVersion');
    await shop.k.ok('replace', '-f', await shop.k.file(configMap({ b: '2' })));
    expect(JSON.parse(await shop.k.jsonpath('configmap/made', '.data'))).to.deep.equal({ b: '2' });
    expect(await shop.k.fails('replace', '-f', await shop.k.file(configMap({ c: '3' }, stale)))).to.contain(
      'the object has been modified',
    );
  });

  it('labels, annotates, scales and exposes', async () => {
    await shop.k.ok('label', 'deployment', 'idle', 'team=blue');
    expect(await shop.k.fails('label', 'deployment', 'idle', 'team=red')).to.contain('--overwrite');
    await shop.k.ok('annotate', 'deployment', 'idle', 'note=by hand');
    expect(await shop.k.lines('get', 'deployments', '-l', 'team=blue', '-o', 'name')).to.deep.equal([
      'deployment.apps/idle',
    ]);
    await shop.k.ok('scale', 'deployment', 'idle', '--replicas=3');
    await shop.k.ok('wait', 'deployment/idle', '--for=jsonpath={.status.readyReplicas}=3', '--timeout=20s');
    expect(await shop.k.ok('get', 'deployment', 'idle', '--subresource=scale')).to.match(
      /^NAME\s+DESIRED\s+AVAILABLE\s+AGE\nidle\s+3\s+3\s/,
    );
    await shop.k.ok('expose', 'deployment', 'web', '--name=other', '--port=9000', '--target-port=8080');
    const address = `http://${await shop.k.jsonpath('service/other', '.spec.clusterIP')}:9000`;
    await eventually('it answers', async () => (await fetchText(address)).status === 200);
  });

  it('waits for a condition, for a value, and for the end', async () => {
    await shop.k.ok('wait', 'deployment/idle', '--for=condition=Available', '--timeout=20s');
    await shop.k.ok('wait', 'pod', '-l', 'app=web', '--for=condition=Ready', '--timeout=20s');
    expect(
      await shop.k.fails('wait', 'deployment/idle', '--for=condition=Nothing', '--timeout=1s'),
    ).to.contain('timed out');
    const ended = shop.k.run('wait', 'configmap/made', '--for=delete', '--timeout=20s');
    await shop.k.ok('delete', 'configmap', 'made');
    expect((await ended).code).to.equal(0);
  });

  it('refuses plainly what is not there', async () => {
    const odd = 'apiVersion: apps/v1\nkind: StatefullSet\nmetadata: {name: db}\n';
    expect(await shop.k.fails('apply', '-f', await shop.k.file(odd))).to.contain(
      'no matches for kind "StatefullSet" in version "apps/v1"',
    );
  });

  it('creates jobs, cron jobs, quotas and autoscalers, and shows them', async () => {
    await shop.k.ok('create', 'job', 'once', '--image=host', '--', 'sleep', '3600');
    await shop.k.ok('create', 'cronjob', 'nightly', '--image=host', '--schedule=0 3 * * *', '--', 'true');
    await shop.k.ok('create', 'quota', 'small', '--hard=secrets=3,services=5');
    await shop.k.ok('autoscale', 'deployment', 'web', '--max=3', '--cpu-percent=50');
    const shown = await shop.k.lines('get', 'job,cronjob,hpa', '--no-headers');
    const [job, cronJob, autoscaler] = shown.map((line) => line.trim().replace(/\s+/g, ' '));
    expect(job).to.match(/^job\.batch\/once Running 0\/1 /);
    expect(cronJob).to.match(/^cronjob\.batch\/nightly 0 3 \* \* \* <none> False 0 <none> /);
    expect(autoscaler).to.match(
      /^horizontalpodautoscaler\.autoscaling\/web Deployment\/web cpu: (<unknown>|\d+%)\/50% 1 3 \d /,
    );
    await shop.k.ok('delete', 'job,cronjob,quota,hpa', '--all');
  });

  describe('deleting', () => {
    it('lets pods end gracefully, and returns when they are gone', async () => {
      const follow = shop.k.start('logs', '-f', 'deployment/web');
      await eventually('the log is read', async () => follow.text().includes('listening'));
      await shop.k.ok('delete', 'pod', '-l', 'app=web', '--timeout=20s');
      expect(follow.text()).to.contain('ending');
      await follow.stop();
      await rolledOut('web');
    });

    it('deletes in the foreground: the owner goes last', async () => {
      await shop.k.ok('delete', 'deployment', 'web', '--cascade=foreground', '--timeout=20s');
      expect(await shop.k.ok('get', 'replicasets,pods', '-l', 'app=web', '-o', 'name')).to.equal('');
    });

    it('orphans: pods outlive their owners', async () => {
      await shop.k.ok('delete', 'deployment', 'idle', '--cascade=orphan');
      const [set] = await shop.k.lines('get', 'replicasets', '-o', 'name');
      await shop.k.ok('delete', set ?? '', '--cascade=orphan');
      expect(await shop.k.lines('get', 'pods', '-l', 'app=idle', '-o', 'name')).to.have.length(3);
      await shop.k.ok('delete', 'pods', '-l', 'app=idle', '--now');
    });
  });
});
