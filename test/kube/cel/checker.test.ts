import { expect } from 'chai';
import { compile } from '../../../src/kube/cel/compile.ts';
import { BOOL, formatType, INT, listType, mapType, objectType, STRING } from '../../../src/kube/cel/types.ts';
import { problemsOf, program } from './notation.ts';

const self = objectType('Self', { n: INT, s: STRING, list: listType(INT), map: mapType(STRING, BOOL) });

/** Expression → what is wrong with it, in cel-go's words. */
const PROBLEMS: Readonly<Record<string, string>> = {
  'self.x': "4: undefined field 'x'",
  other: "0: undeclared reference to 'other' (in container '')",
  'self.n + self.s': "7: found no matching overload for '_+_' applied to '(int, string)'",
  'self.s.startsWith(1)': "17: found no matching overload for 'startsWith' applied to 'string.(int)'",
  'self.n.x': "6: type 'int' does not support field selection",
  'self.n.all(x, true)':
    "4: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
  'self.list.map(x, x + "a")': "19: found no matching overload for '_+_' applied to '(int, string)'",
  '[1, "a"]': "4: expected type 'int' but found 'string'",
  'self.n ? 1 : 2': "7: found no matching overload for '_?_:_' applied to '(int, int, int)'",
  'nothing()': "7: undeclared reference to 'nothing' (in container '')",
  '1 +': "3: Syntax error: mismatched input '<EOF>' expecting IDENTIFIER",
  '1 2': "2: Syntax error: mismatched input '2' expecting <EOF>",
  '"abc': "0: Syntax error: token recognition error at: '\"abc'",
  'package.x': '0: reserved identifier: package',
  '9223372036854775808': '0: invalid int literal',
  'has(1)': '4: invalid argument to has() macro',
};

describe('an expression that does not fit its declarations', () => {
  for (const [expression, problem] of Object.entries(PROBLEMS)) {
    it(`${expression}: ${problem}`, () => {
      expect(problemsOf(expression, { self })).to.deep.equal([problem]);
    });
  }

  it('is printed with its line and a mark below the place', () => {
    const compiled = compile('self.n > 0 &&\nself.x', { variables: { self } });
    expect(compiled).to.include({
      ok: false,
      text: "ERROR: <input>:2:5: undefined field 'x'\n | self.x\n | ....^",
    });
  });

  it('is refused where it is nested too deeply, or too long', () => {
    expect(problemsOf(`${'('.repeat(300)}1${')'.repeat(300)}`)).to.deep.equal([
      '250: expression recursion limit exceeded: 250',
    ]);
    expect(problemsOf('1 + '.repeat(2000))[0]).to.contain('more than 1000 operators in a row');
    expect(problemsOf('x'.repeat(100_001))).to.deep.equal([
      '0: expression code point size exceeds limit: size: 100001, limit 100000',
    ]);
  });
});

describe('the type of an expression', () => {
  for (const [expression, type] of Object.entries({
    'self.list.map(x, string(x))': 'list(string)',
    'self.?s': 'optional_type(string)',
    '{"a": [1]}': 'map(string, list(int))',
    '[]': 'list(dyn)',
    'true ? dyn(1) : "a"': 'dyn',
    'self.map.transformMap(k, v, k)': 'map(string, string)',
    'optional.of(self.n).orValue(1)': 'int',
    'self.list[0] == 1 || self.map["a"]': 'bool',
    'type(self.n)': 'type(int)',
  })) {
    it(`of ${expression} is ${type}`, () => {
      expect(formatType(program(expression, { variables: { self } }).outputType)).to.equal(type);
    });
  }

  it('says which variables an expression uses', () => {
    const { uses } = program('[1].all(oldSelf, oldSelf > 0) && self > 1', {
      variables: { self: INT, oldSelf: INT },
    });
    expect([...uses]).to.deep.equal(['self']);
  });
});
