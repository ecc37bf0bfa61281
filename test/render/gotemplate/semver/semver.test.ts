import { expect } from 'chai';
import { SEMVER } from '../../../../src/render/gotemplate/functions/semver.ts';
import { satisfies } from '../../../../src/render/gotemplate/semver/constraint.ts';
import { GoError, Num, Struct, type Value } from '../../../../src/render/gotemplate/values.ts';
import { casesOf } from '../encoding/notation.ts';

interface Compared {
  /** Constraint and version. */
  readonly in: readonly [string, string];
  readonly value?: boolean;
  readonly error?: string;
}

interface Read {
  readonly in: string;
  /** Major, minor, patch, prerelease, metadata, original, text; the text of the next major, minor and patch. */
  readonly value?: readonly string[];
  readonly error?: string;
}

const semver = (text: string): Value => SEMVER.semver?.call([text], { spend: () => undefined }) ?? null;

function method(value: Value, name: string, ...args: Value[]): Value {
  if (!(value instanceof Struct)) throw new Error('not a struct');
  const result = value.type.methods?.[name]?.call(args, { spend: () => undefined });
  return result instanceof Num ? String(result.value) : (result ?? null);
}

describe('semver of Go templates', () => {
  it('compares as Masterminds/semver does, with its errors', () => {
    for (const { in: pair, value, error } of casesOf<Compared>('semver/compare.jsonl')) {
      if (error === undefined) expect(satisfies(...pair), JSON.stringify(pair)).to.equal(value);
      else expect(() => satisfies(...pair), JSON.stringify(pair)).to.throw(GoError, error);
    }
  });

  it('reads versions as Masterminds/semver does', () => {
    for (const { in: text, value, error } of casesOf<Read>('semver/version.jsonl')) {
      if (error !== undefined) {
        expect(() => semver(text), text).to.throw(GoError, error);
        continue;
      }
      const version = semver(text);
      const parts = ['Major', 'Minor', 'Patch', 'Prerelease', 'Metadata', 'Original', 'String'];
      const next = ['IncMajor', 'IncMinor', 'IncPatch'].map((name) =>
        method(method(version, name), 'String'),
      );
      expect([...parts.map((name) => method(version, name)), ...next], text).to.deep.equal(value);
    }
  });

  it('compares two versions by methods', () => {
    expect(method(semver('1.2.3'), 'Compare', semver('1.2.4'))).to.equal(-1n);
    expect(method(semver('1.2.3-rc.2'), 'LessThan', semver('1.2.3-rc.10'))).to.equal(true);
    expect(() => method(semver('1.2.3'), 'Equal', '1.2.3')).to.throw(GoError, 'expected *semver.Version');
  });

  it('answers quickly whatever a constraint looks like', () => {
    const hostile = [
      `${'1 , '.repeat(120)}!`,
      `${'1  '.repeat(160)}!`,
      `1${' '.repeat(500)}!`,
      '1.2.3-a.'.repeat(60),
    ];
    for (const constraint of hostile)
      expect(() => satisfies(constraint, '1.0.0')).to.throw(GoError, 'improper constraint');
  });
});
