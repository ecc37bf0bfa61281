import { expect } from 'chai';
import { CUSTOM_RESOURCE_DEFINITION } from '../../../src/kube/kinds/customresourcedefinition.ts';
import { formatFieldError } from '../../../src/kube/values/fielderrors.ts';
import type { JsonObject } from '../../../src/kube/values/types.ts';

const AT = 'spec.versions[0].schema.openAPIV3Schema';

const definition = (schema: object, version: object = {}, spec: object = {}) => ({
  metadata: { name: 'ships.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'ships', singular: 'ship', kind: 'Ship', listKind: 'ShipList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
    ...spec,
  },
});

const problems = (crd: object): readonly string[] =>
  CUSTOM_RESOURCE_DEFINITION.validate(crd as JsonObject, undefined).map(formatFieldError);
/** What is wrong with a field of this schema, `p`. */
const ofField = (schema: object): readonly string[] =>
  problems(definition({ type: 'object', properties: { p: schema } })).map((text) =>
    text.replace(`${AT}.properties[p]`, 'p'),
  );
const ofRule = (schema: object, rule: object): readonly string[] =>
  ofField({ ...schema, 'x-kubernetes-validations': [rule] }).map((text) =>
    text.replace('x-kubernetes-validations[0].', ''),
  );

const STRING = { type: 'string' };
const OBJECT = { type: 'object', properties: { a: STRING } };
const LIST = 'x-kubernetes-list-type';
const KEYS = 'x-kubernetes-list-map-keys';

