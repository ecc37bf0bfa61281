import { expect } from 'chai';
import { validateRules } from '../../../src/kube/rules/customrules.ts';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import { formatFieldError } from '../../../src/kube/values/fielderrors.ts';
import type { Json } from '../../../src/kube/values/types.ts';

const INTEGER = { type: 'integer' };
const STRING = { type: 'string' };
const rules = (...validations: object[]) => ({ 'x-kubernetes-validations': validations });

interface Outcome {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** What rules say of an object with this specification, which was `old` before. */
function check(spec: object, value: Json, old?: Json): Outcome {
  const schema = crdSchema({ type: 'object', properties: { spec } });
  if (!schema.ok) throw new Error(schema.problems[0].message);
  const whole = (part: Json): Json => ({
    apiVersion: 'a/v1',
    kind: 'A',
    metadata: { name: 'x' },
    spec: part,
  });
  const warnings: string[] = [];
  const errors = validateRules(
    schema.value,
    whole(value),
    old === undefined ? undefined : whole(old),
    (text) => warnings.push(text),
  );
  return { errors: errors.map(formatFieldError), warnings };
}

const limits = {
  type: 'object',
  properties: { min: INTEGER, max: INTEGER, name: STRING },
};

describe('the rules of custom resources', () => {
  it('refuse what does not hold, naming the rule where they have no message', () => {
    const spec = { ...limits, ...rules({ rule: 'self.min <= self.max' }) };
    expect(check(spec, { min: 1, max: 2 }).errors).to.deep.equal([]);
    expect(check(spec, { min: 3, max: 2 }).errors).to.deep.equal([
      'spec: Invalid value: failed rule: self.min <= self.max',
    ]);
  });

  it('say the message, the reason and the field that they are given', () => {
    const rule = {
      rule: 'self.min <= self.max',
      message: 'too small',
      reason: 'FieldValueForbidden',
      fieldPath: '.max',
    };
    expect(check({ ...limits, ...rules(rule) }, { min: 3, max: 2 }).errors).to.deep.equal([
      'spec.max: Forbidden: too small',
    ]);
    const missing = { ...rule, reason: 'FieldValueRequired' };
    expect(check({ ...limits, ...rules(missing) }, { min: 3, max: 2 }).errors).to.deep.equal([
      'spec.max: Required value: too small',
    ]);
  });

  it('say what messageExpression makes, and the message where it fails', () => {
    const rule = { rule: 'self.min <= self.max', message: 'fallback' };
    const shown = { ...rule, messageExpression: '"%d > %d".format([self.min, self.max])' };
    expect(check({ ...limits, ...rules(shown) }, { min: 3, max: 2 }).errors).to.deep.equal([
      'spec: Invalid value: 3 > 2',
    ]);
    const failing = { ...rule, messageExpression: 'string(1 / (self.min - 3))' };
    expect(check({ ...limits, ...rules(failing) }, { min: 3, max: 2 }).errors).to.deep.equal([
      'spec: Invalid value: fallback',
    ]);
  });

  it('show the value of a scalar', () => {
    const spec = { type: 'object', properties: { n: { ...INTEGER, ...rules({ rule: 'self > 0' }) } } };
    expect(check(spec, { n: -1 }).errors).to.deep.equal(['spec.n: Invalid value: -1: failed rule: self > 0']);
  });

  it('say what evaluation fails with', () => {
    const spec = { ...limits, ...rules({ rule: 'self.min > 0' }) };
    expect(check(spec, {}).errors).to.deep.equal([
      'spec: Invalid value: "object": no such key: min evaluating rule: self.min > 0',
    ]);
  });

  it('see items of lists and values of maps, each at its place', () => {
    const item = { ...INTEGER, ...rules({ rule: 'self > 0', message: 'positive' }) };
    const spec = {
      type: 'object',
      properties: {
        list: { type: 'array', items: item },
        map: { type: 'object', additionalProperties: item },
      },
    };
    expect(check(spec, { list: [1, 0], map: { a: 0 } }).errors).to.deep.equal([
      'spec.list[1]: Invalid value: 0: positive',
      'spec.map[a]: Invalid value: 0: positive',
    ]);
  });

  it('see fields whose names are no names of the language', () => {
    const spec = {
      type: 'object',
      properties: { 'a-b': INTEGER, namespace: STRING },
      ...rules({ rule: 'self.a__dash__b > 0 && self.__namespace__ == "x"' }),
    };
    expect(check(spec, { 'a-b': 1, namespace: 'x' }).errors).to.deep.equal([]);
  });

  describe('about changes', () => {
    const frozen = {
      type: 'object',
      properties: { n: { ...INTEGER, ...rules({ rule: 'self == oldSelf' }) } },
    };

    it('hold for updates only, where there was a value', () => {
      expect(check(frozen, { n: 1 }).errors).to.deep.equal([]);
      expect(check(frozen, { n: 1 }, {}).errors).to.deep.equal([]);
      expect(check(frozen, { n: 2 }, { n: 1 }).errors).to.deep.equal([
        'spec.n: Invalid value: 2: failed rule: self == oldSelf',
      ]);
    });

    it('hold for creates too with optionalOldSelf', () => {
      const rule = { rule: 'oldSelf.hasValue() || self == 1', optionalOldSelf: true };
      const spec = { type: 'object', properties: { n: { ...INTEGER, ...rules(rule) } } };
      expect(check(spec, { n: 2 }).errors).to.have.length(1);
      expect(check(spec, { n: 2 }, { n: 1 }).errors).to.deep.equal([]);
    });

    it('find the item of a list by its keys', () => {
      const list = {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: {
          type: 'object',
          properties: { k: STRING, v: INTEGER },
          ...rules({ rule: 'self.v >= oldSelf.v' }),
        },
      };
      const spec = { type: 'object', properties: { list } };
      const before = {
        list: [
          { k: 'a', v: 1 },
          { k: 'b', v: 5 },
        ],
      };
      const after = {
        list: [
          { k: 'b', v: 4 },
          { k: 'a', v: 1 },
          { k: 'c', v: 0 },
        ],
      };
      expect(check(spec, after, before).errors).to.deep.equal([
        'spec.list[0]: Invalid value: failed rule: self.v >= oldSelf.v',
      ]);
    });
  });

  it('let pass with a warning what has not changed', () => {
    const n = { ...INTEGER, ...rules({ rule: 'self > 0' }) };
    const spec = { type: 'object', properties: { n, s: STRING } };
    expect(check(spec, { n: 0, s: 'new' }, { n: 0, s: 'old' })).to.deep.equal({
      errors: [],
      warnings: ['spec.n: Invalid value: 0: failed rule: self > 0'],
    });
  });

  it('end with the first that costs too much', () => {
    const big = { type: 'array', items: INTEGER };
    const rule = (text: string) => ({ rule: text });
    const spec = {
      type: 'object',
      properties: { big },
      ...rules(rule('self.big.all(x, self.big.all(y, x + y >= 0))'), rule('false')),
    };
    const { errors } = check(spec, { big: Array.from({ length: 1000 }, (_, i) => i) });
    expect(errors).to.deep.equal([
      'spec: Invalid value: "object": \'operation cancelled: actual cost limit exceeded\': no further validation rules will be run due to call cost exceeds limit for rule: self.big.all(x, self.big.all(y, x + y >= 0))',
    ]);
  });
});
