import { expect } from 'chai';
import { marshalYaml, marshalYamlPretty } from '../../../../src/render/gotemplate/encoding/yaml/marshal.ts';
import { unmarshalYaml, YamlError } from '../../../../src/render/gotemplate/encoding/yaml/unmarshal.ts';
import { GoError, type GoMap, type Value } from '../../../../src/render/gotemplate/values.ts';
import { casesOf, goValue, notationOf } from './notation.ts';

interface Written {
  readonly in: unknown;
  /** What sigs.k8s.io/yaml writes; absent: it is an error. */
  readonly yaml?: string;
  /** What yaml.v3 writes with an indentation of 2. */
  readonly pretty?: string;
}

interface Read {
  readonly in: string;
  readonly value?: unknown;
  readonly error?: string;
}

const attempt = (write: () => string): string | undefined => {
  try {
    return write();
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
};

describe('YAML of Go templates', () => {
  it('is written as sigs.k8s.io/yaml and yaml.v3 write it', () => {
    for (const { in: written, yaml, pretty } of casesOf<Written>('yaml/write.jsonl')) {
      const value = goValue(written);
      const shown = JSON.stringify(written);
      expect(
        attempt(() => marshalYaml(value)),
        shown,
      ).to.equal(yaml);
      expect(
        attempt(() => marshalYamlPretty(value)),
        shown,
      ).to.equal(pretty);
    }
  });

  it('is read as sigs.k8s.io/yaml reads it, or refused', () => {
    for (const { in: text, value, error } of casesOf<Read>('yaml/read.jsonl')) {
      const shown = JSON.stringify(text);
      if (error !== undefined) expect(() => unmarshalYaml(text), shown).to.throw(YamlError, error);
      else expect(notationOf(unmarshalYaml(text)), shown).to.deep.equal(notationOf(goValue(value)));
    }
  });

  it('comes back as it was written', () => {
    for (const { in: written, yaml } of casesOf<Written>('yaml/write.jsonl')) {
      if (yaml === undefined || yaml.startsWith('|')) continue;
      const again = marshalYaml(unmarshalYaml(yaml));
      expect(marshalYaml(unmarshalYaml(again)), JSON.stringify(written)).to.equal(again);
    }
  });

  it('is refused, not followed, where a map contains itself', () => {
    const map: GoMap = new Map();
    map.set('self', map);
    expect(() => marshalYaml(map)).to.throw(GoError, 'encountered a cycle via map[string]interface {}');
    expect(() => marshalYamlPretty(map)).to.throw(GoError, 'contains itself');
  });

  it('charges a budget for what aliases stand for', () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`,
    );
    const bomb = ['l0: &l0 [x]', ...levels].join('\n');
    expect(() => unmarshalYaml(bomb)).to.throw(YamlError, 'document contains excessive aliasing');
  });

  it('names the line of what is wrong', () => {
    const thrown = (text: string): YamlError => {
      try {
        unmarshalYaml(text);
      } catch (error) {
        if (error instanceof YamlError) return error;
      }
      throw new Error(`${text} was read`);
    };
    expect(thrown('a: 1\nb: c: d\n').line).to.equal(2);
    expect(thrown('a: 1\nb: c: d\n').message).to.equal(
      'error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context',
    );
  });

  it('keeps keys that are members of every JavaScript object', () => {
    const value: Value = unmarshalYaml('__proto__: {constructor: 1}');
    expect(marshalYaml(value)).to.equal('__proto__:\n  constructor: 1\n');
  });
});