describe('a schema of custom resources is refused', () => {
  for (const [what, schema, problem] of [
    ['without a type', {}, 'p.type: Required value: must not be empty'],
    ['with a list without items', { type: 'array' }, 'p.items: Required value: must be specified'],
    [
      'with uniqueItems',
      { type: 'array', items: STRING, uniqueItems: true },
      'p.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
    [
      'with properties beside additionalProperties',
      { ...OBJECT, additionalProperties: STRING },
      'p.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
    ],
    [
      'with a list type of what is no list',
      { ...STRING, [LIST]: 'set' },
      `p.type: Invalid value: "string": must be array if ${LIST} is specified`,
    ],
    [
      'with a list of type map without keys',
      { type: 'array', items: OBJECT, [LIST]: 'map' },
      `p.${KEYS}: Required value: must not be empty if ${LIST} is map`,
    ],
    [
      'with a key that may be absent',
      { type: 'array', items: OBJECT, [LIST]: 'map', [KEYS]: ['a'] },
      `p.items.properties[a].default: Required value: this property is in ${KEYS}, so it must have a default or be a required property`,
    ],
    [
      'with a set of granular objects',
      { type: 'array', items: OBJECT, [LIST]: 'set' },
      `p.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with ${LIST}=set`,
    ],
    [
      'with a type below a junctor',
      { ...OBJECT, allOf: [{ properties: { a: STRING } }] },
      'p.allOf[0].properties[a].type: Forbidden: must be empty to be structural',
    ],
    [
      'with an embedded resource of nothing',
      { type: 'object', 'x-kubernetes-embedded-resource': true },
      'p.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
    [
      'with a default of another type',
      { ...OBJECT, default: { a: 1 } },
      'p.default.a: Invalid value: "integer": p.default.a in body must be of type string: "integer"',
    ],
    [
      'with a default of unknown fields',
      { ...OBJECT, default: { b: 1 } },
      'p.default: Invalid value: {"b":1}: must not have unknown fields',
    ],
  ] as const) {
    it(what, () => {
      expect(ofField(schema).map((text) => text.replaceAll(`${AT}.properties[p]`, 'p'))).to.deep.equal([
        problem,
      ]);
    });
  }

  it('where it says more of metadata than its names', () => {
    const metadata = { type: 'object', properties: { labels: { type: 'object' } } };
    expect(problems(definition({ type: 'object', properties: { metadata } }))).to.deep.equal([
      `${AT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ]);
  });
});

describe('a rule of a schema is refused', () => {
  it('where it names a field that is not declared', () => {
    expect(ofRule(OBJECT, { rule: 'self.b == "x"' })).to.deep.equal([
      'p.rule: Invalid value: {"rule":"self.b == \\"x\\""}: compilation failed: ' +
        'ERROR: <input>:1:5: undefined field \'b\'\n | self.b == "x"\n | ....^',
    ]);
  });

  for (const [what, schema, rule, problem] of [
    ['without text', OBJECT, { rule: ' ' }, 'p.rule: Required value: rule is not specified'],
    [
      'of another type than bool',
      OBJECT,
      { rule: 'self.a' },
      'p.rule: Invalid value: {"rule":"self.a"}: cel expression must evaluate to a bool',
    ],
    [
      'with a reason that Kubernetes does not know',
      OBJECT,
      { rule: 'true', reason: 'X' },
      'p.reason: Unsupported value: "X": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
    ],
    [
      'with the path of no field',
      OBJECT,
      { rule: 'true', fieldPath: '.b' },
      'p.fieldPath: Invalid value: ".b": must be a valid path',
    ],
    [
      'with a message of several lines',
      OBJECT,
      { rule: 'true', message: 'a\nb' },
      'p.message: Invalid value: "a\\nb": must not contain line breaks',
    ],
    [
      'with optionalOldSelf but no oldSelf',
      OBJECT,
      { rule: 'true', optionalOldSelf: true },
      'p.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
    ],
  ] as const) {
    it(what, () => {
      expect(ofRule(schema, rule)).to.deep.equal([problem]);
    });
  }

  it('where it compares with what it cannot find again', () => {
    const items = { ...STRING, maxLength: 9, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
    expect(ofField({ type: 'array', maxItems: 9, items })[0]).to.contain(
      'oldSelf cannot be used on the uncorrelatable portion of the schema within',
    );
  });

  it('where some object could make it too expensive', () => {
    const list = { type: 'array', items: { type: 'integer' } };
    const nested = { rule: 'self.all(x, self.all(y, x == y))' };
    expect(ofRule(list, nested)[0]).to.match(
      /^p\.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x/,
    );
    expect(ofRule({ ...list, maxItems: 100 }, nested)).to.deep.equal([]);
  });
});

describe('a definition is refused', () => {
  for (const [what, crd, problem] of [
    [
      'that loses a version in which objects may be stored',
      { ...definition(OBJECT), status: { storedVersions: ['v0'] } },
      'status.storedVersions[0]: Invalid value: "v0": missing from spec.versions; v0 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v0 and removes v0 from status.storedVersions',
    ],
    [
      'with a warning of a version that is not deprecated',
      definition(OBJECT, { deprecationWarning: 'x' }),
      'spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions',
    ],
    [
      'with a selectable field that is an object',
      definition({ type: 'object', properties: { p: OBJECT } }, { selectableFields: [{ jsonPath: '.p' }] }),
      'spec.versions[0].selectableFields[0].jsonPath: Invalid value: ".p": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ],
    [
      'with a selectable field that does not exist',
      definition(OBJECT, { selectableFields: [{ jsonPath: '.b' }] }),
      'spec.versions[0].selectableFields[0].jsonPath: Invalid value: ".b": is an invalid path: does not refer to a valid field',
    ],
    [
      'with a column of an unknown type',
      definition(OBJECT, { additionalPrinterColumns: [{ name: 'A', type: 'x', jsonPath: '.a' }] }),
      'spec.versions[0].additionalPrinterColumns[0].type: Invalid value: "x": must be one of boolean,date,integer,number,string',
    ],
    [
      'with a webhook without an address',
      definition(
        OBJECT,
        {},
        {
          conversion: {
            strategy: 'Webhook',
            webhook: { clientConfig: {}, conversionReviewVersions: ['v1'] },
          },
        },
      ),
      'spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required',
    ],
    [
      'whose replicas are outside its specification',
      definition(OBJECT, {
        subresources: { scale: { specReplicasPath: '.a', statusReplicasPath: '.status.a' } },
      }),
      'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: ".a": should be a json path under .spec',
    ],
  ] as const) {
    it(what, () => {
      expect(problems(crd)).to.deep.equal([problem]);
    });
  }
});
