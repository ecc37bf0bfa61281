import { expect } from 'chai';
import { jsonMergePatch } from '../../../src/kube/patch/jsonmergepatch.ts';
import { type JsonPatchOperation, jsonPatch } from '../../../src/kube/patch/jsonpatch.ts';
import { strategicMergePatch } from '../../../src/kube/patch/strategicmerge.ts';
import { builtinSchema, type Schema } from '../../../src/kube/schema/schema.ts';
import { deepFreeze } from '../../../src/kube/values/equal.ts';
import type { Json } from '../../../src/kube/values/types.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';
import { failure } from '../failure.ts';

const yaml = (text: string): Json => {
  const result = parseYaml(text, 'case');
  if (!result.ok) throw new Error(result.problems[0].message);
  return deepFreeze(result.value);
};

describe('JSON merge patch', () => {
  it('takes a key named __proto__ for a member, not for the prototype', () => {
    const patch = JSON.parse('{"data": {"__proto__": {"x": "1"}, "constructor": "2"}}');
    const result = jsonMergePatch({ data: { a: '0' } }, patch);
    expect(Object.keys(result.data)).to.deep.equal(['a', '__proto__', 'constructor']);
    expect(Object.getPrototypeOf(result.data)).to.equal(Object.prototype);
  });

  /** The table of RFC 7386, appendix A. */
  const CASES: readonly [original: Json, patch: Json, result: Json][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [original, patch, result] of CASES) {
    it(`${JSON.stringify(original)} with ${JSON.stringify(patch)}`, () => {
      expect(jsonMergePatch(deepFreeze(original), patch)).to.deep.equal(result);
    });
  }
});

