import { expect } from 'chai';
import { formatProblem, unwrap } from '../../../src/base/errors.ts';
import { editableScalars, editScalars } from '../../../src/kube/values/yaml-edit.ts';

const set = (text: string, pointer: string, to: string) => {
  const scalar = unwrap(editableScalars(text, 'values.yaml')).find((one) => one.pointer === pointer);
  if (!scalar) throw new Error(`nothing at ${pointer}`);
  return editScalars(text, [{ scalar, to }]);
};
const refusal = (text: string, pointer: string): string => {
  const result = set(text, pointer, 'x');
  return result.ok ? 'not refused' : formatProblem(result.problems[0]);
};

describe('a scalar of YAML that is changed', () => {
  it('keeps every other byte: comments, quotes, line ends and a missing last one', () => {
    for (const [before, after] of [
      ['a: 1 # why\r\nb:   x:1   # keep\r\n', 'a: 1 # why\r\nb:   x:2   # keep\r\n'],
      ["b: 'x:1'", "b: 'x:2'"],
      ['{"a": [1,2], "b": "x:1"}', '{"a": [1,2], "b": "x:2"}'],
      ['\n\n# ä\nb: "x:1" # ü', '\n\n# ä\nb: "x:2" # ü'],
      ['b: ""\n', 'b: "x:2"\n'],
    ])
      expect(unwrap(set(before ?? '', '/b', 'x:2'))).to.equal(after);
  });

  it('stays text where a plain one would be read as a number, a boolean or null', () => {
    for (const tag of ['1.10', '12', '1e3', '012', 'true', 'no', 'null', '0x1f'])
      expect(unwrap(set('b: old # c\n', '/b', tag))).to.equal(`b: "${tag}" # c\n`);
    expect(unwrap(set('b: old\n', '/b', 'v1.10'))).to.equal('b: v1.10\n');
  });

  it('is refused by the name of its anchor, as is an alias', () => {
    const text = 'a: &img x:1\nb: *img\nc: |\n  x:1\n';
    expect(refusal(text, '/a')).to.contain('values.yaml:1').and.contain('&img');
    expect(refusal(text, '/b')).to.contain('values.yaml:2').and.contain('&img');
    expect(refusal(text, '/c')).to.contain('block of lines');
  });

  it('knows the comment behind it, in a flow too, and none that is part of a text', () => {
    const found = unwrap(editableScalars('a: x # one\nb: {c: y} # two\nd: "z # no"\ne: w#no\n', 'f'));
    expect(found.map(({ comment }) => comment)).to.deep.equal(['one', 'two', undefined, undefined]);
  });
});
