import { expect } from 'chai';
import { evaluate } from './notation.ts';

/** Expression → value, as cel-go has it. */
const VALUES: Readonly<Record<string, string>> = {
  '1 + 2 * 3': '7',
  '(1 + 2) * 3': '9',
  '-7 / 2': '-3',
  '-7 % 2': '-1',
  '7 - 2 - 1': '4',
  '1u + 2u': '3u',
  '0x10': '16',
  '1.5 * 2.0': '3.0',
  '2e3': '2000.0',
  '9223372036854775807 + 1': 'error: integer overflow',
  '-9223372036854775808': '-9223372036854775808',
  '1u - 2u': 'error: unsigned integer overflow',
  '18446744073709551615u - 1u': '18446744073709551614u',
  '1 / 0': 'error: division by zero',
  '1 % 0': 'error: modulus by zero',
  'dyn(1) == 1u': 'true',
  'dyn(1) == 1.0': 'true',
  'dyn(1) == "1"': 'false',
  '1 < 2.5': 'true',
  '"a" < "b"': 'true',
  '"\\U0001F600" > "\\uffff"': 'true',
  'true && false || true': 'true',
  '!true': 'false',
  '!!true': 'true',
  'true ? 1 : 2': '1',
  'false && 1 / 0 > 0': 'false',
  '1 / 0 > 0 && false': 'false',
  '1 / 0 > 0 || true': 'true',
  '1 / 0 > 0 || false': 'error: division by zero',
  '"a" + \'b\'': '"ab"',
  '"""a"b"""': '"a\\"b"',
  'r"\\d"': '"\\\\d"',
  '"\\x41\\u0042\\103\\n"': '"ABC\\n"',
  'b"\\xff" == b"\\377"': 'true',
  'size(b"é")': '2',
  'size("é😀")': '2',
  '[1, 2] + [3]': '[1, 2, 3]',
  '[1, 2][1]': '2',
  '[1][3]': 'error: index out of bounds: 3',
  '{"a": 1}.a': '1',
  '{"a": 1}["b"]': 'error: no such key: b',
  'dyn({1: "x"})[1u]': '"x"',
  '{"a": 1, "a": 2}': 'error: Failed with repeated key',
  '1 in [1, 2]': 'true',
  '"b" in {"a": 1}': 'false',
  '[[1], [2]] == dyn([[1.0], [2.0]])': 'true',
  '[1, 2].all(x, x > 0)': 'true',
  '[1, 0].all(x, 1 / x > 5)': 'false',
  '[0, 1].exists(x, 1 / x > 0)': 'true',
  '[1, 2, 2].exists_one(x, x == 2)': 'false',
  '[1, 2, 3].filter(x, x > 1)': '[2, 3]',
  '[1, 2, 3].map(x, x * 2)': '[2, 4, 6]',
  '[1, 2, 3].map(x, x > 1, x * 2)': '[4, 6]',
  '[[1, 2], [3]].map(x, x.map(y, y + x[0]))': '[[2, 3], [6]]',
  '{"a": 1, "b": 2}.all(k, k != "c")': 'true',
  '[5, 6].all(i, v, v == i + 5)': 'true',
  '{"a": 1}.exists(k, v, k == "a" && v == 1)': 'true',
  '[1, 2].existsOne(i, v, v > 1)': 'true',
  '[5, 6].transformList(i, v, i > 0, v)': '[6]',
  '{"a": 1}.transformMap(k, v, v + 1)': '{"a": 2}',
  '{"a": "b"}.transformMapEntry(k, v, {v: k})': '{"b": "a"}',
  '[1, 1].transformMapEntry(i, v, {v: i})': 'error: insert failed: key 1 already exists',
  'has({"a": 1}.a)': 'true',
  'has({"a": 1}.b)': 'false',
  '{"a": {"b": null}}.a.b == null': 'true',
  '{"a": 1}.?a.orValue(2)': '1',
  '{"a": 1}.?b.orValue(2)': '2',
  '{"a": {"b": 1}}.?a.?b': 'some(1)',
  '[1][?0]': 'some(1)',
  '[1][?5].hasValue()': 'false',
  '[?optional.of(1), ?optional.none()]': '[1]',
  '{?"a": optional.none(), ?"b": optional.of(1)}': '{"b": 1}',
  'optional.of(1).optMap(x, x + 1)': 'some(2)',
  'optional.none().optMap(x, x + 1)': 'none',
  'optional.of(1).optFlatMap(x, optional.of(x))': 'some(1)',
  'optional.none().or(optional.of(3)).value()': '3',
  'optional.none().value()': 'error: optional.none() dereference',
  'optional.ofNonZeroValue("")': 'none',
  'type(1)': 'int',
  'type([]) == list': 'true',
  'type(type(1)) == type': 'true',
  'int("12")': '12',
  'int("x")': 'error: strconv.ParseInt: parsing "x": invalid syntax',
  'int(3.9)': '3',
  'int(1e30)': 'error: integer overflow',
  'uint("3")': '3u',
  'double("1.5")': '1.5',
  'string(1.0)': '"1"',
  'string(b"a")': '"a"',
  'bytes("a")': 'b"a"',
  'bool("true")': 'true',
  'bool("yes")': 'error: strconv.ParseBool: parsing "yes": invalid syntax',
  '// a comment\n1': '1',
};

describe('the expression language', () => {
  for (const [expression, value] of Object.entries(VALUES)) {
    it(`${JSON.stringify(expression)} is ${value}`, () => {
      expect(evaluate(expression)).to.equal(value);
    });
  }
});

describe('data', () => {
  const data = { n: 1, f: 1.5, s: 'a', none: null, list: [1, 2], map: { 'a-b': 1 } };

  for (const [expression, value] of Object.entries({
    'd.n + 1': '2',
    'd.f': '1.5',
    'd.list.size()': '2',
    'd.map["a-b"]': '1',
    'd.none == null': 'true',
    'has(d.none)': 'true',
    'd.missing': 'error: no such key: missing',
    'd.s.missing': 'error: no such overload',
    'd.s + d.n': 'error: no such overload',
    'd == d': 'true',
  })) {
    it(`${expression} is ${value}`, () => {
      expect(evaluate(expression, data)).to.equal(value);
    });
  }
});