describe('JSON patch', () => {
  const CASES: readonly [original: Json, patch: readonly JsonPatchOperation[], result: Json][] = [
    [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [{ a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    [{ a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
    [{ a: 1 }, [{ op: 'replace', path: '/a', value: { b: 2 } }], { a: { b: 2 } }],
    [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    [{ a: [1, 2, 3] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { a: [2, 3, 1] }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [
      { 'a/b': 1, 'm~n': 2 },
      [
        { op: 'replace', path: '/a~1b', value: 3 },
        { op: 'remove', path: '/m~0n' },
      ],
      { 'a/b': 3 },
    ],
    [{ a: { b: 1 } }, [{ op: 'test', path: '/a', value: { b: 1 } }], { a: { b: 1 } }],
    [{ a: 1 }, [{ op: 'test', path: '/none', value: null }], { a: 1 }],
    [{ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  ];
  for (const [original, patch, result] of CASES) {
    it(`${JSON.stringify(patch)} on ${JSON.stringify(original)}`, () => {
      expect(jsonPatch(deepFreeze(original), patch)).to.deep.equal(result);
    });
  }
  it('says which operation cannot be applied, and why', () => {
    const patch: JsonPatchOperation[] = [
      { op: 'add', path: '/b', value: 1 },
      { op: 'replace', path: '/spec/replicas', value: 1 },
    ];
    const error = failure(() => jsonPatch({ spec: {} }, patch));
    expect(error.reason).to.equal('Invalid');
    expect(error.message).to.equal(
      'operation 1 (replace /spec/replicas) cannot be applied: there is no member "replicas"',
    );
  });
  it('refuses items beyond the end, indices with a leading zero, a failed test and a move into itself', () => {
    const refused: readonly JsonPatchOperation[] = [
      { op: 'add', path: '/a/3', value: 1 },
      { op: 'remove', path: '/a/01' },
      { op: 'test', path: '/a/0', value: 2 },
      { op: 'move', from: '/a', path: '/a/0' },
      { op: 'remove', path: '/x/y' },
    ];
    for (const operation of refused) {
      expect(failure(() => jsonPatch({ a: [1, 2] }, [operation])).reason).to.equal('Invalid');
    }
  });
  it('tells a malformed patch from one that does not fit', () => {
    const malformed = [
      { op: 'jump', path: '/a' },
      { op: 'add', path: 'a', value: 1 },
      { op: 'add', path: '/a' },
    ];
    for (const operation of malformed) {
      expect(failure(() => jsonPatch({}, [operation as JsonPatchOperation])).reason).to.equal('BadRequest');
    }
  });
});

describe('strategic merge patch', () => {
  const pod = builtinSchema({ group: '', version: 'v1', kind: 'Pod' }) as Schema;
  const deployment = builtinSchema({ group: 'apps', version: 'v1', kind: 'Deployment' }) as Schema;
  const CASES: readonly [title: string, schema: Schema, original: string, patch: string, result: string][] = [
    [
      'merges containers by name and replaces their arguments',
      pod,
      'spec: {containers: [{name: a, image: x, args: [p, q]}, {name: b}]}',
      'spec: {containers: [{name: a, args: [r]}]}',
      'spec: {containers: [{name: a, image: x, args: [r]}, {name: b}]}',
    ],
    [
      'adds an item whose key is new, before those that the patch does not name',
      pod,
      'spec: {containers: [{name: a}]}',
      'spec: {containers: [{name: b, image: null}]}',
      'spec: {containers: [{name: b}, {name: a}]}',
    ],
    [
      'deletes an item by its key',
      pod,
      'spec: {containers: [{name: a}, {name: b}]}',
      'spec: {containers: [{name: a, $patch: delete}]}',
      'spec: {containers: [{name: b}]}',
    ],
    [
      'replaces a list on demand',
      pod,
      'spec: {containers: [{name: a}, {name: b}]}',
      'spec: {containers: [{name: c}, {$patch: replace}]}',
      'spec: {containers: [{name: c}]}',
    ],
    [
      'replaces a map on demand',
      pod,
      'spec: {nodeSelector: {a: b}}',
      'spec: {nodeSelector: {c: d, $patch: replace}}',
      'spec: {nodeSelector: {c: d}}',
    ],
    [
      'empties a map on demand',
      pod,
      'metadata: {labels: {a: b}}',
      'metadata: {labels: {$patch: delete}}',
      'metadata: {labels: {}}',
    ],
    [
      'orders as asked, items of others keeping their place before a named neighbour',
      pod,
      'spec: {containers: [{name: a}, {name: x}, {name: b}]}',
      'spec: {$setElementOrder/containers: [{name: b}, {name: a}], containers: [{name: a, image: i}]}',
      'spec: {containers: [{name: x}, {name: b}, {name: a, image: i}]}',
    ],
    [
      'takes what it adds in place of what it deletes to have stood there',
      pod,
      'spec: {containers: [{name: a}, {name: b}, {name: x}]}',
      'spec: {$setElementOrder/containers: [{name: b}, {name: c}], containers: [{name: c}, {name: a, $patch: delete}]}',
      'spec: {containers: [{name: b}, {name: x}, {name: c}]}',
    ],
    [
      'orders without changing',
      pod,
      'spec: {containers: [{name: a}, {name: b}]}',
      'spec: {$setElementOrder/containers: [{name: b}, {name: a}]}',
      'spec: {containers: [{name: b}, {name: a}]}',
    ],
    [
      'merges a set of finalizers and deletes from it',
      pod,
      'metadata: {finalizers: [a, b]}',
      'metadata: {$deleteFromPrimitiveList/finalizers: [a], finalizers: [c]}',
      'metadata: {finalizers: [c, b]}',
    ],
    [
      'changes the kind of a union through retained keys',
      deployment,
      'spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}',
      'spec: {strategy: {$retainKeys: [type], type: Recreate}}',
      'spec: {strategy: {type: Recreate}}',
    ],
    [
      'deletes by null',
      deployment,
      'spec: {replicas: 1, paused: true}',
      'spec: {paused: null, revisionHistoryLimit: null}',
      'spec: {replicas: 1}',
    ],
    [
      'replaces a list without a merge key',
      pod,
      'spec: {tolerations: [{key: a}, {key: b}]}',
      'spec: {tolerations: [{key: c}]}',
      'spec: {tolerations: [{key: c}]}',
    ],
    [
      'keeps directives out of what is new',
      pod,
      'spec: {}',
      'spec: {containers: [{name: a, $patch: delete}, {name: b, ports: [{containerPort: 80, name: null}]}]}',
      'spec: {containers: [{name: b, ports: [{containerPort: 80}]}]}',
    ],
    [
      'drops a directive about what is not there, with what stands beside it',
      pod,
      'spec: {hostname: h}',
      'spec: {nodeSelector: {a: b, $patch: replace}}',
      'spec: {hostname: h}',
    ],
    [
      'merges ports by number, as kubectl expects',
      pod,
      'spec: {containers: [{name: a, ports: [{containerPort: 80, name: http}]}]}',
      'spec: {containers: [{name: a, ports: [{containerPort: 80, hostPort: 81}]}]}',
      'spec: {containers: [{name: a, ports: [{containerPort: 80, name: http, hostPort: 81}]}]}',
    ],
  ];
  for (const [title, schema, original, patch, result] of CASES) {
    it(title, () => {
      expect(strategicMergePatch(schema, yaml(original), yaml(patch))).to.deep.equal(yaml(result));
    });
  }
  it('refuses an item without its key, an unknown directive, and an order that leaves an item out', () => {
    const original = yaml('spec: {containers: [{name: a}]}');
    for (const patch of [
      'spec: {containers: [{image: x}]}',
      'spec: {containers: [{name: a, $patch: explode}]}',
      'spec: {$patch: explode}',
      'spec: {$setElementOrder/containers: [{name: a}], containers: [{name: b}]}',
      'spec: {$retainKeys: [a], b: 1}',
    ]) {
      expect(failure(() => strategicMergePatch(pod, original, yaml(patch))).reason, patch).to.equal(
        'BadRequest',
      );
    }
  });
});
