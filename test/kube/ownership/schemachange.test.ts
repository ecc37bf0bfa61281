import { expect } from 'chai';
import { conflictMessage } from '../../../src/kube/ownership/conflicts.ts';
import { recordApply } from '../../../src/kube/ownership/managedfields.ts';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import { deepFreeze } from '../../../src/kube/values/equal.ts';
import { fieldSetFromV1, formatPath, pathsOf } from '../../../src/kube/values/fieldset.ts';
import type { JsonObject, KubeObject } from '../../../src/kube/values/types.ts';

const strings = { type: 'array', items: { type: 'string' } };
const spec = (map: object, list: object) => ({
  type: 'object',
  properties: {
    map: { type: 'object', additionalProperties: { type: 'string' }, ...map },
    list: { ...strings, ...list },
  },
});

function schemaOf(map: object, list: object) {
  const parsed = crdSchema({ type: 'object', properties: { spec: spec(map, list) } });
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  return parsed.value;
}

const granular = schemaOf({}, { 'x-kubernetes-list-type': 'set' });
const atomic = schemaOf({ 'x-kubernetes-map-type': 'atomic' }, { 'x-kubernetes-list-type': 'atomic' });

const apply = (
  schema: typeof granular,
  manager: string,
  content: JsonObject,
  { live, force = false }: { readonly live?: KubeObject; readonly force?: boolean } = {},
) => {
  const time = '2026-01-01T00:00:00Z';
  const sent = { apiVersion: 'test.dev/v1', kind: 'Test', metadata: { name: 't' }, spec: content };
  return recordApply({ live, schema, time, manager, force, applied: deepFreeze(sent) });
};

function stored(outcome: ReturnType<typeof apply>): KubeObject {
  if (!outcome.ok) throw new Error(conflictMessage(outcome.conflicts));
  return deepFreeze(outcome.object);
}

const ownersOf = ({ metadata }: KubeObject) =>
  Object.fromEntries(
    (metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [
      manager,
      pathsOf(fieldSetFromV1(fieldsV1)).map(formatPath),
    ]),
  );

describe('a map and a list that have become atomic', () => {
  const live = stored(apply(granular, 'one', { map: { a: '1' }, list: ['x'] }));

  it('belong as a whole to who owned parts of them, who objects to others', () => {
    const outcome = apply(atomic, 'two', { map: { b: '2' }, list: ['y'] }, { live });
    if (outcome.ok) expect.fail('nobody objected');
    expect(outcome.conflicts.map(({ field }) => field)).to.have.members(['.spec.map', '.spec.list']);
  });

  it('go as a whole to who takes them by force', () => {
    const taken = stored(apply(atomic, 'two', { map: { b: '2' }, list: ['y'] }, { live, force: true }));
    expect(ownersOf(taken)).to.deep.equal({ two: ['.spec.list', '.spec.map'] });
    expect(taken.spec).to.deep.equal({ map: { b: '2' }, list: ['y'] });
  });

  it('stay with their owner, by their own names, when it applies the same again', () => {
    const again = stored(apply(atomic, 'one', { map: { a: '1' }, list: ['x'] }, { live }));
    expect(ownersOf(again)).to.deep.equal({ one: ['.spec.list', '.spec.map'] });
  });
});
