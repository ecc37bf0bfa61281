import { expect } from 'chai';
import { CUSTOM_RESOURCE_DEFINITION } from '../../../src/kube/kinds/customresourcedefinition.ts';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import { validateTypes } from '../../../src/kube/schema/typecheck.ts';
import { formatFieldError } from '../../../src/kube/values/fielderrors.ts';
import type { JsonObject } from '../../../src/kube/values/types.ts';

describe('crdSchema', () => {
  it('says where a schema is not structural', () => {
    const result = crdSchema({ type: 'object', properties: { spec: { properties: { a: { $ref: 'x' } } } } });
    expect(result.ok ? [] : result.problems.map(({ message }) => message)).to.deep.equal([
      'openAPIV3Schema.properties[spec].properties[a].$ref: is not supported',
      'openAPIV3Schema.properties[spec].properties[a].type: must not be empty',
      'openAPIV3Schema.properties[spec].type: must not be empty',
    ]);
  });
});

describe('patterns of a CRD', () => {
  const crd = (schema: object): JsonObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'ship', kind: 'Thing', listKind: 'ThingList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: schema } },
          } as unknown as JsonObject,
        },
      ],
    },
  });
  const complaints = (object: JsonObject, old?: JsonObject) =>
    CUSTOM_RESOURCE_DEFINITION.validate(object, old).map(formatFieldError);
  const text = (pattern: string) => ({ type: 'object', properties: { a: { type: 'string', pattern } } });

  it('are refused when they are not of RE2, with their place and the reason', () => {
    const [first, ...others] = complaints(crd(text('^(?=x)')));
    expect(first).to.match(
      /^spec\.versions\[0\]\.schema\.openAPIV3Schema\.properties\[spec\]\.properties\[a\]\.pattern: Invalid value: "\^\(\?=x\)": must be a valid regular expression, but isn't: error parsing/,
    );
    expect(others).to.deep.equal([]);
    expect(complaints(crd(text('^(a+)+$')))).to.deep.equal([]);
    const below = {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string', pattern: '(' } },
    };
    expect(complaints(crd(below))[0]).to.include('additionalProperties.items.pattern');
    expect(complaints(crd({ type: 'string', anyOf: [{ pattern: '\\1' }] }))[0]).to.include(
      'anyOf[0].pattern',
    );
  });

  it('that an earlier version stored do not keep the rest of their CRD from being written', () => {
    const stored = crd(text('^(?=x)'));
    const labelled = { ...stored, metadata: { name: 'things.example.com', labels: { a: 'b' } } };
    expect(complaints(labelled, stored)).to.deep.equal([]);
    expect(complaints(crd(text('^(?=y)')), stored)).to.have.length(1);
  });

  it('are refused when there is too much of them', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`p${i}`, { type: 'string', pattern: `^(x${i}){1000}$` }]),
    );
    expect(complaints(crd({ type: 'object', properties }))).to.deep.equal([
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[p11].pattern: Forbidden: the patterns of this definition are too large together',
    ]);
  });
});

describe('an object that takes too much work to be checked', () => {
  const ofItems = (items: object) => {
    const schema = crdSchema({ type: 'object', properties: { spec: { type: 'array', items } } });
    if (!schema.ok) throw new Error(schema.problems[0].message);
    return schema.value;
  };
  const object = (spec: unknown) => ({ apiVersion: 'x/v1', kind: 'T', metadata: { name: 'a' }, spec });
  const check = (items: object, spec: unknown) =>
    validateTypes(ofItems(items), object(spec)).map(formatFieldError);
  const many = (n: number) => Array.from({ length: n }, (_, i) => `x${i}`);

  it('is refused, whichever keyword multiplies with it', () => {
    const refused = [/^spec\[\d+\]: Forbidden: the object takes too much work/];
    const expectRefused = (found: string[]) => {
      expect(found).to.have.length(refused.length);
      expect(found[0]).to.match(refused[0] ?? /^$/);
    };
    expectRefused(check({ type: 'string', enum: many(2000) }, Array(5000).fill('x0')));
    expectRefused(check({ type: 'string', anyOf: [{ pattern: '(x?){500}' }, {}] }, Array(5000).fill('x0')));
    expectRefused(
      check({ type: 'string', allOf: Array(500).fill({ minLength: 1 }) }, Array(5000).fill('x0')),
    );
  });

  it('is wrong in so many places that a thousand are reported', () => {
    expect(check({ type: 'integer' }, many(20_000)).length).to.be.within(1000, 1001);
  });
});
