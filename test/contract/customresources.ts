import { expect } from 'chai';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/kube/kinds/resources.data.ts';
import type { JsonObject, KubeObject, Resource } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { eventually, managersOf, refusal, refusalCode, startWatch } from './notation.ts';

export function customResources(bench: Bench): void {
  const group = `g${Math.random().toString(36).slice(2, 8)}.example.com`;
  const ships: Resource<Ship> = { group, version: 'v1', plural: 'ships', kind: 'Ship', namespaced: true };
  const key = (name: string) => ({ namespace: bench.namespace, name });
  const ship = (name: string, spec: object) => ({
    apiVersion: `${group}/v1`,
    kind: 'Ship',
    metadata: { name, namespace: bench.namespace },
    spec,
  });

  before(async () => {
    await bench.client.create(CUSTOM_RESOURCE_DEFINITIONS, shipDefinition(group));
    await eventually(async () => {
      const row = await bench.client.resourceFor({ apiVersion: `${group}/v1`, kind: 'Ship' });
      expect(row?.plural).to.equal('ships');
      await bench.client.list(ships, { namespace: bench.namespace });
    });
  });
  after(() => bench.client.delete(CUSTOM_RESOURCE_DEFINITIONS, { name: `ships.${group}` }));

  it('are established by their definition and appear in discovery', async () => {
    await eventually(async () => {
      const definition = await bench.client.get(CUSTOM_RESOURCE_DEFINITIONS, { name: `ships.${group}` });
      const conditions = (definition.status?.conditions ?? []).map(({ type, status }) => `${type}=${status}`);
      expect(conditions).to.include.members(['NamesAccepted=True', 'Established=True']);
    });
    const row = await bench.client.resourceFor({ apiVersion: `${group}/v1`, kind: 'Ship' });
    expect(row).to.deep.include({ singular: 'ship', namespaced: true });
    expect(row?.shortNames).to.deep.equal(['sh']);
    expect(row?.subresources).to.include.members(['status', 'scale']);
  });

  it('are defaulted, pruned and validated by their schema', async () => {
    const created = await bench.client.create(ships, ship(bench.name('plain'), { crew: 3 }));
    expect(created.spec).to.deep.equal({ crew: 3, flag: 'white' });
    expect(created.metadata.generation).to.equal(1);

    const odd = ship(bench.name('odd'), { crew: 3, wings: 2 });
    expect((await refusal(bench.client.create(ships, odd))).message).to.include('unknown field "spec.wings"');
    const pruned = await bench.client.create(ships, odd, { fieldValidation: 'Ignore' });
    expect(pruned.spec).not.to.have.property('wings');

    const error = await refusal(bench.client.create(ships, ship(bench.name('crowded'), { crew: 1000 })));
    expect(error.status).to.deep.include({ reason: 'Invalid', code: 422 });
    expect(error.status.details?.causes?.[0]?.field).to.equal('spec.crew');
    expect(
      await refusalCode(bench.client.create(ships, ship(bench.name('typed'), { crew: 'many' }))),
    ).to.equal('Invalid 422');
    expect(await refusalCode(bench.client.create(ships, ship(bench.name('bare'), {})))).to.equal(
      'Invalid 422',
    );
  });

  it('keep spec and status apart, and count generations', async () => {
    const name = bench.name('stated');
    const created = await bench.client.create(ships, { ...ship(name, { crew: 1 }), status: { port: 'x' } });
    expect(created).not.to.have.property('status');
    const reported = await bench.client.update(
      ships,
      { ...created, spec: { crew: 9 }, status: { port: 'Hamburg' } } as KubeObject,
      { subresource: 'status' },
    );
    expect([reported.status?.port, reported.spec.crew, reported.metadata.generation]).to.deep.equal([
      'Hamburg',
      1,
      1,
    ]);
    const changed = await bench.client.patch(ships, key(name), {
      type: 'merge',
      body: { spec: { crew: 2 } },
    });
    expect([changed.status?.port, changed.metadata.generation]).to.deep.equal(['Hamburg', 2]);
  });

  it('scale by the paths that their definition names', async () => {
    const name = bench.name('scaled');
    await bench.client.create(ships, ship(name, { crew: 2 }));
    const scale = await bench.client.get<KubeObject>(ships, key(name), { subresource: 'scale' });
    expect(scale).to.deep.include({ kind: 'Scale', spec: { replicas: 2 } });
    await bench.client.update<KubeObject>(
      ships,
      { ...scale, spec: { replicas: 5 } },
      { subresource: 'scale' },
    );
    expect((await bench.client.get(ships, key(name))).spec.crew).to.equal(5);
  });

  it('merge list maps of two managers by keys with defaults, and name conflicts', async () => {
    const name = bench.name('docks');
    const docks = (...list: object[]) => ship(name, { crew: 1, docks: list });
    await bench.client.apply(ships, docks({ port: 80, name: 'a' }), { fieldManager: 'one' });
    const both = await bench.client.apply(ships, docks({ port: 443, name: 'b' }), { fieldManager: 'two' });
    expect(both.spec.docks?.map((dock) => [dock.port, dock.protocol]).sort()).to.deep.equal([
      [443, 'TCP'],
      [80, 'TCP'],
    ]);
    expect(managersOf(both)).to.deep.equal(['one Apply', 'two Apply']);
    const error = await refusal(
      bench.client.apply(ships, docks({ port: 80, name: 'mine' }), { fieldManager: 'two' }),
    );
    expect(error.message).to.equal(
      'Apply failed with 1 conflict: conflict with "one": .spec.docks[port=80,protocol="TCP"].name',
    );
    const left = await bench.client.apply(ships, ship(name, { crew: 1 }), { fieldManager: 'one' });
    expect(left.spec.docks?.map((dock) => dock.port)).to.deep.equal([443]);
  });

  it('take JSON and merge patches, but no strategic ones', async () => {
    const name = bench.name('patched');
    await bench.client.create(ships, ship(name, { crew: 1 }));
    const merged = await bench.client.patch(ships, key(name), { type: 'merge', body: { spec: { crew: 2 } } });
    expect(merged.spec.crew).to.equal(2);
    const patched = await bench.client.patch(ships, key(name), {
      type: 'json',
      body: [{ op: 'replace', path: '/spec/crew', value: 3 }],
    });
    expect(patched.spec.crew).to.equal(3);
    expect(
      await refusalCode(
        bench.client.patch(ships, key(name), { type: 'strategic', body: { spec: { crew: 4 } } }),
      ),
    ).to.equal('UnsupportedMediaType 415');
  });

  it('are watched like any other kind', async () => {
    const name = bench.name('watched');
    const list = await bench.client.list(ships, { namespace: bench.namespace });
    const watch = startWatch(bench.client, ships, {
      namespace: bench.namespace,
      resourceVersion: list.metadata.resourceVersion ?? '',
    });
    const created = await bench.client.create(ships, ship(name, { crew: 1 }));
    const event = await watch.next();
    watch.stop();
    expect(event).to.deep.equal({ type: 'ADDED', object: created });
  });

  it('are held to the formats of their schema, and to its rules', async () => {
    const create = (spec: object) =>
      bench.client.create(ships, ship(bench.name('ruled'), { crew: 1, ...spec }), { dryRun: true });
    await create({ radio: '10.0.0.1', mission: 'survey' });
    const causes = async (refused: Promise<unknown>) =>
      (await refusal(refused)).status.details?.causes?.map(({ field, message }) => `${field}: ${message}`);
    expect(await causes(create({ radio: 'ch16' }))).to.deep.include(
      'spec.radio: Invalid value: "ch16": spec.radio in body must be of type ipv4: "ch16"',
    );
    expect(await causes(create({ mission: 'war' }))).to.deep.equal([
      'spec.mission: Invalid value: "war": ships are peaceful',
    ]);
  });

  it('are held to rules about their changes', async () => {
    const name = bench.name('steady');
    await bench.client.create(ships, ship(name, { crew: 1, mission: 'survey' }));
    const body = { spec: { mission: 'rescue' } };
    const error = await refusal(bench.client.patch(ships, key(name), { type: 'merge', body }));
    expect(error.message).to.include('spec.mission: Invalid value: "rescue": a mission is for life');
    await bench.client.patch(ships, key(name), { type: 'merge', body: { spec: { crew: 2 } } });
  });

  it('are selected by the fields that their definition names', async () => {
    const [red, blue] = [bench.name('red'), bench.name('blue')];
    await bench.client.create(ships, ship(red, { crew: 1, flag: 'red' }));
    await bench.client.create(ships, ship(blue, { crew: 1, flag: 'blue' }));
    const select = (fieldSelector: string) =>
      bench.client.list(ships, { namespace: bench.namespace, fieldSelector });
    expect((await select('spec.flag=red')).items.map(({ metadata }) => metadata.name)).to.deep.equal([red]);
    expect(await refusalCode(select('spec.crew=1'))).to.equal('BadRequest 400');
  });

  it('follow a definition that changes: defaults on read, and what is invalid since stays until it is changed', async () => {
    const other = `changing-${group}`;
    const rows: Resource<Ship> = { ...ships, group: other };
    const definition = await bench.client.create(CUSTOM_RESOURCE_DEFINITIONS, shipDefinition(other));
    const name = bench.name('old');
    const old = { ...ship(name, { crew: 60, radio: '10.0.0.1' }), apiVersion: `${other}/v1` };
    await eventually(() => bench.client.create(rows, old));
    await bench.client.patch(
      CUSTOM_RESOURCE_DEFINITIONS,
      { name: definition.metadata.name ?? '' },
      {
        type: 'json',
        body: [
          { op: 'replace', path: `${SPEC_PATH}/crew/maximum`, value: 50 },
          { op: 'add', path: `${SPEC_PATH}/mission/default`, value: 'survey' },
        ],
      },
    );
    await eventually(async () =>
      expect((await bench.client.get(rows, key(name))).spec.mission).to.equal('survey'),
    );
    const patch = (spec: JsonObject) =>
      bench.client.patch(rows, key(name), { type: 'merge', body: { spec } });
    await eventually(async () => expect(await refusalCode(patch({ crew: 70 }))).to.equal('Invalid 422'));
    expect((await patch({ flag: 'black' })).spec).to.deep.include({ crew: 60, flag: 'black' });
    await bench.client.delete(CUSTOM_RESOURCE_DEFINITIONS, { name: `ships.${other}` });
  });

  it('go when their definition goes', async () => {
    const other = `other-${group}`;
    const rows: Resource = { ...ships, group: other };
    await bench.client.create(CUSTOM_RESOURCE_DEFINITIONS, shipDefinition(other));
    const lost = { ...ship(bench.name('lost'), { crew: 1 }), apiVersion: `${other}/v1` };
    await eventually(() => bench.client.create(rows, lost));
    await bench.client.delete(CUSTOM_RESOURCE_DEFINITIONS, { name: `ships.${other}` });
    await eventually(async () => {
      expect(await refusalCode(bench.client.list(rows, { namespace: bench.namespace }))).to.equal(
        'NotFound 404',
      );
    });
  });
}

