import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../../../src/kube/values/types.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { customDefinition, customVersion } from '../definition.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { refusal } from '../notation.ts';

const SHIPS: Resource = {
  group: 'example.org',
  version: 'v1',
  plural: 'ships',
  kind: 'Ship',
  namespaced: true,
};
const CRD = { name: 'ships.example.org' };

/** A definition whose instances have these fields in their specification. */
const definition = (fields: object, version: object = {}): KubeObject =>
  customDefinition('example.org', 'Ship', [
    customVersion({ properties: { spec: { type: 'object', properties: fields } } }, version),
  ]);
const ship = (name: string, spec: object): KubeObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Ship',
  metadata: { name, namespace: 'default' },
  spec,
});
const STRING = { type: 'string' };

describe('custom resources that were stored before their definition changed', () => {
  let server: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    server = await startTestApi();
    client = server.client();
    await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition({ color: STRING, flag: STRING }));
    await client.create(SHIPS, ship('a', { color: 'red', flag: 'white' }));
  });
  afterEach(() => server.dispose());

  const key = { namespace: 'default', name: 'a' };
  const redefine = async (fields: object) => {
    const live = await client.get<KubeObject>(CUSTOM_RESOURCE_DEFINITIONS, CRD);
    await client.update(CUSTOM_RESOURCE_DEFINITIONS, {
      ...live,
      spec: definition(fields).spec,
    } as KubeObject);
  };

  it('have the defaults that came later, in every read', async () => {
    await redefine({ color: STRING, flag: STRING, crew: { type: 'integer', default: 3 } });
    const wanted = { color: 'red', flag: 'white', crew: 3 };
    expect((await client.get<KubeObject>(SHIPS, key)).spec).to.deep.equal(wanted);
    expect((await client.list<KubeObject>(SHIPS)).items[0]?.spec).to.deep.equal(wanted);
    const patched = await client.patch(SHIPS, key, { type: 'merge', body: { spec: { color: 'blue' } } });
    expect((patched as KubeObject).spec).to.deep.equal({ ...wanted, color: 'blue' });
  });

  it('are pruned of what the schema knows no more', async () => {
    await redefine({ color: STRING });
    expect((await client.get<KubeObject>(SHIPS, key)).spec).to.deep.equal({ color: 'red' });
  });

  it('stay readable when they contradict it', async () => {
    await redefine({ color: { type: 'integer' }, flag: STRING });
    expect((await client.get<KubeObject>(SHIPS, key)).spec).to.deep.equal({ color: 'red', flag: 'white' });
    expect((await client.list(SHIPS)).items).to.have.length(1);
    await client.delete(SHIPS, key);
  });

  it('may be changed beside what contradicts it, as long as that stays as it is', async () => {
    await redefine({ color: { type: 'integer' }, flag: STRING });
    const patched = await client.patch(SHIPS, key, { type: 'merge', body: { spec: { flag: 'black' } } });
    expect((patched as KubeObject).spec).to.deep.equal({ color: 'red', flag: 'black' });
    const error = await refusal(
      client.patch(SHIPS, key, { type: 'merge', body: { spec: { color: 'blue' } } }),
    );
    expect(error).to.include('spec.color in body must be of type integer: "string"');
  });
});

describe('custom resources of a definition', () => {
  let server: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    server = await startTestApi();
    client = server.client();
  });
  afterEach(() => server.dispose());

  it('are selected by its selectable fields, in lists and watches, and by no other', async () => {
    const selectableFields = [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.afloat' }];
    await client.create(
      CUSTOM_RESOURCE_DEFINITIONS,
      definition({ color: STRING, flag: STRING, afloat: { type: 'boolean' } }, { selectableFields }),
    );
    await client.create(SHIPS, ship('a', { color: 'red', afloat: true }));
    await client.create(SHIPS, ship('b', { color: 'blue' }));
    const select = async (fieldSelector: string) =>
      (await client.list(SHIPS, { fieldSelector })).items.map(({ metadata }) => metadata.name);
    expect(await select('spec.color=red')).to.deep.equal(['a']);
    expect(await select('spec.color!=red,metadata.name=b')).to.deep.equal(['b']);
    expect(await select('spec.afloat=true')).to.deep.equal(['a']);
    expect(await refusal(client.list(SHIPS, { fieldSelector: 'spec.flag=x' }))).to.equal(
      'BadRequest: field label not supported: spec.flag',
    );
  });

  it('keep unknown fields beside declared ones where additionalProperties is true', async () => {
    const open = { type: 'object', properties: { a: STRING }, additionalProperties: true };
    await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition({ open }));
    const created = await client.create<KubeObject>(SHIPS, ship('a', { open: { a: 'x', b: 1 } }));
    expect(created.spec).to.deep.equal({ open: { a: 'x', b: 1 } });
  });
});
