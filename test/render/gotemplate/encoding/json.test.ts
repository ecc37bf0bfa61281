import { expect } from 'chai';
import { marshalJson } from '../../../../src/render/gotemplate/encoding/json.ts';
import { readJson, unmarshalJson } from '../../../../src/render/gotemplate/encoding/jsonread.ts';
import { GoError, nilMap, nilSlice, Struct, type Value } from '../../../../src/render/gotemplate/values.ts';
import { casesOf, goValue, notationOf } from './notation.ts';

interface Written {
  readonly in: unknown;
  readonly json?: string;
  readonly raw?: string;
}

interface Read {
  readonly in: unknown;
  readonly value?: unknown;
  readonly error?: string;
}

describe('JSON of Go templates', () => {
  it('is written as encoding/json writes it', () => {
    for (const { in: written, json, raw } of casesOf<Written>('json/write.jsonl')) {
      const value = goValue(written);
      const shown = JSON.stringify(written);
      if (json === undefined) expect(() => marshalJson(value), shown).to.throw(GoError);
      else expect(marshalJson(value), shown).to.equal(json);
      if (raw !== undefined) expect(marshalJson(value, undefined, { html: false }), shown).to.equal(raw);
    }
  });

  it('is read as encoding/json reads it, or refused in its words', () => {
    for (const { in: written, value, error } of casesOf<Read>('json/read.jsonl')) {
      const text = String(goValue(written));
      const shown = JSON.stringify(text);
      if (error !== undefined) expect(() => unmarshalJson(text), shown).to.throw(GoError, error);
      else expect(notationOf(unmarshalJson(text)), shown).to.deep.equal(notationOf(goValue(value)));
    }
  });

  it('keeps the rest of a text with a number that is too large', () => {
    const { value, error } = readJson('{"a": 1e400, "b": 2}');
    expect(error).to.equal('json: cannot unmarshal number 1e400 into Go value of type float64');
    expect(notationOf(value)).to.deep.equal({ a: null, b: 2 });
  });

  it('has null for nil maps and slices, and the fields of a struct in their order', () => {
    const struct = new Struct(
      { name: 'T' },
      new Map<string, Value>([
        ['b', nilMap()],
        ['a', nilSlice('[]string')],
      ]),
    );
    expect(marshalJson(struct)).to.equal('{"b":null,"a":null}');
  });

  it('refuses functions', () => {
    expect(() => marshalJson(new Struct({ name: 'func() int' }, new Map()))).to.throw(
      GoError,
      'json: unsupported type: func() int',
    );
  });
});
