import { expect } from 'chai';
import { conflictError } from '../../../src/kube/ownership/conflicts.ts';
import { type ApplyInput, recordApply, recordUpdate } from '../../../src/kube/ownership/managedfields.ts';
import { applyDefaults } from '../../../src/kube/rules/defaults.ts';
import { builtinSchema, type Schema } from '../../../src/kube/schema/schema.ts';
import { deepFreeze } from '../../../src/kube/values/equal.ts';
import {
  difference,
  fieldSetFromV1,
  fieldSetToV1,
  intersection,
  union,
  unionAll,
} from '../../../src/kube/values/fieldset.ts';
import { StatusError } from '../../../src/kube/values/status.ts';
import type { JsonObject, KubeObject } from '../../../src/kube/values/types.ts';
import { failure } from '../failure.ts';

const schema = builtinSchema({ group: 'apps', version: 'v1', kind: 'Deployment' }) as Schema;
const defaults = (object: KubeObject): KubeObject => applyDefaults(schema, object);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const deployment = (spec: object, metadata: object = {}): KubeObject =>
  deepFreeze({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'x', ...metadata },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a' }] } },
      ...spec,
    },
  });

const T1 = '2026-01-01T00:00:01Z';
const T2 = '2026-01-01T00:00:02Z';

function apply(input: Partial<ApplyInput> & Pick<ApplyInput, 'live' | 'applied'>): KubeObject {
  const outcome = recordApply({ manager: 'pilotage', force: false, time: T1, schema, defaults, ...input });
  if (!outcome.ok) throw conflictError(outcome.conflicts);
  return deepFreeze(outcome.object);
}
const create = (object: KubeObject, manager = 'kubectl-create'): KubeObject =>
  deepFreeze(recordUpdate({ live: undefined, updated: defaults(object), manager, time: T1, schema }));
const update = (live: KubeObject, updated: KubeObject, manager: string, subresource?: string): KubeObject =>
  deepFreeze(
    recordUpdate({ live, updated, manager, time: T2, schema, ...(subresource ? { subresource } : {}) }),
  );
const withSpec = (object: KubeObject, spec: object): KubeObject => ({
  ...object,
  spec: { ...(object.spec as object), ...spec },
});
const managers = (object: KubeObject) => (object.metadata.managedFields ?? []).map(({ manager }) => manager);

