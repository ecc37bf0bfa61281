import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { STARTERS } from '../../src/charts/starters.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { main, withApi } from './harness.ts';
import { run } from './processes.ts';
import { peer } from './realcluster.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
/** Manifests of old, some of them for kinds and API versions that no server of today has: realmanifests.peer.ts delivers them. */
const ELSEWHERE = ['seeds'];

/** Run by scripts/test-kubernetes.mjs: what people start from is what a kube-apiserver takes, with its strict reading of fields. */
describe('e2e: a real kube-apiserver takes what the examples and the charts to start from render', function () {
  this.timeout(60_000);
  let dir: string;
  before(async () => {
    if (peer === '') throw new Error('start this through: npm run test:kubernetes');
    dir = await mkdtemp(join(tmpdir(), 'pilotage-e2e-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  async function ok(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(process.execPath, [main, ...args], {
      env: { PILOTAGE_DATA_DIR: dir },
    });
    expect(code, stdout + stderr).to.equal(0);
    return stdout;
  }

  /** Each object of a render, applied without being stored. */
  async function expectTaken(folder: string, environment: string): Promise<void> {
    const objects = JSON.parse(await ok('render', folder, '-e', environment, '-o', 'json')) as KubeObject[];
    expect(objects).to.not.deep.equal([]);
    await withApi(peer, async (client) => {
      for (const namespace of new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? [])))
        await client.apply(
          { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
          { fieldManager: 'examples' },
        );
      for (const object of objects) {
        const resource = await client.resourceFor(object);
        if (!resource) throw new Error(`the server has no ${object.apiVersion} ${object.kind}`);
        const warnings: string[] = [];
        await client.apply(resource, object, {
          ...{ fieldManager: 'examples', dryRun: true },
          onWarning: (text) => warnings.push(text),
        });
        expect(warnings, `${object.kind} ${object.metadata.name}`).to.deep.equal([]);
      }
    });
  }

  for (const starter of Object.keys(STARTERS))
    it(`the chart ${starter}`, async () => {
      const folder = join(dir, starter);
      await mkdir(join(folder), { recursive: true });
      await writeFile(join(folder, 'program'), '');
      await ok('init', folder, '--name', starter, '--starter', starter, '--command', './program');
      for (const environment of ['dev', 'prod']) await expectTaken(folder, environment);
    });

  it('every example, in every environment that it has', async () => {
    const names = (await readdir(EXAMPLES)).filter((name) => !ELSEWHERE.includes(name));
    expect(names).to.include('shop');
    for (const name of names)
      for (const environment of name === 'compose' ? ['dev'] : ['dev', 'prod'])
        await expectTaken(join(EXAMPLES, name), environment);
  });
});
