import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { registryAuth } from '../../src/orchestrator/node/runtime/container/engine/auth.ts';
import { connectEngine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { engineHttp } from '../../src/orchestrator/node/runtime/container/engine/http.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { Kubectl } from './kubectl.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';
const REGISTRY = process.env.REGISTRY;

interface Registry {
  readonly address: string;
  readonly username: string;
  readonly password: string;
}

/** Brings the image into the registry under a name of its own, and takes that name from the engine again. */
async function publish({ address, username, password }: Registry, name: string): Promise<string> {
  const http = engineHttp(SOCKET);
  const repository = `${address}/${name}`;
  await http.json({ method: 'POST', path: `/images/${BUSYBOX}/tag`, query: { repo: repository, tag: '1' } });
  const headers = { 'x-registry-auth': registryAuth({ registry: address, username, password }) };
  const answer = await http.open({
    method: 'POST',
    path: `/images/${repository}/push`,
    query: { tag: '1' },
    headers,
  });
  let said = '';
  for await (const piece of answer as AsyncIterable<Buffer>) said += piece.toString();
  expect(said).to.not.contain('"error"');
  await http.json({ method: 'DELETE', path: `/images/${repository}:1` });
  return `${repository}:1`;
}

describe('e2e: images of a private registry', function () {
  this.timeout(60_000);
  let registry: Registry;
  let pilotage: Pilotage;
  let k: Kubectl;
  let image: string;

  before(async function () {
    if (!REGISTRY && process.env.PILOTAGE_SKIP_NOTHING !== '1') return this.skip();
    registry = JSON.parse(REGISTRY ?? '{}');
    await ensureBusybox(await connectEngine(SOCKET));
    image = await publish(registry, 'team/app');
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
    await secret('right', registry.address, registry.password);
    await secret('wrong', `${registry.address}/team`, 'not-the-password');
    await secret('elsewhere', 'registry.example', registry.password);
  });
  after(() => pilotage?.stop());

  const secret = (name: string, server: string, password: string) =>
    k.ok(
      'create',
      'secret',
      'docker-registry',
      name,
      `--docker-server=${server}`,
      `--docker-username=${registry.username}`,
      `--docker-password=${password}`,
    );
  const start = (name: string, secrets: readonly string[], container: object = {}, spec: object = {}) =>
    k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        imagePullSecrets: secrets.map((one) => ({ name: one })),
        containers: [
          { name: 'main', image, imagePullPolicy: 'Always', command: ['echo', 'ran'], ...container },
        ],
        ...spec,
      },
    });
  const succeeds = async (name: string) => {
    await k.ok('wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=40s');
    expect(await k.ok('logs', name)).to.equal('ran');
  };
  const waits = async (name: string, reason: RegExp) => {
    const at = '.status.containerStatuses[0].state.waiting';
    await eventually(`${name} to wait`, async () =>
      reason.test(await k.jsonpath(`pod/${name}`, `${at}.reason`)),
    );
    return k.jsonpath(`pod/${name}`, `${at}.message`);
  };

  it('are pulled with the Secrets that a pod names, one after the other', async () => {
    await start('named', ['wrong', 'right']);
    await succeeds('named');
  });

  it('are pulled with those of the service account', async () => {
    await k.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'puller' },
      imagePullSecrets: [{ name: 'right' }],
    });
    await start('account', [], {}, { serviceAccountName: 'puller' });
    await succeeds('account');
  });

  it('are pulled by digest, and started again without the registry once they are there', async () => {
    const digest = execFileSync('curl', [
      '-sI',
      '-u',
      `${registry.username}:${registry.password}`,
      '-H',
      'Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
      `http://${registry.address}/v2/team/app/manifests/1`,
    ]).toString();
    const [, sha] = /docker-content-digest: (\S+)/i.exec(digest) ?? [];
    const pinned = image.replace(/:1$/, `@${sha}`);
    await start('pinned', ['right'], { image: pinned });
    await succeeds('pinned');
    await start('present', ['right'], { image: pinned, imagePullPolicy: 'IfNotPresent' });
    await succeeds('present');
  });

  it('are for no pod without credentials, although the node has them: by their name, by their id, or never to be pulled', async () => {
    await start('owner', ['right'], { imagePullPolicy: 'IfNotPresent' });
    await succeeds('owner');
    const id = (await k.jsonpath('pod/owner', '.status.containerStatuses[0].imageID')).replace(
      /^.*sha256:/,
      '',
    );
    expect(id).to.match(/^[0-9a-f]{64}$/);
    await start('nosy', [], { imagePullPolicy: 'IfNotPresent' });
    await start('knowing', [], { image: id, imagePullPolicy: 'IfNotPresent' });
    await start('offline', [], { imagePullPolicy: 'Never' });
    expect(await waits('nosy', /^(ErrImagePull|ImagePullBackOff)$/)).to.contain(
      'imagePullSecrets of the pod or of its service account',
    );
    expect(await waits('knowing', /^(ErrImagePull|ImagePullBackOff)$/)).to.contain(
      'write the name in place of the id',
    );
    expect(await waits('offline', /^ErrImageNeverPull$/)).to.contain(
      'credentials that the pod does not have',
    );
  });

  it('are for all under a name that people have given them on the node', async () => {
    const local = { repo: 'localhost/pilotage-test/own', tag: '1' };
    await engineHttp(SOCKET).json({ method: 'POST', path: `/images/${image}/tag`, query: local });
    await start('local', [], { image: 'localhost/pilotage-test/own:1', imagePullPolicy: 'IfNotPresent' });
    await succeeds('local');
  });

  it('are refused to pods without credentials, in the words of the registry and with what would help', async () => {
    await start('nobody', []);
    const message = await waits('nobody', /^(ErrImagePull|ImagePullBackOff)$/);
    expect(message).to.match(/unauthorized|authentication required/);
    expect(message).to.contain('imagePullSecrets of the pod or of its service account');
    await start('stranger', ['elsewhere', 'gone']);
    const other = await waits('stranger', /^(ErrImagePull|ImagePullBackOff)$/);
    expect(other).to.contain(`(elsewhere, gone) have no credentials for ${registry.address}`);
    await start('mistaken', ['wrong']);
    const refused = await waits('mistaken', /^ImagePullBackOff$/);
    expect(refused).to.contain('were refused');
    const events = await k.ok('get', 'events', '-o', 'custom-columns=M:.message');
    expect(events).to.contain('Unable to retrieve some image pull secrets (gone)');
  });

  it('are looked for once the Secret is there', async () => {
    await start('patient', ['late']);
    await waits('patient', /^(ErrImagePull|ImagePullBackOff)$/);
    await secret('late', registry.address, registry.password);
    await succeeds('patient');
  });

  it('leave their credentials in no event, no status, no log and no file of the node', async () => {
    const shown = await k.ok('get', 'events,pods', '-o', 'yaml');
    const secrets = ['-e', registry.password, '-e', 'not-the-password'];
    const { stdout } = spawnSync('grep', ['-rlFa', ...secrets, join(pilotage.dataDir, 'agent')]);
    expect(shown).to.not.contain(registry.password).and.not.contain('not-the-password');
    expect(stdout.toString()).to.equal('');
    expect(pilotage.log.join()).to.not.contain(registry.password).and.not.contain('not-the-password');
  });
});
