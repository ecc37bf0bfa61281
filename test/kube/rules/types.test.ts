import { expect } from 'chai';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import { validateTypes } from '../../../src/kube/schema/typecheck.ts';
import { formatFieldError } from '../../../src/kube/values/fielderrors.ts';
import { read, schemaOf } from './notation.ts';

describe('validateTypes', () => {
  const custom = crdSchema({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        properties: {
          size: { type: 'integer', minimum: 1, maximum: 5, exclusiveMaximum: true },
          mode: { type: 'string', enum: ['a', 'b'] },
          name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 },
          tags: { type: 'array', maxItems: 2, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
          port: { 'x-kubernetes-int-or-string': true },
          one: {
            type: 'object',
            oneOf: [{ required: ['x'] }, { required: ['z'] }],
            properties: { x: { type: 'string' }, z: { type: 'string' } },
          },
        },
      },
    },
  });
  if (!custom.ok) throw new Error(custom.problems[0].message);
  const check = (spec: unknown): string[] =>
    validateTypes(custom.value, { apiVersion: 'x/v1', kind: 'T', metadata: { name: 'a' }, spec }).map(
      formatFieldError,
    );

  const CASES: readonly [spec: unknown, complaints: string[]][] = [
    [{ size: 4, mode: 'a', name: 'abc', tags: ['x'], port: '80%', one: { x: '' } }, []],
    [{}, ['spec.size: Required value']],
    [
      { size: '3' },
      ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    ],
    [{ size: 5 }, ['spec.size: Invalid value: 5: spec.size in body should be less than 5']],
    [{ size: 0 }, ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1']],
    [{ size: 1, mode: 'c' }, ['spec.mode: Unsupported value: "c": supported values: "a", "b"']],
    [
      { size: 1, name: 'A' },
      [
        'spec.name: Invalid value: "A": spec.name in body should be at least 2 chars long',
        'spec.name: Invalid value: "A": spec.name in body should match \'^[a-z]+$\'',
      ],
    ],
    [{ size: 1, tags: ['x', 'x'] }, ['spec.tags[1]: Duplicate value: "x"']],
    [{ size: 1, tags: ['x', 'q', 'z'] }, ['spec.tags: Too many: 3: must have at most 2 items']],
    [
      { size: 1, port: true },
      ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    ],
    [
      { size: 1, one: {} },
      [
        'spec.one: Invalid value: {}: "spec.one" must validate one and only one schema (oneOf). Found none valid',
      ],
    ],
  ];
  for (const [spec, expected] of CASES) {
    it(`of ${JSON.stringify(spec)}: ${expected.length === 0 ? 'well' : 'refused'}`, () =>
      expect(check(spec)).to.deep.equal(expected));
  }
  it('checks types of built-in kinds, and numbers that do not fit', () => {
    const object = read(
      '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: "3", minReadySeconds: 3000000000, paused: 1}}',
    );
    expect(validateTypes(schemaOf(object), object).map(({ field }) => field)).to.deep.equal([
      'spec.replicas',
      'spec.minReadySeconds',
      'spec.paused',
    ]);
  });
});

describe('an update that leaves as it was what its schema refuses', () => {
  const schema = crdSchema({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['owner'],
        allOf: [{ properties: { code: { maxLength: 3 } } }],
        properties: {
          name: { type: 'string', maxLength: 2 },
          code: { type: 'string' },
          owner: { type: 'string' },
          address: { type: 'string', format: 'ipv4' },
          list: { type: 'array', items: { type: 'string', maxLength: 2 } },
          map: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['key'],
            items: {
              type: 'object',
              properties: {
                key: { type: 'string' },
                value: { type: 'string', maxLength: 2 },
                more: { type: 'string' },
              },
            },
          },
          set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        },
      },
    },
  });
  if (!schema.ok) throw new Error(schema.problems[0].message);
  const fields = (old: object | undefined, spec: object): readonly string[] => {
    const whole = (part: object) => ({ apiVersion: 'x/v1', kind: 'T', metadata: { name: 'a' }, spec: part });
    return validateTypes(schema.value, whole(spec), old && whole(old)).map(({ field }) => field);
  };
  const owner = 'x';

  it('passes, and a create with the same does not', () => {
    const spec = { owner, name: 'long', address: 'none' };
    expect(fields(spec, { ...spec, code: 'a' })).to.deep.equal([]);
    expect(fields(undefined, spec)).to.deep.equal(['spec.name', 'spec.address']);
    expect(fields(spec, { ...spec, name: 'longer' })).to.deep.equal(['spec.name']);
  });

  it('passes below branches of the schema', () => {
    expect(fields({ owner, code: 'long' }, { owner, code: 'long', name: 'a' })).to.deep.equal([]);
    expect(fields({ owner, code: 'long' }, { owner, code: 'longer' })).to.deep.equal(['spec.code']);
  });

  it('passes where an object lacks a field and nothing else of it changes', () => {
    expect(fields({ name: 'a' }, { name: 'a' })).to.deep.equal([]);
    expect(fields({ name: 'a' }, { name: 'b' })).to.deep.equal(['spec.owner']);
  });

  it('passes by the key of an item where a list has keys, else of the whole list', () => {
    const bad = { key: 'a', value: 'long' };
    expect(
      fields({ owner, map: [bad] }, { owner, map: [{ key: 'b' }, { ...bad, more: 'x' }] }),
    ).to.deep.equal([]);
    expect(fields({ owner, map: [bad] }, { owner, map: [{ ...bad, key: 'b' }] })).to.deep.equal([
      'spec.map[0].value',
    ]);
    expect(fields({ owner, list: ['long'] }, { owner, name: 'a', list: ['long'] })).to.deep.equal([]);
    expect(fields({ owner, list: ['long'] }, { owner, list: ['long', 'a'] })).to.deep.equal(['spec.list[0]']);
  });

  it('passes with items that a set has twice, if the old object had any', () => {
    expect(fields({ owner, set: ['a', 'a'] }, { owner, set: ['b', 'b'] })).to.deep.equal([]);
    expect(fields({ owner, set: ['a'] }, { owner, set: ['b', 'b'] })).to.deep.equal(['spec.set[1]']);
  });
});
