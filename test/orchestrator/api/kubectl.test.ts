import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type RunningServer, startHttpsServer } from './httpserver.ts';

const manifest = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/kubectl/${name}.yaml`, import.meta.url));
const here = spawnSync('kubectl', ['version', '--client']).status === 0;

/** The real kubectl against the whole control plane, without a node: what needs running pods is in the end-to-end tests. */
(here ? describe : describe.skip)('kubectl', function () {
  this.timeout(60_000);
  let server: RunningServer;
  let scratch: string;
  before(async () => {
    server = await startHttpsServer({ controllers: true });
    scratch = mkdtempSync(join(tmpdir(), 'pilotage-kubectl-'));
  });
  after(async () => {
    await server.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  const env = () => ({ ...process.env, KUBECONFIG: server.kubeconfig, KUBECACHEDIR: join(scratch, 'cache') });

  /** Output and exit code; never rejects. */
  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile('kubectl', args, { env: env(), timeout: 30_000 }, (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
      });
    });
  /** Output of a command that must succeed. */
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await run(...args);
    expect(code, `kubectl ${args.join(' ')}\n${out}${err}`).to.equal(0);
    return out.trimEnd();
  };
  const lines = async (...args: string[]): Promise<string[]> => (await kubectl(...args)).split('\n');

  it('finds what is served: version, api-resources, api-versions', async () => {
    expect(JSON.parse(await kubectl('version', '-o', 'json')).serverVersion.minor).to.equal('35');
    const rows = await lines('api-resources', '--no-headers');
    expect(rows.map((row) => row.split(/\s+/).at(-1))).to.include.members(['Deployment', 'Pod', 'Lease']);
    expect(await lines('api-versions')).to.include.members(['apps/v1', 'discovery.k8s.io/v1', 'v1']);
  });

  it('creates with its generators, which send protobuf', async () => {
    const created = [
      await kubectl('create', 'namespace', 'gen'),
      await kubectl('create', 'configmap', 'conf', '-n', 'gen', '--from-literal=a=1'),
      await kubectl('create', 'secret', 'generic', 'pass', '-n', 'gen', '--from-literal=p=hunter2'),
      await kubectl('create', 'serviceaccount', 'bob', '-n', 'gen'),
      await kubectl('create', 'deployment', 'web', '-n', 'gen', '--image=host', '--replicas=2', '--port=80'),
      await kubectl('create', 'service', 'nodeport', 'door', '-n', 'gen', '--tcp=80:8080'),
    ];
    expect(created).to.deep.equal([
      'namespace/gen created',
      'configmap/conf created',
      'secret/pass created',
      'serviceaccount/bob created',
      'deployment.apps/web created',
      'service/door created',
    ]);
    const secret = JSON.parse(await kubectl('get', 'secret', 'pass', '-n', 'gen', '-o', 'json'));
    expect(secret.data).to.deep.equal({ p: Buffer.from('hunter2').toString('base64') });
    const { spec } = JSON.parse(await kubectl('get', 'deployment', 'web', '-n', 'gen', '-o', 'json'));
    expect(spec.template.spec.containers[0].ports).to.deep.equal([{ containerPort: 80, protocol: 'TCP' }]);
    const door = JSON.parse(await kubectl('get', 'service', 'door', '-n', 'gen', '-o', 'json'));
    expect(door.spec.ports[0]).to.deep.include({ port: 80, targetPort: 8080 });
    expect(door.spec.ports[0].nodePort).to.be.within(30_000, 32_767);
  });

  it('prints tables: narrow, wide, over all namespaces, by label', async () => {
    await kubectl('create', 'namespace', 'tab');
    await kubectl('apply', '-n', 'tab', '-f', manifest('app'));
    const columns = async (...args: string[]) => (await lines(...args))[0]?.split(/\s{2,}/);
    const inTab = ['-n', 'tab'];
    expect(await columns('get', 'deploy', ...inTab)).to.deep.equal([
      'NAME',
      'READY',
      'UP-TO-DATE',
      'AVAILABLE',
      'AGE',
    ]);
    expect((await columns('get', 'deploy', '-o', 'wide', ...inTab))?.slice(5)).to.deep.equal([
      'CONTAINERS',
      'IMAGES',
      'SELECTOR',
    ]);
    expect(await columns('get', 'svc', '-A')).to.deep.equal([
      'NAMESPACE',
      'NAME',
      'TYPE',
      'CLUSTER-IP',
      'EXTERNAL-IP',
      'PORT(S)',
      'AGE',
    ]);
    expect(await lines('get', 'cm', '-l', 'app=app', '--no-headers', '-o', 'name', ...inTab)).to.deep.equal([
      'configmap/conf',
    ]);
    expect(await kubectl('get', 'cm', '-l', 'app=none', ...inTab)).to.equal('');
    expect(await lines('get', 'cm', '--sort-by=.metadata.name', '-o', 'name', ...inTab)).to.deep.equal([
      'configmap/conf',
      'configmap/kube-root-ca.crt',
    ]);
    expect(await kubectl('get', 'all', ...inTab))
      .to.include('deployment.apps/app')
      .and.to.include('service/app');
  });

  it('applies, shows the difference, applies it, and finds nothing more to do', async () => {
    await kubectl('create', 'namespace', 'app');
    const into = ['-n', 'app', '-f'];
    expect(await lines('apply', ...into, manifest('app'))).to.deep.equal([
      'configmap/conf created',
      'deployment.apps/app created',
      'service/app created',
    ]);
    expect((await run('diff', ...into, manifest('app'))).code).to.equal(0);
    const diff = await run('diff', ...into, manifest('app-changed'));
    expect(diff.code).to.equal(1);
    expect(diff.out)
      .to.match(/^-\s+a: "1"$/m)
      .and.to.match(/^\+\s+a: "2"$/m);
    expect(await lines('apply', ...into, manifest('app-changed'))).to.deep.equal([
      'configmap/conf configured',
      'deployment.apps/app configured',
      'service/app unchanged',
    ]);
    const again = await lines('apply', ...into, manifest('app-changed'));
    expect(again.every((line) => line.endsWith(' unchanged'))).to.equal(true);
  });

  it('applies on the server, names the other manager in a conflict, and takes over by force', async () => {
    await kubectl('create', 'namespace', 'ssa');
    const apply = (file: string, ...more: string[]) =>
      run('apply', '--server-side', '-n', 'ssa', '-f', manifest(file), ...more);
    expect((await apply('app')).out).to.include('deployment.apps/app serverside-applied');
    const refused = await apply('app-changed', '--field-manager=other');
    expect(refused.code).to.equal(1);
    expect(refused.err).to.include('conflict with "kubectl": .spec.replicas');
    expect((await apply('app-changed', '--field-manager=other', '--force-conflicts')).code).to.equal(0);
  });

  it('moves an object from client-side to server-side apply', async () => {
    await kubectl('create', 'namespace', 'move');
    const into = ['-n', 'move', '-f', manifest('app')];
    await kubectl('apply', ...into);
    await kubectl('apply', '--server-side', ...into);
    const managed = JSON.parse(
      await kubectl('get', 'cm', 'conf', '-n', 'move', '-o', 'json', '--show-managed-fields'),
    ).metadata.managedFields as { manager: string; operation: string }[];
    expect(managed.map(({ manager, operation }) => `${manager} ${operation}`)).to.deep.equal([
      'kubectl Apply',
      'kubectl-last-applied Apply',
    ]);
  });

  it('takes a List, and says which field of a manifest is unknown', async () => {
    expect(await lines('apply', '-f', manifest('list'))).to.deep.equal([
      'configmap/first created',
      'configmap/second created',
    ]);
    const typo = await run('apply', '-f', manifest('typo'));
    expect(typo.code).to.equal(1);
    expect(typo.err).to.include('unknown field "spec.replcas"');
    expect(await lines('delete', '-f', manifest('list'))).to.have.length(2);
  });

  it('patches in every way, labels, annotates, scales, sets, replaces, exposes', async () => {
    await kubectl('create', 'deployment', 'many', '--image=host');
    const many = ['deployment', 'many'];
    await kubectl('patch', ...many, '-p', '{"spec":{"replicas":2}}');
    await kubectl('patch', ...many, '--type=merge', '-p', '{"spec":{"minReadySeconds":1}}');
    await kubectl(
      'patch',
      ...many,
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/revisionHistoryLimit","value":3}]',
    );
    await kubectl('label', ...many, 'tier=web');
    await kubectl('annotate', ...many, 'note=hello');
    await kubectl('set', 'env', 'deployment/many', 'A=1');
    expect(await kubectl('scale', ...many, '--replicas=3')).to.equal('deployment.apps/many scaled');
    const { metadata, spec } = JSON.parse(await kubectl('get', ...many, '-o', 'json'));
    expect(spec).to.deep.include({ replicas: 3, minReadySeconds: 1, revisionHistoryLimit: 3 });
    expect(spec.template.spec.containers[0].env).to.deep.equal([{ name: 'A', value: '1' }]);
    expect([metadata.labels.tier, metadata.annotations.note]).to.deep.equal(['web', 'hello']);

    expect(await kubectl('expose', ...many, '--port=80')).to.equal('service/many exposed');
    const file = join(scratch, 'many.yaml');
    writeFileSync(file, await kubectl('get', 'service', 'many', '-o', 'yaml'));
    expect(await kubectl('replace', '-f', file)).to.equal('service/many replaced');
  });

  it('describes: deployment, service, pod, namespace', async () => {
    await kubectl('create', 'namespace', 'tell');
    await kubectl('apply', '-n', 'tell', '-f', manifest('app'));
    expect(await kubectl('describe', 'deployment', 'app', '-n', 'tell')).to.match(
      /StrategyType:\s+RollingUpdate/,
    );
    expect(await kubectl('describe', 'service', 'app', '-n', 'tell')).to.match(/Port:\s+http\s+80\/TCP/);
    expect(await kubectl('describe', 'namespace', 'tell')).to.match(/Status:\s+Active/);
    await kubectl('wait', 'pod', '-l', 'app=app', '-n', 'tell', '--for=create', '--timeout=20s');
    expect(await kubectl('describe', 'pod', '-l', 'app=app', '-n', 'tell')).to.match(/Image:\s+host/);
  });

  it('rolls: history, restart, undo, status with its deadline', async () => {
    await kubectl('create', 'namespace', 'roll');
    await kubectl('apply', '-n', 'roll', '-f', manifest('app'));
    const app = ['deployment/app', '-n', 'roll'];
    await kubectl(
      'wait',
      ...app,
      '--for=jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}=1',
    );
    await kubectl('rollout', 'restart', ...app);
    await kubectl(
      'wait',
      ...app,
      '--for=jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}=2',
    );
    expect((await lines('rollout', 'history', ...app)).slice(2)).to.have.length(2);
    expect(await kubectl('rollout', 'undo', ...app)).to.equal('deployment.apps/app rolled back');
    const status = await run('rollout', 'status', ...app, '--timeout=1s');
    expect(status.code).to.equal(1);
    expect(status.out).to.include('Waiting for deployment "app" rollout to finish');
  });

  it('explains built-in kinds and custom ones, defines these, and prints their columns', async () => {
    expect(await kubectl('explain', 'deployment.spec.strategy')).to.match(
      /rollingUpdate\s+<RollingUpdateDeployment>/,
    );
    await kubectl('apply', '-f', manifest('ships'));
    await kubectl('wait', 'crd/ships.example.com', '--for=condition=Established', '--timeout=10s');
    await kubectl('apply', '-f', manifest('ship'));
    expect(await kubectl('explain', 'ship.spec')).to.include('What it should be.');
    const [head, row] = await lines('get', 'ships');
    expect(head?.split(/\s+/)).to.deep.equal(['NAME', 'CREW', 'SINCE']);
    expect(row?.split(/\s+/).slice(0, 2)).to.deep.equal(['santa-maria', '39']);
    expect(await kubectl('describe', 'ship', 'santa-maria')).to.match(/Crew:\s+39/);
    await kubectl('delete', '-f', manifest('ships'));
    expect((await run('get', 'ships')).code).to.equal(1);
  });

  it('watches', async () => {
    await kubectl('create', 'namespace', 'eyes');
    const watch = spawn('kubectl', ['get', 'configmaps', '-n', 'eyes', '-w', '--no-headers'], { env: env() });
    try {
      const seen = (async () => {
        let text = '';
        for await (const chunk of watch.stdout) {
          text += chunk;
          if (/^late\s+2\s/m.test(text)) return text;
        }
        return text;
      })();
      await kubectl('create', 'configmap', 'late', '-n', 'eyes', '--from-literal=a=1');
      await kubectl('patch', 'configmap', 'late', '-n', 'eyes', '-p', '{"data":{"b":"2"}}');
      expect(await seen).to.match(/^late\s+2\s/m);
    } finally {
      watch.kill();
    }
  });

  it('deletes, and waits until things are gone: an object, a selector, a namespace with all that is in it', async () => {
    await kubectl('create', 'namespace', 'gone');
    await kubectl('apply', '-n', 'gone', '-f', manifest('app'));
    expect(await kubectl('delete', 'cm', '-l', 'app=app', '-n', 'gone')).to.match(/configmap "conf" deleted/);
    await kubectl('delete', 'deployment', 'app', '-n', 'gone', '--cascade=foreground', '--timeout=20s');
    expect(await kubectl('delete', 'namespace', 'gone', '--timeout=20s')).to.equal(
      'namespace "gone" deleted',
    );
    expect((await run('get', 'namespace', 'gone')).err).to.include('(NotFound)');
  });

  it('knows who asks and what they may do', async () => {
    expect(await kubectl('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).to.equal(
      'pilotage-admin',
    );
    expect(await kubectl('auth', 'can-i', 'delete', 'nodes')).to.equal('yes');
    const refused = await run('auth', 'can-i', 'get', 'secrets', '--as=nobody');
    expect(refused.out).to.match(/^no/);
    expect((await run('get', 'secrets', '--as=nobody')).err).to.include('(Forbidden)');
  });

  it('says plainly what is not there yet', async () => {
    await kubectl('run', 'idle', '--image=host', '--restart=Never', '--', 'sleep', '1');
    expect((await run('logs', 'idle')).err).to.match(/does not have a host assigned|not connected/);
    expect((await run('exec', 'idle', '--', 'ls')).err).to.match(/not available|host assigned/);
  });
});
