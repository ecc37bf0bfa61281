import { expect } from 'chai';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  NAMESPACES,
  SECRETS,
  SERVICES,
} from '../../src/kube/kinds/resources.data.ts';
import { isNamespaceTerminating } from '../../src/kube/values/status.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { configMap, deployment, newConfigMap, refusal, refusalCode, service, versionOf } from './notation.ts';

export function creating(bench: Bench): void {
  it('gives a new object an identity, a time and a version', async () => {
    const created = await newConfigMap(bench, bench.name('new'));
    expect(created.metadata.uid).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(created.metadata.creationTimestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(versionOf(created)).to.be.greaterThan(0);
    expect(created.metadata.generation).to.equal(undefined);
    expect(created).to.deep.include({ apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'value' } });
  });

  it('refuses a second object of the same name', async () => {
    const name = bench.name('twice');
    await newConfigMap(bench, name);
    const error = await refusal(newConfigMap(bench, name));
    expect(error.message).to.equal(`configmaps "${name}" already exists`);
    expect(error.status).to.deep.include({ reason: 'AlreadyExists', code: 409 });
  });

  it('makes a name from generateName', async () => {
    const create = () =>
      bench.client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { generateName: 'made-', namespace: bench.namespace },
      });
    const [one, two] = [await create(), await create()];
    expect(one.metadata.name).to.match(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(one.metadata.name).not.to.equal(two.metadata.name);
    expect(one.metadata.generateName).to.equal('made-');
  });

  it('creates in the namespace that the call names, and refuses an object that says otherwise', async () => {
    const name = bench.name('scoped');
    const bare: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
    const created = await bench.client.create(CONFIG_MAPS, bare, { namespace: bench.namespace });
    expect(created.metadata.namespace).to.equal(bench.namespace);
    const other = { ...bare, metadata: { name, namespace: 'default' } };
    expect(
      await refusalCode(bench.client.create(CONFIG_MAPS, other, { namespace: bench.namespace })),
    ).to.equal('BadRequest 400');
  });

  it('refuses to create in a namespace that does not exist', async () => {
    const error = await refusal(
      bench.client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'lost', namespace: 'no-such-place' },
      }),
    );
    expect(error.status).to.deep.include({
      reason: 'NotFound',
      message: 'namespaces "no-such-place" not found',
    });
  });

  it('refuses to create in a namespace that is going away, and says so as a cause', async () => {
    const name = bench.name('going');
    const { client } = bench;
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const held = { name: 'held', namespace: name, finalizers: ['example.com/hold'] };
    await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: held });
    await client.delete(NAMESPACES, { name });
    const late = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace: name } };
    const error = await refusal(client.create(CONFIG_MAPS, late));
    expect(error.message).to.equal(
      `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    );
    expect(isNamespaceTerminating(error)).to.equal(true);
    const body = { metadata: { finalizers: null } };
    await client.patch(CONFIG_MAPS, held, { type: 'merge', body });
  });

  it('fills defaults in', async () => {
    const name = bench.name('defaulted');
    const created = await bench.client.create(DEPLOYMENTS, deployment(bench, name, {}));
    expect(created.spec).to.deep.include({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
    expect(created.spec.strategy).to.deep.equal({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    });
    expect(created.spec.template.spec).to.deep.include({
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
    });
    expect(created.spec.template.spec.containers[0]).to.deep.include({ imagePullPolicy: 'Always' });

    const web = await bench.client.create(SERVICES, service(bench, name, [{ port: 80 }]));
    expect(web.spec).to.deep.include({ type: 'ClusterIP', sessionAffinity: 'None' });
    expect(web.spec.ports).to.deep.equal([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    expect(web.spec.clusterIP).to.match(/^\d+\.\d+\.\d+\.\d+$/);
  });

  it('stores the strings of a Secret encoded', async () => {
    const name = bench.name('secret');
    const secret = await bench.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: bench.namespace },
      stringData: { password: 'hunter2' },
    });
    expect(secret.data).to.deep.equal({ password: Buffer.from('hunter2').toString('base64') });
    expect(secret).to.deep.include({ type: 'Opaque' });
    expect(secret).not.to.have.property('stringData');
  });

  it('names every invalid field', async () => {
    const name = bench.name('invalid');
    const bad = deployment(bench, name, {
      template: { metadata: { labels: { app: 'other' } }, spec: { containers: [{ name: 'Main' }] } },
    });
    const error = await refusal(bench.client.create(DEPLOYMENTS, bad));
    expect(error.status).to.deep.include({ reason: 'Invalid', code: 422 });
    expect(error.message).to.match(new RegExp(`^Deployment.apps "${name}" is invalid: \\[`));
    expect(error.status.details?.causes?.map((cause) => cause.field)).to.include.members([
      'spec.template.metadata.labels',
      'spec.template.spec.containers[0].name',
      'spec.template.spec.containers[0].image',
    ]);
  });

  it('refuses a name that is no DNS name', async () => {
    const error = await refusal(newConfigMap(bench, 'Not_A_Name'));
    expect(error.status).to.deep.include({ reason: 'Invalid', code: 422 });
    expect(error.status.details?.causes?.[0]?.field).to.equal('metadata.name');
  });

  it('refuses an unknown field when strict, warns of it when asked to, drops it', async () => {
    const name = bench.name('typo');
    const typo = deployment(bench, name, { replcas: 3 });
    const error = await refusal(bench.client.create(DEPLOYMENTS, typo));
    expect(error.status).to.deep.include({ reason: 'BadRequest', code: 400 });
    expect(error.message).to.include('strict decoding error: unknown field "spec.replcas"');

    const warnings: string[] = [];
    const created = await bench.client.create(DEPLOYMENTS, typo, {
      fieldValidation: 'Warn',
      onWarning: (text) => warnings.push(text),
    });
    expect(warnings).to.deep.equal(['unknown field "spec.replcas"']);
    expect(created.spec).not.to.have.property('replcas');
  });

  it('refuses a value of the wrong type', async () => {
    const error = await refusal(
      bench.client.create(DEPLOYMENTS, deployment(bench, bench.name('type'), { replicas: 'three' })),
    );
    expect(error.code).to.equal(400);
  });

  it('records who wrote which fields', async () => {
    const name = bench.name('owned');
    const created = await bench.client.create(CONFIG_MAPS, configMap(bench, name, { a: '1' }), {
      fieldManager: 'maker',
    });
    expect(created.metadata.managedFields).to.have.length(1);
    const { time, ...entry } = created.metadata.managedFields?.[0] ?? {};
    expect(time).to.match(/Z$/);
    expect(entry).to.deep.equal({
      manager: 'maker',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
    });
    const updated = await bench.client.update(
      CONFIG_MAPS,
      { ...created, data: { a: '2', b: '1' } },
      { fieldManager: 'changer' },
    );
    const fields = Object.fromEntries(
      (updated.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    );
    expect(fields).to.deep.equal({
      maker: { 'f:data': {} },
      changer: { 'f:data': { 'f:a': {}, 'f:b': {} } },
    });
  });

  it('has the namespaces that every cluster starts with', async () => {
    const names = (await bench.client.list(NAMESPACES)).items.map((item) => item.metadata.name);
    expect(names).to.include.members(['default', 'kube-system']);
  });
}
