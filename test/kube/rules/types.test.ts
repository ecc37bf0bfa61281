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
