import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { config, expect } from 'chai';
import { connectEngine, type Engine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { eventually, fetchText, Pilotage, statusOf, type Work } from './harness.ts';

// A push says much.
config.truncateThreshold = 0;

const SOCKET = process.env.CONTAINER_ENGINE ?? '';
const REGISTRY = process.env.REGISTRY;

/** The delivery `box`, with a program in its context. */
async function boxOf(pilotage: Pilotage): Promise<Work> {
  const work = await pilotage.repository('box', 'dockerfile');
  await copyFile('/bin/busybox', join(work.dir, 'app', 'busybox'));
  await work.commit('a program');
  return work;
}

const kubectlOf =
  (pilotage: Pilotage) =>
  async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await pilotage.kubectl(...args);
    expect(code, stdout + stderr).to.equal(0);
    return stdout.trim();
  };
/** What git prints of a push, its long lines whole again. */
const saidOf = async (pushing: ReturnType<Work['push']>): Promise<string> =>
  (await pushing).stderr.replace(/ *\nremote: {5,}/g, ' ');
const IMAGE = 'jsonpath={.spec.template.spec.containers[0].image}';

describe('e2e: images that the engine builds', function () {
  this.timeout(180_000);
  let engine: Engine;
  let pilotage: Pilotage;
  let work: Work;

  before(async () => {
    engine = await connectEngine(SOCKET);
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    work = await boxOf(pilotage);
  });
  after(() => pilotage?.stop());

  const kubectl = (...args: readonly string[]) => kubectlOf(pilotage)(...args);
  const imageOf = (namespace: string) => kubectl('-n', namespace, 'get', 'deployment/web', '-o', IMAGE);
  const page = async (namespace: string) => {
    const at = 'jsonpath={.items[0].status.podIP}';
    const ip = await kubectl('-n', namespace, 'get', 'pods', '-l', 'app=web', '-o', at);
    return (await fetchText(`http://${ip}:8080/`)).text;
  };
  /** What git prints; it waits for how the push ends. */
  const push = (...refs: readonly string[]) => saidOf(work.push(...refs));

  it('are built at the revision, shown to whoever pushed, and run', async () => {
    const said = await push();
    expect(said).to.contain('building says hello').and.contain('box-dev is healthy');
    expect(await imageOf('box-dev')).to.match(/^localhost\/box\/web:[0-9a-f]{40}$/);
    expect(await page('box-dev')).to.equal('hello from the build\n');
    const found = await kubectl(
      '-n',
      'box-dev',
      'exec',
      'deployment/web',
      '--',
      'find',
      '/context',
      '-type',
      'f',
    );
    const sent = ['.dockerignore', 'Dockerfile', 'busybox', 'keep.log'];
    expect(found.split('\n').sort()).to.deep.equal(sent.map((name) => `/context/${name}`));
    expect(await engine.image(await imageOf('box-dev'))).to.not.equal(undefined);
  });

  it('are not built again for what no image holds, nor by a promotion, which runs the very same image', async () => {
    const image = await imageOf('box-dev');
    await work.write('app/notes/private.txt', 'more');
    await work.edit('k8s/web.yaml', (text) => text.replace('replicas: 1', 'replicas: 2'));
    await work.commit('more pods');
    expect(await push())
      .to.contain('box-dev is healthy')
      .and.not.contain('building says');
    expect(await imageOf('box-dev')).to.equal(image);
    expect(await push('main:prod'))
      .to.contain('box-prod is healthy')
      .and.not.contain('building says');
    expect(await imageOf('box-prod')).to.equal(image);
  });

  it('that cannot be built say file and line, and the old version keeps serving', async () => {
    const right = await imageOf('box-dev');
    await work.edit('app/Dockerfile', (text) =>
      text.replace('mkdir /www', 'echo trying && false && mkdir /www'),
    );
    await work.commit('a step that fails');
    const said = await push();
    expect(said).to.contain('app/Dockerfile:8: Building image').and.contain('trying');
    const status = await statusOf(pilotage, 'box', 'dev');
    expect(status?.message).to.contain('app/Dockerfile:8');
    expect(await imageOf('box-dev')).to.equal(right);
    expect(await page('box-dev')).to.equal('hello from the build\n');
    await work.edit('app/Dockerfile', (text) => text.replace('FROM base AS served', 'FORM base AS served'));
    await work.commit('a word that is none');
    expect(await push()).to.contain('app/Dockerfile:5: "FORM" is no instruction');
  });

  it('have their secrets while they are built, which nobody sees and no image keeps', async function () {
    if (engine.name === 'docker') return this.skip();
    const steps =
      'RUN --mount=type=secret,id=token cat /run/secrets/token > /www/seen; wc -c < /run/secrets/token';
    await work.edit('app/Dockerfile', (text) =>
      text
        .replace('FORM', 'FROM')
        .replace(
          /RUN echo trying.*/,
          `RUN mkdir /www && echo secret > /www/index.html\n${steps}; cat /run/secrets/token`,
        ),
    );
    const named = 'secrets: {token: {secret: tokens, key: token}}, target';
    await work.edit('pilotage.yaml', (text) => text.replace('target', named));
    await work.commit('with a secret');
    expect(await push()).to.contain('there is no Secret tokens in the namespace pilotage');
    await kubectl(
      '-n',
      'pilotage',
      'create',
      'secret',
      'generic',
      'tokens',
      '--from-literal=token=s3cr3t-t0ken',
    );
    await work.git('commit', '--quiet', '--allow-empty', '-m', 'again');
    expect(await push()).to.contain('the Secret tokens is not for builds of box');
    await kubectl('-n', 'pilotage', 'annotate', 'secret', 'tokens', 'pilotage.dev/builds=box');
    await work.git('commit', '--quiet', '--allow-empty', '-m', 'once more');
    const said = await push();
    expect(said).to.contain('box-dev is healthy').and.not.contain('s3cr3t-t0ken');
    expect(await page('box-dev')).to.equal('secret\n');
    const list = ['-n', 'box-dev', 'exec', 'deployment/web', '--'];
    expect(await kubectl(...list, 'cat', '/www/seen')).to.equal('s3cr3t-t0ken');
    expect(await kubectl(...list, 'find', '/', '-xdev', '-name', 'pilotage-secret*')).to.equal('');
    expect(pilotage.log.join()).to.not.contain('s3cr3t-t0ken');
  });
});

