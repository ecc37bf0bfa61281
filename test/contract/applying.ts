import { expect } from 'chai';
import { CONFIG_MAPS, DEPLOYMENTS, SERVICES } from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { configMap, deployment, managersOf, refusal, service } from './notation.ts';

export function applying(bench: Bench): void {
  const key = (name: string) => ({ namespace: bench.namespace, name });
  const by = (fieldManager: string) => ({ fieldManager });
  const replicas = (name: string, count: number): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: bench.namespace },
    spec: { replicas: count },
  });
  const ports = (object: { readonly spec: { readonly ports?: readonly { readonly port: number }[] } }) =>
    (object.spec.ports ?? []).map((port) => port.port).sort();

  it('creates what is absent', async () => {
    const name = bench.name('applied');
    const applied = await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '1' }), by('one'));
    expect(applied.data).to.deep.equal({ a: '1' });
    expect(managersOf(applied)).to.deep.equal(['one Apply']);
  });

  it('is a no-op the second time: same version, same object', async () => {
    const name = bench.name('again');
    const intent = deployment(bench, name);
    const first = await bench.client.apply(DEPLOYMENTS, intent, by('one'));
    expect(await bench.client.apply(DEPLOYMENTS, intent, by('one'))).to.deep.equal(first);
  });

  it('removes a field that the manager no longer names', async () => {
    const name = bench.name('dropped');
    await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '1', b: '2' }), by('one'));
    const applied = await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '1' }), by('one'));
    expect(applied.data).to.deep.equal({ a: '1' });
  });

  it('keeps a dropped field that another manager owns too', async () => {
    const name = bench.name('shared');
    await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '1', b: '2' }), by('one'));
    await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { b: '2' }), by('two'));
    const applied = await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '1' }), by('one'));
    expect(applied.data).to.deep.equal({ a: '1', b: '2' });
    const gone = await bench.client.apply(CONFIG_MAPS, configMap(bench, name, {}), by('two'));
    expect(gone.data).to.deep.equal({ a: '1' });
  });

  it('leaves the fields of others alone', async () => {
    const name = bench.name('alone');
    await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '1' }), by('one'));
    await bench.client.patch(
      CONFIG_MAPS,
      key(name),
      { type: 'merge', body: { data: { b: '2' } } },
      by('person'),
    );
    const applied = await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '3' }), by('one'));
    expect(applied.data).to.deep.equal({ a: '3', b: '2' });
    expect(managersOf(applied)).to.deep.equal(['one Apply', 'person Update']);
  });

  it('refuses to change what another manager applied, naming manager and field', async () => {
    const name = bench.name('fought');
    await bench.client.apply(DEPLOYMENTS, deployment(bench, name, { replicas: 1 }), by('one'));
    const error = await refusal(bench.client.apply(DEPLOYMENTS, replicas(name, 2), by('two')));
    expect(error.status).to.deep.include({ reason: 'Conflict', code: 409 });
    expect(error.message).to.equal('Apply failed with 1 conflict: conflict with "one": .spec.replicas');
    expect(error.status.details?.causes).to.deep.equal([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.replicas' },
    ]);
  });

  it('names the version through which an updater took a field', async () => {
    const name = bench.name('updated');
    await bench.client.apply(DEPLOYMENTS, deployment(bench, name, { replicas: 1 }), by('one'));
    const body = { spec: { replicas: 5 } };
    await bench.client.patch(DEPLOYMENTS, key(name), { type: 'merge', body }, by('person'));
    const error = await refusal(
      bench.client.apply(DEPLOYMENTS, deployment(bench, name, { replicas: 1 }), by('one')),
    );
    expect(error.message).to.match(
      /^Apply failed with 1 conflict: conflict with "person" using apps\/v1( at .*)?: .spec.replicas$/,
    );
  });

  it('is no conflict to agree: both own the field then', async () => {
    const name = bench.name('agreed');
    await bench.client.apply(DEPLOYMENTS, deployment(bench, name, { replicas: 2 }), by('one'));
    const applied = await bench.client.apply(DEPLOYMENTS, replicas(name, 2), by('two'));
    expect(managersOf(applied)).to.deep.equal(['one Apply', 'two Apply']);
    const error = await refusal(bench.client.apply(DEPLOYMENTS, replicas(name, 3), by('two')));
    expect(error.message).to.include('conflict with "one"');
  });

  it('takes the field over when forced: the other owns it no more', async () => {
    const name = bench.name('forced');
    await bench.client.apply(DEPLOYMENTS, deployment(bench, name, { replicas: 1 }), by('one'));
    const taken = await bench.client.apply(DEPLOYMENTS, replicas(name, 2), { ...by('two'), force: true });
    expect(taken.spec.replicas).to.equal(2);
    const { spec } = deployment(bench, name, {});
    const rest = { ...replicas(name, 0), spec };
    const after = await bench.client.apply(DEPLOYMENTS, rest, by('one'));
    expect(after.spec.replicas).to.equal(2);
  });

  it('merges ports[] of two managers by keys, the defaulted protocol included', async () => {
    const name = bench.name('ports');
    const web = { name: 'http', port: 80 };
    const tls = { name: 'https', port: 443 };
    await bench.client.apply(SERVICES, service(bench, name, [web]), by('one'));
    const both = await bench.client.apply(SERVICES, service(bench, name, [tls]), by('two'));
    expect(ports(both)).to.deep.equal([443, 80]);
    const owned = (both.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [
      manager,
      Object.keys(((fieldsV1['f:spec'] as Record<string, object>)?.['f:ports'] ?? {}) as object),
    ]);
    expect(owned).to.deep.include.members([
      ['one', ['k:{"port":80,"protocol":"TCP"}']],
      ['two', ['k:{"port":443,"protocol":"TCP"}']],
    ]);

    const error = await refusal(
      bench.client.apply(SERVICES, service(bench, name, [tls, { ...web, name: 'mine' }]), by('two')),
    );
    expect(error.code).to.equal(409);
    const left = await bench.client.apply(SERVICES, service(bench, name, []), by('one'));
    expect(ports(left)).to.deep.equal([443]);
  });

  it('keeps TCP and UDP on one port apart', async () => {
    const name = bench.name('dns');
    const tcp = { name: 'dns-tcp', port: 53 };
    const udp = { name: 'dns', port: 53, protocol: 'UDP' };
    await bench.client.apply(SERVICES, service(bench, name, [tcp]), by('one'));
    const both = await bench.client.apply(SERVICES, service(bench, name, [udp]), by('two'));
    expect(both.spec.ports?.map((port) => port.protocol).sort()).to.deep.equal(['TCP', 'UDP']);
  });

  it('owns finalizers and other sets item by item', async () => {
    const name = bench.name('sets');
    const withFinalizers = (...finalizers: string[]) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: bench.namespace, finalizers },
    });
    await bench.client.apply(CONFIG_MAPS, withFinalizers('example.com/one'), by('one'));
    const both = await bench.client.apply(CONFIG_MAPS, withFinalizers('example.com/two'), by('two'));
    expect([...(both.metadata.finalizers ?? [])].sort()).to.deep.equal([
      'example.com/one',
      'example.com/two',
    ]);
    const left = await bench.client.apply(CONFIG_MAPS, withFinalizers(), by('one'));
    expect(left.metadata.finalizers).to.deep.equal(['example.com/two']);
    await bench.client.apply(CONFIG_MAPS, withFinalizers(), by('two'));
  });

  it('shows what it would do in a dry run', async () => {
    const name = bench.name('dry');
    const first = await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '1' }), by('one'));
    const dry = await bench.client.apply(CONFIG_MAPS, configMap(bench, name, { a: '2' }), {
      ...by('one'),
      dryRun: true,
    });
    expect(dry.data).to.deep.equal({ a: '2' });
    expect(await bench.client.get(CONFIG_MAPS, key(name))).to.deep.equal(first);
  });

  it('refuses managedFields and a wrong version in the intent', async () => {
    const name = bench.name('meta');
    const first = await bench.client.apply(CONFIG_MAPS, configMap(bench, name), by('one'));
    const error = await refusal(bench.client.apply(CONFIG_MAPS, first, by('one')));
    expect(error.status).to.deep.include({ reason: 'BadRequest', code: 400 });
    expect(error.message).to.include('metadata.managedFields must be nil');
    const stale = configMap(bench, name, { a: '1' });
    const versioned = { ...stale, metadata: { ...stale.metadata, resourceVersion: '1' } };
    expect((await refusal(bench.client.apply(CONFIG_MAPS, versioned, by('one')))).code).to.equal(409);
  });

  it('refuses an unknown field', async () => {
    const typo = deployment(bench, bench.name('typo'), { replcas: 2 });
    const error = await refusal(bench.client.apply(DEPLOYMENTS, typo, by('one')));
    expect(error.message).to.match(/replcas/);
    expect([400, 500]).to.include(error.code);
  });

  it('applies status through its subresource as a separate owner', async () => {
    const name = bench.name('status');
    await bench.client.apply(DEPLOYMENTS, deployment(bench, name), by('one'));
    const status = { ...replicas(name, 0), spec: undefined, status: { observedGeneration: 1 } };
    const { spec: _, ...intent } = status;
    const applied = await bench.client.apply(DEPLOYMENTS, intent as KubeObject, {
      ...by('reporter'),
      subresource: 'status',
    });
    expect(applied.status?.observedGeneration).to.equal(1);
    expect(managersOf(applied)).to.deep.equal(['one Apply', 'reporter Apply status']);
  });
}