describe('managed fields of a built-in kind', () => {
  it('record what the creator set and the defaults that it got, and none of the server’s bookkeeping', () => {
    const [entry] =
      create(deployment({ replicas: 2 }, { uid: 'u', generation: 1, labels: { a: 'b' } })).metadata
        .managedFields ?? [];
    expect(entry).to.deep.include({
      manager: 'kubectl-create',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: T1,
    });
    expect(entry?.fieldsV1['f:metadata']).to.deep.equal({ 'f:labels': { '.': {}, 'f:a': {} } });
    expect(entry?.fieldsV1['f:spec']).to.include.keys(
      'f:replicas',
      'f:selector',
      'f:progressDeadlineSeconds',
      'f:strategy',
    );
    expect(entry?.fieldsV1['f:spec']).to.not.have.property('.');
    expect(entry?.fieldsV1).to.not.have.any.keys('f:status', 'f:kind', 'f:apiVersion');
  });

  it('stay the same, time included, when an apply changes nothing, although defaults were filled in', () => {
    const live = apply({ live: undefined, applied: deployment({ replicas: 2 }) });
    expect(apply({ live, applied: deployment({ replicas: 2 }), time: T2 })).to.equal(live);
  });

  it('bring a dropped field back to its default', () => {
    const live = apply({ live: undefined, applied: deployment({ replicas: 2 }) });
    const after = apply({ live, applied: deployment({}), time: T2 });
    expect(after.spec).to.include({ replicas: 1 });
    expect(after.metadata.managedFields?.[0]?.time).to.equal(T2);
  });

  it('let an autoscaler keep the count that the applier no longer names', () => {
    const live = apply({ live: undefined, applied: deployment({ replicas: 2 }) });
    const scaled = update(live, withSpec(live, { replicas: 7 }), 'autoscaler', 'scale');
    expect(apply({ live: scaled, applied: deployment({}) }).spec).to.include({ replicas: 7 });
    expect(failure(() => apply({ live: scaled, applied: deployment({ replicas: 2 }) })).message).to.equal(
      'Apply failed with 1 conflict: conflict with "autoscaler" with subresource "scale" using apps/v1: .spec.replicas',
    );
  });

  it('tell in the 409 which field of which manager stood in the way', () => {
    const live = create(deployment({ replicas: 2 }), 'kubectl-client-side-apply');
    const error = failure(() => apply({ live, applied: deployment({ replicas: 3 }) }));
    expect(error.code).to.equal(409);
    expect(error.status.details?.causes).to.deep.equal([
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-client-side-apply" using apps/v1',
        field: '.spec.replicas',
      },
    ]);
  });

  it('pass from client-side to server-side apply with kubectl without a conflict with oneself', () => {
    const first = deployment({ replicas: 2 });
    const live = create(
      deployment({ replicas: 2 }, { annotations: { [LAST_APPLIED]: JSON.stringify(first) } }),
      'kubectl-client-side-apply',
    );
    const after = apply({ live, applied: deployment({ replicas: 3 }), manager: 'kubectl', time: T2 });
    expect(after.spec).to.include({ replicas: 3 });
    expect(JSON.parse(after.metadata.annotations?.[LAST_APPLIED] ?? '')).to.have.nested.property(
      'spec.replicas',
      3,
    );
    expect(() => apply({ live, applied: deployment({ replicas: 3 }), manager: 'other' })).to.throw(
      StatusError,
    );
  });

  it('give what was there untracked to before-first-apply', () => {
    const { managedFields: _, ...metadata } = create(deployment({ replicas: 2 })).metadata;
    const live: KubeObject = deepFreeze({ ...create(deployment({ replicas: 2 })), metadata });
    expect(
      managers(update(live, withSpec(live, { replicas: 3 }), 'u')),
      'untracked stays untracked',
    ).to.deep.equal([]);
    expect(managers(apply({ live, applied: deployment({ replicas: 2 }) }))).to.deep.equal([
      'pilotage',
      'before-first-apply',
    ]);
  });

  it('are forgotten on demand, and kept when a client does not send them', () => {
    const live = create(deployment({}));
    const reset = { ...live, metadata: { ...live.metadata, managedFields: [] } };
    expect(update(live, reset, 'u').metadata).to.not.have.property('managedFields');
    const { managedFields: _, ...metadata } = live.metadata;
    expect(
      update(live, { ...withSpec(live, { replicas: 3 }), metadata }, 'u').metadata.managedFields,
    ).to.have.length(2);
  });

  it('of status belong to who wrote status, through its subresource', () => {
    const live = create(deployment({}));
    const after = update(live, { ...live, status: { replicas: 1 } }, 'controller', 'status');
    expect(after.metadata.managedFields?.at(-1)).to.deep.include({
      manager: 'controller',
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    });
    const applied = apply({
      live: after,
      applied: { ...deployment({}), status: { replicas: 9 } },
      force: true,
    });
    expect(applied.status, 'apply to the main resource leaves status alone').to.deep.equal({ replicas: 1 });
  });

  it('merge two updates of one manager into one entry', () => {
    const live = create(deployment({}), 'u');
    expect(managers(update(live, withSpec(live, { replicas: 3 }), 'u'))).to.deep.equal(['u']);
  });

  it('fold the oldest of more than ten updaters together', () => {
    let live = create(deployment({}));
    for (let i = 0; i < 14; i++) {
      const labels = { ...live.metadata.labels, [`l${i}`]: 'x' };
      live = update(live, { ...live, metadata: { ...live.metadata, labels } }, `u${i}`);
    }
    expect(managers(live)).to.have.length(10).and.to.include('ancient-changes');
  });

  it('cannot be applied, nor can duplicate items or fields that do not exist', () => {
    const duplicate = { template: { spec: { containers: [{ name: 'a' }, { name: 'a' }] } } };
    const messages = [
      deployment({}, { managedFields: [] }),
      deployment(duplicate),
      deployment({ replica: 1 }),
    ].map((applied) => failure(() => apply({ live: undefined, applied })).message);
    expect(messages).to.deep.equal([
      'metadata.managedFields must be nil',
      'failed to create typed patch object (Deployment x/web; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name="a"]',
      'failed to create typed patch object (Deployment x/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
    ]);
  });

  it('are dropped rather than failing a write whose items cannot be distinguished', () => {
    const live = create(deployment({}));
    const broken = withSpec(live, { template: { spec: { containers: [{ image: 'x' }] } } });
    expect(update(live, broken, 'u').metadata).to.not.have.property('managedFields');
  });
});

