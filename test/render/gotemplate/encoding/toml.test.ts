import { expect } from 'chai';
import { marshalToml } from '../../../../src/render/gotemplate/encoding/toml/marshal.ts';
import { unmarshalToml } from '../../../../src/render/gotemplate/encoding/toml/unmarshal.ts';
import { timeStruct } from '../../../../src/render/gotemplate/functions/times.ts';
import { parseTime } from '../../../../src/render/gotemplate/time/parse.ts';
import { GoError, type GoMap, Num, Struct, type Value } from '../../../../src/render/gotemplate/values.ts';
import { casesOf, goValue } from './notation.ts';

interface Written {
  readonly in: unknown;
  readonly toml?: string;
  readonly error?: string;
}

interface Read {
  readonly in: string;
  /** Floats as `f1.5`, integers as `i1`, times as `time.Time` and what they print as. */
  readonly value?: unknown;
  readonly error?: string;
}

function shownOf(value: Value): unknown {
  if (value instanceof Struct) return `time.Time ${value.text?.()}`;
  if (value instanceof Num) return `i${value.value}`;
  if (typeof value === 'number') return `f${Object.is(value, -0) ? '-0' : value}`;
  if (Array.isArray(value)) return value.map(shownOf);
  return value instanceof Map
    ? Object.fromEntries([...value].map(([key, member]) => [key, shownOf(member)]))
    : value;
}

describe('TOML of Go templates', () => {
  it('is written as BurntSushi/toml writes it, or refused in its words', () => {
    for (const { in: written, toml, error } of casesOf<Written>('toml/write.jsonl')) {
      const shown = JSON.stringify(written);
      if (error !== undefined) expect(() => marshalToml(goValue(written)), shown).to.throw(GoError, error);
      else expect(marshalToml(goValue(written)), shown).to.equal(toml);
    }
  });

  it('is read as BurntSushi/toml reads it, or refused in its words', () => {
    for (const { in: text, value, error } of casesOf<Read>('toml/read.jsonl')) {
      const shown = JSON.stringify(text);
      if (error !== undefined) expect(() => unmarshalToml(text), shown).to.throw(GoError, error);
      else expect(shownOf(unmarshalToml(text)), shown).to.deep.equal(value);
    }
  });

  it('has times without quotes', () => {
    const time = timeStruct(parseTime('2006-01-02', '2026-02-28'));
    expect(marshalToml(new Map<string, Value>([['t', time]]))).to.equal('t = 2026-02-28T00:00:00Z\n');
  });

  it('is refused where a map contains itself', () => {
    const map: GoMap = new Map();
    map.set('self', map);
    expect(() => marshalToml(map)).to.throw(GoError, 'contains itself');
  });

  it('reads long texts of one value', () => {
    const long = 'x'.repeat(2_000_000);
    expect(unmarshalToml(`a = """${long}"""\n`).get('a')).to.equal(long);
  });
});
