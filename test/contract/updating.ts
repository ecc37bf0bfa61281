import { expect } from 'chai';
import { CONFIG_MAPS, DEPLOYMENTS, SERVICES } from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import {
  configMap,
  deployment,
  managersOf,
  newConfigMap,
  refusal,
  refusalCode,
  service,
  versionOf,
} from './notation.ts';

export function updating(bench: Bench): void {
  const key = (name: string) => ({ namespace: bench.namespace, name });

  it('updates when the version is the current one, and refuses a stale one by name', async () => {
    const name = bench.name('stale');
    const created = await newConfigMap(bench, name, { step: '1' });
    const updated = await bench.client.update(CONFIG_MAPS, { ...created, data: { step: '2' } });
    expect(updated.data).to.deep.equal({ step: '2' });
    expect(versionOf(updated)).to.be.greaterThan(versionOf(created));
    expect(updated.metadata.uid).to.equal(created.metadata.uid);

    const error = await refusal(bench.client.update(CONFIG_MAPS, { ...created, data: { step: '3' } }));
    expect(error.status).to.deep.include({ reason: 'Conflict', code: 409 });
    expect(error.message).to.equal(
      `Operation cannot be fulfilled on configmaps "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    );
  });

  it('updates unconditionally when no version is named', async () => {
    const name = bench.name('unconditional');
    await newConfigMap(bench, name, { step: '1' });
    const updated = await bench.client.update(CONFIG_MAPS, configMap(bench, name, { step: '2' }));
    expect(updated.data).to.deep.equal({ step: '2' });
  });

  it('updates unconditionally by the version "0", which names none', async () => {
    const name = bench.name('zero');
    const { metadata } = await newConfigMap(bench, name, { step: '1' });
    const zero = {
      ...configMap(bench, name, { step: '2' }),
      metadata: { ...metadata, resourceVersion: '0' },
    };
    expect((await bench.client.update(CONFIG_MAPS, zero)).data).to.deep.equal({ step: '2' });
  });

  it('writes annotations through the status subresource, as it does labels where the kind allows it', async () => {
    const name = bench.name('annotated');
    await bench.client.create(SERVICES, service(bench, name, [{ port: 80 }]));
    await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const body = { metadata: { annotations: { seen: 'yes' }, labels: { seen: 'yes' } } };
    const options = { subresource: 'status' };
    const annotated = await bench.client.patch(SERVICES, key(name), { type: 'merge', body }, options);
    expect(annotated.metadata).to.deep.include(body.metadata);
    const labelled = await bench.client.patch(DEPLOYMENTS, key(name), { type: 'merge', body }, options);
    expect(labelled.metadata.annotations).to.deep.include({ seen: 'yes' });
    expect(labelled.metadata.labels).to.equal(undefined);
  });

  it('does not create by update', async () => {
    expect(
      await refusalCode(bench.client.update(CONFIG_MAPS, configMap(bench, bench.name('absent')))),
    ).to.equal('NotFound 404');
  });

  it('keeps the version when an update changes nothing', async () => {
    const created = await newConfigMap(bench, bench.name('same'));
    const updated = await bench.client.update(CONFIG_MAPS, created);
    expect(updated).to.deep.equal(created);
  });

  it('raises the generation when the spec changes, and only then', async () => {
    const name = bench.name('generation');
    const created = await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    expect(created.metadata.generation).to.equal(1);
    const labelled = await bench.client.update(DEPLOYMENTS, {
      ...created,
      metadata: { ...created.metadata, labels: { tier: 'web' } },
    });
    expect(labelled.metadata.generation).to.equal(1);
    const scaled = await bench.client.update(DEPLOYMENTS, {
      ...labelled,
      spec: { ...labelled.spec, replicas: 2 },
    });
    expect(scaled.metadata.generation).to.equal(2);
  });

  it('takes status only through the status subresource, and nothing else there', async () => {
    const name = bench.name('status');
    const created = await bench.client.create(DEPLOYMENTS, {
      ...deployment(bench, name),
      status: { replicas: 7 },
    } as KubeObject);
    expect(created.status?.replicas ?? 0).to.equal(0);

    const reported = await bench.client.update(
      DEPLOYMENTS,
      { ...created, spec: { ...created.spec, replicas: 5 }, status: { ...created.status, replicas: 1 } },
      { subresource: 'status' },
    );
    expect([reported.status?.replicas, reported.spec.replicas]).to.deep.equal([1, 1]);
    expect(reported.metadata.generation).to.equal(1);
    expect(managersOf(reported).some((row) => row.endsWith(' status'))).to.equal(true);

    const updated = await bench.client.update(DEPLOYMENTS, { ...reported, status: { replicas: 9 } });
    expect(updated.status?.replicas).to.equal(1);
  });

  it('scales through the scale subresource', async () => {
    const name = bench.name('scaled');
    await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const scale = await bench.client.get<KubeObject>(DEPLOYMENTS, key(name), { subresource: 'scale' });
    expect(scale).to.deep.include({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 1 } });
    const three = await bench.client.update<KubeObject>(
      DEPLOYMENTS,
      { ...scale, spec: { replicas: 3 } },
      { subresource: 'scale' },
    );
    expect(three).to.deep.include({ kind: 'Scale', spec: { replicas: 3 } });
    expect((await bench.client.get(DEPLOYMENTS, key(name))).spec.replicas).to.equal(3);
    const four = await bench.client.patch<KubeObject>(
      DEPLOYMENTS,
      key(name),
      { type: 'merge', body: { spec: { replicas: 4 } } },
      { subresource: 'scale' },
    );
    expect(four).to.deep.include({ kind: 'Scale', spec: { replicas: 4 } });
    expect((await bench.client.get(DEPLOYMENTS, key(name))).spec.replicas).to.equal(4);
  });

  it('stores nothing in a dry run, but answers as if', async () => {
    const name = bench.name('dry');
    const dry = await bench.client.create(CONFIG_MAPS, configMap(bench, name), { dryRun: true });
    expect(dry.metadata.uid).to.be.a('string');
    expect(await refusalCode(bench.client.get(CONFIG_MAPS, key(name)))).to.equal('NotFound 404');

    const created = await newConfigMap(bench, name);
    const updated = await bench.client.update(
      CONFIG_MAPS,
      { ...created, data: { dry: 'yes' } },
      { dryRun: true },
    );
    expect(updated.data).to.deep.equal({ dry: 'yes' });
    await bench.client.delete(CONFIG_MAPS, key(name), { dryRun: true });
    expect(await bench.client.get(CONFIG_MAPS, key(name))).to.deep.equal(created);
  });

  it('answers a dry run only when everybody can read what it was tried on', async () => {
    const name = bench.name('seen');
    await newConfigMap(bench, name);
    const writing = bench.client.update(CONFIG_MAPS, configMap(bench, name, { step: 'one' }));
    const dry = await bench.client.patch(
      CONFIG_MAPS,
      key(name),
      { type: 'merge', body: { data: { tried: 'yes' } } },
      { dryRun: true },
    );
    const read = await bench.client.get(CONFIG_MAPS, key(name));
    expect(Number(read.metadata.resourceVersion)).to.be.at.least(Number(dry.metadata.resourceVersion));
    if (dry.data?.step) expect(read.data).to.deep.equal({ step: 'one' });
    await writing;
  });

  it('refuses to change what is immutable', async () => {
    const name = bench.name('immutable');
    const created = await bench.client.create(DEPLOYMENTS, deployment(bench, name));
    const labels = { app: name, extra: 'yes' };
    const moved = {
      ...created,
      spec: {
        ...created.spec,
        selector: { matchLabels: labels },
        template: { ...created.spec.template, metadata: { labels } },
      },
    };
    const error = await refusal(bench.client.update(DEPLOYMENTS, moved));
    expect(error.status).to.deep.include({ reason: 'Invalid', code: 422 });
    expect(error.status.details?.causes?.[0]?.field).to.equal('spec.selector');

    const fixed = await bench.client.create(CONFIG_MAPS, {
      ...configMap(bench, name),
      immutable: true,
    } as KubeObject);
    expect(await refusalCode(bench.client.update(CONFIG_MAPS, { ...fixed, data: { key: 'else' } }))).to.equal(
      'Invalid 422',
    );
  });

  it('does not let a client write the metadata that the server keeps', async () => {
    const name = bench.name('meta');
    const created = await newConfigMap(bench, name);
    const updated = await bench.client.update(CONFIG_MAPS, {
      ...created,
      metadata: { ...created.metadata, creationTimestamp: '2001-01-01T00:00:00Z', generation: 77 },
      data: { key: 'new' },
    });
    expect(updated.metadata.creationTimestamp).to.equal(created.metadata.creationTimestamp);
    expect(updated.metadata.generation).to.equal(undefined);
    const stranger = {
      ...updated,
      metadata: { ...updated.metadata, uid: '00000000-0000-0000-0000-000000000000' },
    };
    expect(await refusalCode(bench.client.update(CONFIG_MAPS, stranger))).to.equal('Conflict 409');
  });
}
