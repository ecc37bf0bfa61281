import { expect } from 'chai';
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, PODS } from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import {
  configMap,
  deployment,
  newConfigMap,
  refusal,
  refusalCode,
  startWatch,
  versionOf,
} from './notation.ts';

export function deleting(bench: Bench): void {
  const key = (name: string) => ({ namespace: bench.namespace, name });
  const gone = async (name: string) =>
    expect(await refusalCode(bench.client.get(CONFIG_MAPS, key(name)))).to.equal('NotFound 404');
  const guarded = (name: string): KubeObject => ({
    ...configMap(bench, name),
    metadata: { name, namespace: bench.namespace, finalizers: ['example.com/guard'] },
  });

  it('answers Success when the object is gone', async () => {
    const name = bench.name('gone');
    const created = await newConfigMap(bench, name);
    const answer = await bench.client.delete(CONFIG_MAPS, key(name));
    expect(answer).to.deep.include({ kind: 'Status', status: 'Success' });
    expect(answer).to.have.nested.property('details.uid', created.metadata.uid);
    await gone(name);
  });

  it('answers NotFound for what is not there', async () => {
    expect(await refusalCode(bench.client.delete(CONFIG_MAPS, key('nowhere')))).to.equal('NotFound 404');
  });

  it('keeps the namespaces that every cluster has', async () => {
    for (const name of ['default', 'kube-system', 'kube-public']) {
      const error = await refusal(bench.client.delete(NAMESPACES, { name }, { dryRun: true }));
      expect(error.message).to.equal(`namespaces "${name}" is forbidden: this namespace may not be deleted`);
    }
  });

  it('deletes only the very object that the preconditions name', async () => {
    const name = bench.name('precise');
    const created = await newConfigMap(bench, name);
    const wrong = [{ uid: '00000000-0000-0000-0000-000000000000' }, { resourceVersion: '1' }];
    for (const preconditions of wrong) {
      expect(await refusalCode(bench.client.delete(CONFIG_MAPS, key(name), { preconditions }))).to.equal(
        'Conflict 409',
      );
    }
    const { uid = '', resourceVersion = '' } = created.metadata;
    await bench.client.delete(CONFIG_MAPS, key(name), { preconditions: { uid, resourceVersion } });
    await gone(name);
  });

  it('waits for finalizers: marked first, gone when the last is removed', async () => {
    const name = bench.name('guarded');
    const created = await bench.client.create(CONFIG_MAPS, guarded(name));
    const watch = startWatch(bench.client, CONFIG_MAPS, {
      namespace: bench.namespace,
      fieldSelector: `metadata.name=${name}`,
      resourceVersion: created.metadata.resourceVersion ?? '',
    });
    const marked = await bench.client.delete<KubeObject>(CONFIG_MAPS, key(name));
    expect(marked).to.have.nested.property('metadata.deletionTimestamp').that.matches(/Z$/);
    expect(await refusalCode(bench.client.create(CONFIG_MAPS, configMap(bench, name)))).to.equal(
      'AlreadyExists 409',
    );

    await bench.client.patch(CONFIG_MAPS, key(name), {
      type: 'merge',
      body: { metadata: { finalizers: null } },
    });
    await gone(name);
    const events = [await watch.next(), await watch.next()];
    watch.stop();
    expect(events.map((event) => event.type)).to.deep.equal(['MODIFIED', 'DELETED']);
    expect(versionOf(events[1]?.object ?? created)).to.be.greaterThan(
      versionOf(events[0]?.object ?? created),
    );
  });

  it('adds no finalizer to an object that is being deleted', async () => {
    const name = bench.name('late');
    await bench.client.create(CONFIG_MAPS, guarded(name));
    await bench.client.delete(CONFIG_MAPS, key(name));
    const more = { metadata: { finalizers: ['example.com/guard', 'example.com/more'] } };
    expect(
      await refusalCode(bench.client.patch(CONFIG_MAPS, key(name), { type: 'merge', body: more })),
    ).to.equal('Invalid 422');
    await bench.client.patch(CONFIG_MAPS, key(name), {
      type: 'merge',
      body: { metadata: { finalizers: null } },
    });
  });

  it('keeps an object for its dependents when told to delete in the foreground or to orphan', async () => {
    for (const [propagationPolicy, finalizer] of [
      ['Foreground', 'foregroundDeletion'],
      ['Orphan', 'orphan'],
    ] as const) {
      const name = bench.name(propagationPolicy.toLowerCase());
      await bench.client.create(DEPLOYMENTS, deployment(bench, name));
      const marked = await bench.client.delete<KubeObject>(DEPLOYMENTS, key(name), { propagationPolicy });
      expect(marked).to.have.nested.property('metadata.finalizers').that.deep.equals([finalizer]);
      // No garbage collector may run beside the suite: finish its work.
      await bench.client
        .patch(DEPLOYMENTS, key(name), { type: 'merge', body: { metadata: { finalizers: null } } })
        .catch(() => undefined);
    }
  });

  it('deletes what a selector names and leaves the rest', async () => {
    const set = bench.name('many');
    for (const letter of ['a', 'b', 'c']) await newConfigMap(bench, `${set}-${letter}`, {}, { set });
    await newConfigMap(bench, `${set}-kept`);
    await bench.client.deleteCollection(CONFIG_MAPS, {
      namespace: bench.namespace,
      labelSelector: `set=${set}`,
    });
    await gone(`${set}-a`);
    await gone(`${set}-c`);
    expect((await bench.client.get(CONFIG_MAPS, key(`${set}-kept`))).metadata.name).to.equal(`${set}-kept`);
  });

  it('deletes at once a pod that no node runs', async () => {
    const name = bench.name('pod');
    await bench.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: bench.namespace },
      spec: { containers: [{ name: 'main', image: 'host' }] },
    });
    await bench.client.delete(PODS, key(name));
    expect(await refusalCode(bench.client.get(PODS, key(name)))).to.equal('NotFound 404');
  });

  it('gives a pod on a node its grace period first', async () => {
    const name = bench.name('graceful');
    await bench.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: bench.namespace },
      spec: { nodeName: 'no-such-node', containers: [{ name: 'main', image: 'host' }] },
    });
    const marked = await bench.client.delete<KubeObject>(PODS, key(name));
    expect(marked).to.have.nested.property('metadata.deletionGracePeriodSeconds', 30);
    expect((await bench.client.get(PODS, key(name))).metadata.deletionTimestamp).to.be.a('string');
    await bench.client.delete(PODS, key(name), { gracePeriodSeconds: 0 });
    expect(await refusalCode(bench.client.get(PODS, key(name)))).to.equal('NotFound 404');
  });
}
