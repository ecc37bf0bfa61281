import { expect } from 'chai';
import { Pilotage } from '../e2e/harness.ts';
import { client, fixture } from './programs.ts';

const chart = fixture('chart');

interface Listed {
  readonly name: string;
  readonly revision: string;
  readonly status: string;
}
interface Revision {
  readonly revision: number;
  readonly status: string;
}

const KINDS = [
  'configmap',
  'deployment.apps',
  'ingress.networking.k8s.io',
  'networkpolicy.networking.k8s.io',
  'poddisruptionbudget.policy',
  'role.rbac.authorization.k8s.io',
  'rolebinding.rbac.authorization.k8s.io',
  'secret',
  'service',
  'serviceaccount',
];

/** The life of a release, by the real helm. The steps build upon each other. */
for (const helm of ['helm3', 'helm4']) {
  describe(`${helm}, with a chart of ten kinds`, function () {
    this.timeout(120_000);
    let pilotage: Pilotage;
    let h: ReturnType<typeof client>;
    let k: ReturnType<typeof client>;

    before(async () => {
      pilotage = await Pilotage.start();
      h = client(helm, pilotage.ready.kubeconfig, pilotage.dir);
      k = client('kubectl', pilotage.ready.kubeconfig, pilotage.dir);
    });
    after(() => pilotage.stop());

    const greeting = () => k.ok('get', 'configmap', 'web', '-n', 'shop', '-o', 'jsonpath={.data.greeting}');
    const history = async (): Promise<readonly Revision[]> =>
      JSON.parse(await h.ok('history', 'web', '-n', 'shop', '-o', 'json'));
    const present = async (): Promise<readonly string[]> => {
      const names = await k.ok('get', KINDS.join(','), '-n', 'shop', '-o', 'name');
      return names
        .split('\n')
        .filter((name) => name.endsWith('/web'))
        .map((name) => name.split('/')[0] ?? '')
        .sort();
    };

    it('installs it, and waits until it is ready', async () => {
      const out = await h.ok(
        'install',
        'web',
        chart,
        '-n',
        'shop',
        '--create-namespace',
        '--wait',
        '--timeout=60s',
      );
      expect(out).to.contain('STATUS: deployed');
      expect(await present()).to.deep.equal(KINDS);
      const ready = await k.ok(
        'get',
        'deployment',
        'web',
        '-n',
        'shop',
        '-o',
        'jsonpath={.status.readyReplicas}',
      );
      expect(ready).to.equal('2');
    });

    it('renders against the cluster: its version, and what lookup finds', async () => {
      await k.ok('create', 'configmap', 'given', '-n', 'shop', '--from-literal=a=1');
      const out = await h.ok('install', 'tried', chart, '-n', 'shop', '--dry-run=server');
      expect(out)
        .to.match(/kube: "v1\.35/)
        .and.to.contain('before: "{\\"a\\":\\"1\\"}"');
    });

    it('lists it, and tells its status, values and manifest', async () => {
      const list: readonly Listed[] = JSON.parse(await h.ok('list', '-A', '-o', 'json'));
      expect(list).to.have.length(1);
      expect(list[0]).to.include({ name: 'web', revision: '1', status: 'deployed' });
      expect(await h.ok('status', 'web', '-n', 'shop')).to.contain('REVISION: 1');
      expect(await h.ok('get', 'manifest', 'web', '-n', 'shop')).to.contain('kind: RoleBinding');
      expect(await h.ok('get', 'values', 'web', '-n', 'shop', '--all')).to.contain('greeting: hello');
    });

    it('tests it, and shows what the test said', async () => {
      const out = await h.ok('test', 'web', '-n', 'shop', '--logs', '--timeout=60s');
      expect(out)
        .to.match(/Phase:\s+Succeeded/)
        .and.to.contain('the greeting is hello');
    });

    it('upgrades it', async () => {
      await h.ok(
        'upgrade',
        'web',
        chart,
        '-n',
        'shop',
        '--set=greeting=moin,replicas=1',
        '--wait',
        '--timeout=60s',
      );
      expect(await greeting()).to.equal('moin');
      const replicas = await k.ok(
        'get',
        'deployment',
        'web',
        '-n',
        'shop',
        '-o',
        'jsonpath={.spec.replicas}',
      );
      expect(replicas).to.equal('1');
    });

    it('changes nothing by an upgrade that is a dry run', async () => {
      await h.ok('upgrade', 'web', chart, '-n', 'shop', '--set=greeting=tried', '--dry-run=server');
      expect(await greeting()).to.equal('moin');
    });

    it('rolls it back, and keeps its history', async () => {
      await h.ok('rollback', 'web', '1', '-n', 'shop', '--wait', '--timeout=60s');
      expect(await greeting()).to.equal('hello');
      expect((await history()).map(({ revision, status }) => [revision, status])).to.deep.equal([
        [1, 'superseded'],
        [2, 'superseded'],
        [3, 'deployed'],
      ]);
    });

    it('rolls back an upgrade that the API refuses', async () => {
      const rollback = helm === 'helm3' ? '--atomic' : '--rollback-on-failure';
      const refused = ['--set=replicas=-1', rollback, '--timeout=60s'];
      const { code, stderr } = await h.attempt('upgrade', 'web', chart, '-n', 'shop', ...refused);
      expect(code).to.not.equal(0);
      expect(stderr).to.contain('spec.replicas: Invalid value: -1');
      expect((await history()).at(-1)?.status).to.equal('deployed');
    });

    it('uninstalls it, and nothing is left', async () => {
      expect(await h.ok('uninstall', 'web', '-n', 'shop', '--wait')).to.contain('uninstalled');
      expect(await present()).to.deep.equal([]);
      expect(JSON.parse(await h.ok('list', '-A', '-o', 'json'))).to.deep.equal([]);
    });
  });
}