describe('e2e: images with a Dockerfile on a machine without an engine', function () {
  this.timeout(120_000);
  let pilotage: Pilotage;
  before(async () => {
    pilotage = await Pilotage.start();
  });
  after(() => pilotage?.stop());

  it('are said at once to need one, with what would help, on the push and in the status', async () => {
    const work = await boxOf(pilotage);
    expect(await saidOf(work.push()))
      .to.contain('this node has no container engine')
      .and.contain('Install Docker or Podman');
    expect((await statusOf(pilotage, 'box', 'dev'))?.message).to.contain('no container engine');
  });
});

describe('e2e: images for a cluster elsewhere', function () {
  this.timeout(180_000);
  let registry: { readonly address: string; readonly username: string; readonly password: string };
  let far: Pilotage;
  let near: Pilotage;
  let work: Work;

  before(async function () {
    if (!REGISTRY && process.env.PILOTAGE_SKIP_NOTHING !== '1') return this.skip();
    registry = JSON.parse(REGISTRY ?? '{}');
    far = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    near = await Pilotage.start([], async () => far.ready.kubeconfig, undefined, ['--engine', SOCKET]);
    work = await boxOf(near);
    await work.edit('pilotage.yaml', (text) =>
      text
        .replace(
          / {2}environments:[\s\S]* {2}images:/,
          '  environments: [{name: far, branch: main, cluster: pilotage}]\n  images:',
        )
        .replace('  apps:', `  registry: {repository: "${registry.address}/box", secret: registry}\n  apps:`),
    );
    await work.edit('k8s/web.yaml', (text) =>
      text.replace('      containers:', '      imagePullSecrets: [{name: pull}]\n      containers:'),
    );
    await work.commit('deliver elsewhere');
    expect((await near.cli('connect', 'box', '--allow-cluster', 'pilotage')).code).to.equal(0);
  });
  after(async () => {
    await near?.stop();
    await far?.stop();
  });

  const secret = (pilotage: Pilotage, namespace: string, name: string, password = registry.password) =>
    kubectlOf(pilotage)(
      ...[
        '-n',
        namespace,
        'create',
        'secret',
        'docker-registry',
        name,
        `--docker-server=${registry.address}`,
      ],
      ...[`--docker-username=${registry.username}`, `--docker-password=${password}`],
    );

  it('are pushed to the registry of pilotage.yaml, and run there by their digest', async () => {
    await secret(near, 'pilotage', 'registry', 'not-the-password');
    await kubectlOf(near)('-n', 'pilotage', 'annotate', 'secret', 'registry', 'pilotage.dev/builds=box');
    const refused = await saidOf(work.push());
    expect(refused).to.contain('cannot be pushed').and.not.contain('not-the-password');
    await kubectlOf(near)('-n', 'pilotage', 'delete', 'secret', 'registry');
    await secret(near, 'pilotage', 'registry');
    await kubectlOf(near)('-n', 'pilotage', 'annotate', 'secret', 'registry', 'pilotage.dev/builds=box');
    await work.commit('again');
    const pushed = saidOf(work.push());
    await eventually(
      'a namespace',
      async () => (await far.kubectl('get', 'namespace', 'box-far')).code === 0,
      60_000,
    );
    await secret(far, 'box-far', 'pull');
    const said = await pushed;
    expect(said).to.contain('box-far is healthy').and.not.contain(registry.password);
    const image = await kubectlOf(far)('-n', 'box-far', 'get', 'deployment/web', '-o', IMAGE);
    expect(image).to.match(new RegExp(`^${registry.address}/box/web@sha256:[0-9a-f]{64}$`));
    const release = await kubectlOf(near)(
      '-n',
      'pilotage',
      'get',
      'releases',
      '-o',
      'jsonpath={.items[*].spec.images.web}',
    );
    expect(release).to.equal(image);
    expect(near.log.join()).to.not.contain(registry.password).and.not.contain('not-the-password');
  });
});
