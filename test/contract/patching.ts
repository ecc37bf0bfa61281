import { expect } from 'chai';
import { CONFIG_MAPS, DEPLOYMENTS } from '../../src/kube/kinds/resources.data.ts';
import type { JsonObject } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { deployment, newConfigMap, refusal, refusalCode, versionOf } from './notation.ts';

export function patching(bench: Bench): void {
  const key = (name: string) => ({ namespace: bench.namespace, name });

  it('JSON patch: adds, replaces, removes, tests', async () => {
    const name = bench.name('json');
    await newConfigMap(bench, name, { a: '1', b: '2' });
    const patched = await bench.client.patch(CONFIG_MAPS, key(name), {
      type: 'json',
      body: [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '9' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/metadata/labels', value: { 'a/b': 'c' } },
        { op: 'replace', path: '/metadata/labels/a~1b', value: 'd' },
      ],
    });
    expect(patched.data).to.deep.equal({ a: '9' });
    expect(patched.metadata.labels).to.deep.equal({ 'a/b': 'd' });
  });

  it('JSON patch: a test that fails changes nothing', async () => {
    const name = bench.name('test');
    const created = await newConfigMap(bench, name);
    const code = await refusalCode(
      bench.client.patch(CONFIG_MAPS, key(name), {
        type: 'json',
        body: [
          { op: 'add', path: '/data/more', value: 'x' },
          { op: 'test', path: '/data/key', value: 'else' },
        ],
      }),
    );
    expect(code).to.equal('Invalid 422');
    expect(await bench.client.get(CONFIG_MAPS, key(name))).to.deep.equal(created);
  });

  it('merge patch: merges maps, null removes, lists are replaced', async () => {
    const name = bench.name('merge');
    await newConfigMap(bench, name, { a: '1', b: '2' }, { x: 'y' });
    const patched = await bench.client.patch(CONFIG_MAPS, key(name), {
      type: 'merge',
      body: { data: { a: null, c: '3' }, metadata: { labels: { x: null } } },
    });
    expect(patched.data).to.deep.equal({ b: '2', c: '3' });
    expect(patched.metadata.labels).to.equal(undefined);
  });

  it('strategic merge patch: merges lists by their keys', async () => {
    const name = bench.name('strategic');
    await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const patched = await bench.client.patch(DEPLOYMENTS, key(name), {
      type: 'strategic',
      body: {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'main', env: [{ name: 'A', value: '1' }] },
                { name: 'side', image: 'host' },
              ],
            },
          },
        },
      },
    });
    expect(patched.spec.template.spec.containers.map((c) => [c.name, c.image]).sort()).to.deep.equal([
      ['main', 'host'],
      ['side', 'host'],
    ]);
    const again = await bench.client.patch(DEPLOYMENTS, key(name), {
      type: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'side', $patch: 'delete' }] } } } },
    });
    expect(again.spec.template.spec.containers.map((c) => c.name)).to.deep.equal(['main']);
    expect(again.spec.template.spec.containers[0]?.env).to.deep.equal([{ name: 'A', value: '1' }]);
  });

  it('strategic merge patch: $retainKeys changes the member of a union', async () => {
    const name = bench.name('union');
    await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const patched = await bench.client.patch(DEPLOYMENTS, key(name), {
      type: 'strategic',
      body: { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    });
    expect(patched.spec.strategy).to.deep.equal({ type: 'Recreate' });
  });

  it('a patch that names a stale version is refused', async () => {
    const name = bench.name('versioned');
    const created = await newConfigMap(bench, name);
    const body = {
      metadata: { resourceVersion: created.metadata.resourceVersion ?? '' },
      data: { step: '2' },
    };
    await bench.client.patch(CONFIG_MAPS, key(name), { type: 'merge', body });
    const stale = { ...body, data: { step: '3' } };
    expect(
      await refusalCode(bench.client.patch(CONFIG_MAPS, key(name), { type: 'merge', body: stale })),
    ).to.equal('Conflict 409');
  });

  it('a patch that changes nothing keeps the version', async () => {
    const created = await newConfigMap(bench, bench.name('noop'));
    const patched = await bench.client.patch(CONFIG_MAPS, key(created.metadata.name ?? ''), {
      type: 'merge',
      body: { data: { key: 'value' } },
    });
    expect(versionOf(patched)).to.equal(versionOf(created));
  });

  it('a patch of what is not there is NotFound', async () => {
    const patch = { type: 'merge', body: { data: {} } } as const;
    expect(await refusalCode(bench.client.patch(CONFIG_MAPS, key('nowhere'), patch))).to.equal(
      'NotFound 404',
    );
  });

  it('a patch is validated like any write', async () => {
    const name = bench.name('checked');
    await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const error = await refusal(
      bench.client.patch(DEPLOYMENTS, key(name), { type: 'merge', body: { spec: { replicas: -1 } } }),
    );
    expect(error.status).to.deep.include({ reason: 'Invalid', code: 422 });
    expect(error.status.details?.causes?.[0]?.field).to.equal('spec.replicas');
  });

  it('a strategic merge patch cannot make something else of a map, a list or an object', async () => {
    const name = bench.name('mistyped');
    await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const strategic = (body: JsonObject) =>
      refusal(bench.client.patch(DEPLOYMENTS, key(name), { type: 'strategic', body }));
    const mistakes: readonly (readonly [body: JsonObject, why: string])[] = [
      [{ metadata: { labels: 'none' } }, 'cannot restore map from string'],
      [{ spec: { template: { spec: { containers: 'none' } } } }, 'cannot restore slice from string'],
      [{ spec: { template: 7 } }, 'cannot restore struct from: int64'],
    ];
    for (const [body, why] of mistakes) {
      const { status } = await strategic(body);
      expect(status).to.deep.include({ reason: 'Invalid', code: 422 });
      expect(status.message).to.contain(why);
    }
  });

  it('a patch cannot rename', async () => {
    const name = bench.name('renamed');
    await newConfigMap(bench, name);
    const patch = { type: 'merge', body: { metadata: { name: 'else' } } } as const;
    expect(await refusalCode(bench.client.patch(CONFIG_MAPS, key(name), patch))).to.equal('BadRequest 400');
  });

  it('patches status through its subresource', async () => {
    const name = bench.name('reported');
    await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const patched = await bench.client.patch(
      DEPLOYMENTS,
      key(name),
      { type: 'merge', body: { status: { observedGeneration: 1 }, spec: { replicas: 8 } } },
      { subresource: 'status' },
    );
    expect([patched.status?.observedGeneration, patched.spec.replicas]).to.deep.equal([1, 1]);
  });

  it('many writers who patch at once lose nothing', async () => {
    const name = bench.name('racing');
    await newConfigMap(bench, name, {});
    const letters = [...'abcdefghij'];
    await Promise.all(
      letters.map((letter) =>
        bench.client.patch(CONFIG_MAPS, key(name), { type: 'merge', body: { data: { [letter]: '1' } } }),
      ),
    );
    const got = await bench.client.get(CONFIG_MAPS, key(name));
    expect(Object.keys(got.data ?? {}).sort()).to.deep.equal(letters);
  });
}
