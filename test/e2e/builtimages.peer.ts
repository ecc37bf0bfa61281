import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectEngine, type Engine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { eventually, fetchText, Pilotage, statusOf, type Work } from './harness.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';

describe('e2e: images that the engine builds', function () {
  this.timeout(60_000);
  let engine: Engine;
  let pilotage: Pilotage;
  let work: Work;

  before(async () => {
    engine = await connectEngine(SOCKET);
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    work = await pilotage.repository('box', 'dockerfile');
    await copyFile('/bin/busybox', join(work.dir, 'app', 'busybox'));
    await work.commit('a program');
  });
  after(() => pilotage.stop());

  const kubectl = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await pilotage.kubectl(...args);
    expect(code, stdout + stderr).to.equal(0);
    return stdout.trim();
  };
  const imageOf = (namespace: string) =>
    kubectl(
      '-n',
      namespace,
      'get',
      'deployment/web',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    );
  const page = async (namespace: string) => {
    const at = '{.items[0].status.podIP}';
    const ip = await kubectl('-n', namespace, 'get', 'pods', '-l', 'app=web', '-o', `jsonpath=${at}`);
    return (await fetchText(`http://${ip}:8080/`)).text;
  };
  /** Pushes, and waits for how it ends; what git printed. */
  const push = async (branch = 'main', environment = 'dev') => {
    const revision = await work.git('rev-parse', 'HEAD');
    const { stderr } = await work.push(`HEAD:${branch}`);
    await eventually('an end', async () => {
      const status = await statusOf(pilotage, 'box', environment);
      return status?.wantedRevision === revision && /Healthy|Failed/.test(`${status.health} ${status.phase}`);
    });
    return stderr;
  };

  it('are built at the revision, shown to whoever pushed, and run', async () => {
    const said = await push();
    expect(said).to.contain('building says hello');
    await eventually(
      'a healthy pod',
      async () => (await statusOf(pilotage, 'box', 'dev'))?.health === 'Healthy',
      40_000,
    );
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
    expect(found.split('\n').sort()).to.deep.equal(
      ['/context/busybox', '/context/keep.log'].concat(ALWAYS).sort(),
    );
    expect(await engine.image(await imageOf('box-dev'))).to.not.equal(undefined);
  });
});

/** Engines keep these from what is copied where .dockerignore says so alone. */
const ALWAYS = ['/context/.dockerignore', '/context/Dockerfile'];
