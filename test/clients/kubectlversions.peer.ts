import { expect } from 'chai';
import { Pilotage } from '../e2e/harness.ts';
import { fixture } from '../e2e/kubectl.ts';
import { client } from './programs.ts';

/** A day with kubectl, by the oldest and the newest one that there is. */
for (const kubectl of ['kubectl-oldest', 'kubectl-newest']) {
  describe(kubectl, function () {
    this.timeout(60_000);
    let pilotage: Pilotage;
    let k: ReturnType<typeof client>;

    before(async () => {
      pilotage = await Pilotage.start();
      k = client(kubectl, pilotage.ready.kubeconfig, pilotage.dir);
      await k.ok('create', 'namespace', 'shop');
      await k.ok('config', 'set-context', '--current', '--namespace=shop');
    });
    after(() => pilotage.stop());

    it('knows both versions', async () => {
      const { clientVersion, serverVersion } = JSON.parse(await k.ok('version', '-o', 'json'));
      expect(clientVersion.gitVersion).to.match(kubectl === 'kubectl-oldest' ? /^v1\.28\./ : /^v1\.37\./);
      expect(serverVersion.minor).to.equal('35');
    });

    it('finds what is served, and explains it', async () => {
      expect(await k.ok('api-resources', '-o', 'name')).to.contain('deployments.apps');
      expect(await k.ok('explain', 'deployment.spec.replicas')).to.contain('<integer>');
    });

    it('applies by either side, shows differences, and finds nothing to do again', async () => {
      expect(await k.ok('apply', '-f', fixture('web.yaml'))).to.contain('deployment.apps/web created');
      expect(await k.ok('apply', '-f', fixture('web.yaml'))).to.contain('deployment.apps/web unchanged');
      expect(await k.ok('diff', '-f', fixture('web.yaml'))).to.equal('');
      // The default within `fieldRef`, which is owned as a whole, makes a conflict of it, as on any cluster.
      const serverSide = await k.ok('apply', '--server-side', '--force-conflicts', '-f', fixture('web.yaml'));
      expect(serverSide).to.contain('deployment.apps/web serverside-applied');
    });

    it('waits for a rollout, and reads: tables, logs, descriptions', async () => {
      await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
      expect(await k.ok('get', 'pods', '--no-headers')).to.match(/^web-\S+\s+1\/1\s+Running/);
      expect(await k.ok('logs', 'deployment/web')).to.contain('listening, version one');
      expect(await k.ok('describe', 'deployment', 'web')).to.contain('2 available');
    });

    it('executes a command in a pod', async () => {
      expect(await k.ok('exec', 'deployment/web', '--', 'echo', 'hello')).to.equal('hello');
    });

    it('changes and undoes', async () => {
      await k.ok('set', 'env', 'deployment/web', 'VERSION=two');
      await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
      await k.ok('rollout', 'undo', 'deployment/web');
      await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
      expect(await k.ok('get', 'deployment', 'web', '-o', 'yaml')).to.contain('value: one');
      await k.ok('scale', 'deployment/web', '--replicas=1');
      await k.ok('label', 'deployment', 'web', 'a=b');
      await k.ok('patch', 'deployment', 'web', '-p', '{"metadata":{"annotations":{"c":"d"}}}');
    });

    it('creates by its generators, asks what it may, and deletes', async () => {
      await k.ok('create', 'secret', 'generic', 'pass', '--from-literal=p=hunter2');
      await k.ok('create', 'job', 'once', '--image=host', '--', 'true');
      expect(await k.ok('auth', 'can-i', 'create', 'pods')).to.equal('yes');
      await k.ok('delete', 'deployment,service,configmap,secret,job', '--all', '--timeout=40s');
      expect(await k.ok('get', 'deployments,services', '-o', 'name')).to.equal('');
    });
  });
}