interface Ship extends KubeObject {
  readonly spec: {
    readonly crew: number;
    readonly flag?: string;
    readonly mission?: string;
    readonly docks?: readonly { readonly port: number; readonly protocol?: string; readonly name?: string }[];
  };
  readonly status?: { readonly port?: string };
}

const shipDefinition = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `ships.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'ships', singular: 'ship', kind: 'Ship', listKind: 'ShipList', shortNames: ['sh'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.crew', statusReplicasPath: '.status.crew' },
        },
        selectableFields: [{ jsonPath: '.spec.flag' }],
        schema: { openAPIV3Schema: SHIP_SCHEMA },
      },
    ],
  },
});

const SPEC_PATH = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties';

const SHIP_SCHEMA = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['crew'],
      properties: {
        crew: { type: 'integer', minimum: 0, maximum: 100 },
        flag: { type: 'string', default: 'white' },
        radio: { type: 'string', format: 'ipv4' },
        mission: {
          type: 'string',
          maxLength: 20,
          'x-kubernetes-validations': [
            { rule: "self != 'war'", message: 'ships are peaceful' },
            { rule: 'self == oldSelf', message: 'a mission is for life' },
          ],
        },
        docks: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port'],
            properties: {
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              name: { type: 'string' },
            },
          },
        },
      },
    },
    status: {
      type: 'object',
      properties: { port: { type: 'string' }, crew: { type: 'integer' } },
    },
  },
};
