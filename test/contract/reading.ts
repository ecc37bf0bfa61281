import { expect } from 'chai';
import type { ListOptions } from '../../src/kube/client/client.ts';
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, PODS } from '../../src/kube/kinds/resources.data.ts';
import { isExpired } from '../../src/kube/values/status.ts';
import type { Bench } from './kubeclient.ts';
import { expectFrozen, newConfigMap, refusal, refusalCode } from './notation.ts';

export function reading(bench: Bench): void {
  it('discovers kinds with scope, short names, verbs and subresources', async () => {
    const rows = await bench.client.resources();
    const row = (group: string, plural: string) => rows.find((r) => r.group === group && r.plural === plural);
    expect(row('apps', 'deployments')).to.deep.include({
      kind: 'Deployment',
      version: 'v1',
      namespaced: true,
    });
    expect(row('apps', 'deployments')?.shortNames).to.include('deploy');
    expect(row('apps', 'deployments')?.subresources).to.include.members(['status', 'scale']);
    expect(row('apps', 'deployments')?.categories).to.include('all');
    expect(row('', 'pods')?.subresources).to.include('log');
    expect(row('', 'pods')?.verbs).to.include.members([
      'create',
      'delete',
      'deletecollection',
      'get',
      'list',
      'patch',
      'update',
      'watch',
    ]);
    expect(row('', 'namespaces')).to.deep.include({ namespaced: false, singular: 'namespace' });
    expect(row('', 'nodes')?.namespaced).to.equal(false);
  });

  it('tells the release of the server', async () => {
    expect(await bench.client.version()).to.match(/^v1\.\d+\.\d+/);
  });

  it('finds the row of a kind, and none for a kind that is not served', async () => {
    const row = await bench.client.resourceFor({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(row?.plural).to.equal('deployments');
    expect(await bench.client.resourceFor({ apiVersion: 'apps/v7', kind: 'Deployment' })).to.equal(undefined);
    expect(await bench.client.resourceFor({ apiVersion: 'v1', kind: 'Ship' })).to.equal(undefined);
  });

  it('answers NotFound with name and kind of what is missing', async () => {
    const error = await refusal(
      bench.client.get(CONFIG_MAPS, { namespace: bench.namespace, name: 'nowhere' }),
    );
    expect(error.message).to.equal('configmaps "nowhere" not found');
    expect(error.status).to.deep.include({ code: 404, reason: 'NotFound', status: 'Failure' });
    expect(error.status.details).to.deep.include({ name: 'nowhere', kind: 'configmaps' });
  });

  it('names the group of a missing object that is not of the core group', async () => {
    const error = await refusal(
      bench.client.get(DEPLOYMENTS, { namespace: bench.namespace, name: 'nowhere' }),
    );
    expect(error.message).to.equal('deployments.apps "nowhere" not found');
    expect(error.status.details).to.deep.include({ name: 'nowhere', group: 'apps', kind: 'deployments' });
  });

  it('refuses a namespaced object without namespace', async () => {
    expect(await refusalCode(bench.client.get(PODS, { name: 'any' }))).to.equal('BadRequest 400');
  });

  it('gives what was created, complete and deeply read-only', async () => {
    const name = bench.name('read');
    const created = await newConfigMap(bench, name, { a: '1' });
    const got = await bench.client.get(CONFIG_MAPS, { namespace: bench.namespace, name });
    expect(got).to.deep.equal(created);
    expectFrozen(got);
    expectFrozen(created);
  });

  it('lists by namespace, with kind and version in every item', async () => {
    const name = bench.name('listed');
    await newConfigMap(bench, name);
    const list = await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace });
    expect(list).to.deep.include({ apiVersion: 'v1', kind: 'ConfigMapList' });
    expect(list.metadata.resourceVersion).to.match(/^\d+$/);
    const item = list.items.find((i) => i.metadata.name === name);
    expect(item).to.deep.include({ apiVersion: 'v1', kind: 'ConfigMap' });
    expectFrozen(list);
  });

  it('lists over all namespaces when none is named', async () => {
    const name = bench.name('anywhere');
    await newConfigMap(bench, name);
    const list = await bench.client.list(CONFIG_MAPS);
    expect(list.items.map((item) => item.metadata.name)).to.include(name);
  });

  it('selects by labels: equality, sets, presence', async () => {
    const set = bench.name('set');
    const names = { a: bench.name('a'), b: bench.name('b'), c: bench.name('c') };
    await newConfigMap(bench, names.a, {}, { set, tier: 'web' });
    await newConfigMap(bench, names.b, {}, { set, tier: 'db' });
    await newConfigMap(bench, names.c, {}, { set });
    const select = async (labelSelector: string) => {
      const list = await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace, labelSelector });
      return list.items.map((item) => item.metadata.name);
    };
    expect(await select(`set=${set}`)).to.have.members([names.a, names.b, names.c]);
    expect(await select(`set=${set},tier=web`)).to.deep.equal([names.a]);
    expect(await select(`set=${set},tier!=web`)).to.have.members([names.b, names.c]);
    expect(await select(`set=${set},tier in (web,db)`)).to.have.members([names.a, names.b]);
    expect(await select(`set=${set},tier notin (web)`)).to.have.members([names.b, names.c]);
    expect(await select(`set=${set},tier`)).to.have.members([names.a, names.b]);
    expect(await select(`set=${set},!tier`)).to.deep.equal([names.c]);
  });

  it('selects by the fields metadata.name and metadata.namespace, and refuses a field that it does not know', async () => {
    const name = bench.name('field');
    await newConfigMap(bench, name);
    const list = await bench.client.list(CONFIG_MAPS, { fieldSelector: `metadata.name=${name}` });
    expect(list.items.map((item) => item.metadata.name)).to.deep.equal([name]);
    const other = await bench.client.list(CONFIG_MAPS, {
      fieldSelector: `metadata.name=${name},metadata.namespace!=${bench.namespace}`,
    });
    expect(other.items).to.deep.equal([]);
    expect(await refusalCode(bench.client.list(CONFIG_MAPS, { fieldSelector: 'data.key=value' }))).to.equal(
      'BadRequest 400',
    );
  });

  it('refuses a label selector that cannot be parsed', async () => {
    expect(await refusalCode(bench.client.list(CONFIG_MAPS, { labelSelector: 'a in (' }))).to.equal(
      'BadRequest 400',
    );
  });

  it('pages through a list as it stood when the first page was taken', async () => {
    const set = bench.name('paged');
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${set}-${letter}`);
    for (const name of names) await newConfigMap(bench, name, {}, { set });
    const scope = { namespace: bench.namespace, labelSelector: `set=${set}`, limit: 2 };

    const first = await bench.client.list(CONFIG_MAPS, scope);
    await newConfigMap(bench, `${set}-f`, {}, { set });
    await bench.client.delete(CONFIG_MAPS, { namespace: bench.namespace, name: `${set}-d` });
    const pages = [first];
    for (let token = first.metadata.continue; token; token = pages.at(-1)?.metadata.continue) {
      pages.push(await bench.client.list(CONFIG_MAPS, { ...scope, continue: token }));
    }
    expect(pages.map((page) => page.items.length)).to.deep.equal([2, 2, 1]);
    expect(pages.flatMap((page) => page.items.map((item) => item.metadata.name))).to.deep.equal(names);
    expect(new Set(pages.map((page) => page.metadata.resourceVersion)).size).to.equal(1);
  });

  it('says how many remain when a list without selector is cut', async () => {
    await newConfigMap(bench, bench.name('one'));
    await newConfigMap(bench, bench.name('two'));
    const all = await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace });
    const cut = await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace, limit: 1 });
    expect(cut.metadata.remainingItemCount).to.equal(all.items.length - 1);
  });

  it('refuses a continue token that it did not give', async () => {
    expect(await refusalCode(bench.client.list(CONFIG_MAPS, { limit: 1, continue: 'bm9uc2Vuc2U' }))).to.equal(
      'BadRequest 400',
    );
  });

  it('refuses options of a list that contradict each other', async () => {
    const text = async (options: ListOptions) =>
      (await refusal(bench.client.list(CONFIG_MAPS, options))).message;
    const invalid = 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ';
    expect(await text({ resourceVersionMatch: 'Exact' })).to.equal(
      `${invalid}Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
    );
    expect(await text({ resourceVersion: '0', resourceVersionMatch: 'Exact' })).to.equal(
      `${invalid}Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    );
    expect(await text({ resourceVersion: '1', resourceVersionMatch: 'Nearly' as 'Exact' })).to.equal(
      `${invalid}Unsupported value: "Nearly": supported values: "Exact", "NotOlderThan", ""`,
    );
    const { metadata } = await bench.client.list(CONFIG_MAPS, { limit: 1 });
    const more = { continue: metadata.continue ?? '', resourceVersion: metadata.resourceVersion ?? '' };
    expect(await text(more)).to.equal('specifying resource version is not allowed when using continue');
  });

  it('refuses to list a version that has not been yet', async () => {
    const error = await refusal(
      bench.client.list(CONFIG_MAPS, { resourceVersion: '999999999', resourceVersionMatch: 'NotOlderThan' }),
    );
    expect(error.status).to.deep.include({ reason: 'Timeout', code: 504 });
    expect(error.message).to.match(/^Timeout: Too large resource version: 999999999, current: \d+$/);
  });

  it('lists what was at an exact earlier version', async () => {
    const name = bench.name('exact');
    const created = await newConfigMap(bench, name);
    await bench.client.delete(CONFIG_MAPS, { namespace: bench.namespace, name });
    const then = await bench.client.list(CONFIG_MAPS, {
      namespace: bench.namespace,
      resourceVersion: created.metadata.resourceVersion ?? '',
      resourceVersionMatch: 'Exact',
    });
    expect(then.items.map((item) => item.metadata.name)).to.include(name);
    expect(then.metadata.resourceVersion).to.equal(created.metadata.resourceVersion);
  });

  it('answers 410 Expired for a page and a version that have been compacted away', async () => {
    const set = bench.name('old');
    for (const letter of ['a', 'b', 'c']) await newConfigMap(bench, `${set}-${letter}`, {}, { set });
    const scope = { namespace: bench.namespace, labelSelector: `set=${set}`, limit: 1 };
    const page = await bench.client.list(CONFIG_MAPS, scope);
    await newConfigMap(bench, bench.name('newer'));
    await bench.compact();
    await newConfigMap(bench, bench.name('newest'));
    const next = await refusal(
      bench.client.list(CONFIG_MAPS, { ...scope, continue: page.metadata.continue ?? '' }),
    );
    expect(isExpired(next), next.message).to.equal(true);
    // The rest can still be had, as it is now: what came since may be in it.
    const rest = await bench.client.list(CONFIG_MAPS, {
      ...scope,
      continue: String(next.status.metadata.continue),
    });
    expect(rest.items.map((item) => item.metadata.name)).to.deep.equal([`${set}-b`]);
    expect(rest.metadata.resourceVersion).not.to.equal(page.metadata.resourceVersion);
    const exact = await refusal(
      bench.client.list(CONFIG_MAPS, {
        namespace: bench.namespace,
        resourceVersion: page.metadata.resourceVersion ?? '',
        resourceVersionMatch: 'Exact',
      }),
    );
    expect(isExpired(exact), exact.message).to.equal(true);
  });

  it('sees the same objects as another user who may read them, and refuses one who may not', async () => {
    const nobody = bench.client.as({ name: 'nobody', groups: [] });
    const error = await refusal(nobody.get(NAMESPACES, { name: bench.namespace }));
    expect(`${error.reason} ${error.code}`).to.equal('Forbidden 403');
    expect(error.message).to.match(
      /^namespaces "contract-\w+" is forbidden: User "nobody" cannot get resource "namespaces" in API group ""/,
    );
    const admin = bench.client.as({ name: 'somebody', groups: ['system:masters'] });
    expect((await admin.get(NAMESPACES, { name: bench.namespace })).metadata.name).to.equal(bench.namespace);
  });
}