describe('managed fields of large objects', () => {
  const env = (prefix: string) =>
    Array.from({ length: 12_000 }, (_, i) => ({ name: `${prefix}${i}`, value: '' }));
  const withEnv = (prefix: string) =>
    deployment({
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'a', env: env(prefix) }] },
      },
    });

  // Quadratic work on 12,000 items would take minutes: this test would not come back.
  it('are kept in linear time, when all items of a list give way to others', function () {
    this.timeout(60_000);
    const live = apply({ live: undefined, applied: withEnv('A') });
    const after = apply({ live, applied: withEnv('B') });
    const spec = after.spec as { template: { spec: { containers: { env: { name: string }[] }[] } } };
    expect(spec.template.spec.containers[0]?.env).to.have.length(12_000);
    expect(JSON.stringify(after.metadata.managedFields)).to.include('B11999').and.not.include('A0');
  });

  it('of a thousand managers are united in linear time', () => {
    const entries = Array.from({ length: 1000 }, (_, i) => ({
      manager: `m${i}`,
      operation: 'Apply' as const,
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1' as const,
      fieldsV1: { 'f:metadata': { 'f:labels': { [`f:l${i}`]: {} } } },
    }));
    const labels = Object.fromEntries(entries.map((_, i) => [`l${i}`, 'x']));
    const live = deepFreeze({ ...defaults(deployment({}, { labels })) });
    const owned = deepFreeze({ ...live, metadata: { ...live.metadata, managedFields: entries } });
    const first = apply({
      live: owned,
      applied: deployment({}, { labels: { l0: 'x', own: 'x' } }),
      force: true,
    });
    const second = apply({ live: first, applied: deployment({}, { labels: { l0: 'x' } }), force: true });
    expect(second.metadata.labels).to.have.property('l999');
    expect(second.metadata.labels).to.not.have.property('own');
  });
});

describe('field sets', () => {
  it('are united in one go as they are one by one', () => {
    const entries: readonly JsonObject[] = [
      { 'f:a': { 'f:x': {} } },
      { 'f:a': { '.': {}, 'f:y': {} } },
      { 'f:b': {} },
    ];
    const sets = entries.map(fieldSetFromV1);
    expect(fieldSetToV1(unionAll(sets))).to.deep.equal(
      fieldSetToV1(sets.reduce((all, set) => union(all, set))),
    );
  });

  const a = fieldSetFromV1({ 'f:a': {}, 'f:b': { '.': {}, 'f:c': {}, 'k:{"p":"T","k":1}': { 'f:v': {} } } });
  const b = fieldSetFromV1({ 'f:b': { 'f:c': {}, 'f:d': {} }, 'v:"x"': {} });
  it('keep to the laws of sets', () => {
    expect(fieldSetToV1(union(difference(a, b), intersection(a, b)))).to.deep.equal(fieldSetToV1(a));
    expect(fieldSetToV1(union(a, b))).to.deep.equal(fieldSetToV1(union(b, a)));
    expect(union(a, a)).to.equal(a);
    expect(fieldSetToV1(difference(a, a))).to.deep.equal({});
  });
  it('name items by sorted keys, whatever the order they were written in', () => {
    expect(Object.keys(fieldSetToV1(a)['f:b'] as object)).to.include('k:{"k":1,"p":"T"}');
  });
  it('refuse what is not FieldsV1', () => {
    const malformed: JsonObject[] = [
      { 'x:a': {} },
      { 'k:[]': {} },
      { 'v:{': {} },
      { 'i:a': {} },
      { 'f:a': 1 },
    ];
    for (const bad of malformed) {
      expect(() => fieldSetFromV1(bad)).to.throw(SyntaxError);
    }
  });
});
