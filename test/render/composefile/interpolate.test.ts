import { expect } from 'chai';
import { parseEnvFile } from '../../../src/render/composefile/load/dotenv.ts';
import { interpolate, newBudget } from '../../../src/render/composefile/load/interpolate.ts';
import { cpuQuantity, memoryQuantity, parseSeconds } from '../../../src/render/composefile/read/units.ts';
import { splitWords } from '../../../src/render/composefile/read/words.ts';

const VARIABLES: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', _b1: 'b', JSON: '{"x":1}' };
const lookup = (name: string) => (Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined);
const unset: string[] = [];
const of = (text: string) =>
  interpolate(text, { lookup, budget: newBudget(), onUnset: (name) => unset.push(name) });

describe('variables of a compose file', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['$A-${A}-$_b1', 'a-a-b'],
    ['$$A $${A} $$$A', '$A ${A} $a'],
    ['${A:-x}${EMPTY:-x}${NO:-x}', 'axx'],
    ['${A-x}${EMPTY-x}${NO-x}', 'ax'],
    ['${A:+x}${EMPTY:+x}${NO:+x}', 'x'],
    ['${A+x}${EMPTY+x}${NO+x}', 'xx'],
    ['${NO:-${EMPTY:-${A}}}', 'a'],
    ['${NO:-{"a": {"b": 1}}}!', '{"a": {"b": 1}}!'],
    ['${NO:-a:-b}', 'a:-b'],
    ['${NO:-$$x}', '$x'],
    ['${A:?no}', 'a'],
    ['${EMPTY?no}', ''],
    ['$A.b/$A:c', 'a.b/a:c'],
    ['no variable', 'no variable'],
  ];
  for (const [text, result] of CASES) it(`${text} is ${result}`, () => expect(of(text)).to.equal(result));

  it('are empty where they are not set, and said to be', () => {
    unset.length = 0;
    expect(of('[$NO]')).to.equal('[]');
    expect(unset).to.deep.equal(['NO']);
  });

  for (const text of ['$', '$ a', '$1', '${', '${}', '${1}', '${A!}', '${A', '$(a)'])
    it(`refuses ${text}`, () => expect(() => of(text)).to.throw(/is not a variable of Compose/));
  for (const text of ['${EMPTY:?say it}', '${NO?say it}'])
    it(`asks for ${text}`, () => expect(() => of(text)).to.throw(/needs the variable .*: say it/));
});

describe('an environment file', () => {
  const parse = (text: string) => {
    const parsed = parseEnvFile({ text, file: '.env' }, { lookup, budget: newBudget() });
    return parsed.ok ? Object.fromEntries(parsed.value) : parsed.problems[0].message;
  };
  const CASES: readonly (readonly [string, Record<string, string>])[] = [
    ['X=1\nY= two words  # comment\n\n# Z=3\nexport W=4', { X: '1', Y: 'two words', W: '4' }],
    ['\uFEFFX=1\r\nY: yaml\r\n', { X: '1', Y: 'yaml' }],
    ['X=\'$A #not\'\nY="$A\\n\\$A"', { X: '$A #not', Y: 'a\n$A' }],
    ['X="a\nb"\nY=2', { X: 'a\nb', Y: '2' }],
    ['X=1\nY=${X}2\nZ=${NO:-d}', { X: '1', Y: '12', Z: 'd' }],
    ['A\nUNKNOWN\nX=', { A: 'a', X: '' }],
    ['X=a#b', { X: 'a#b' }],
    ['X=#b', { X: '' }],
    ['A.B-C=1', { 'A.B-C': '1' }],
  ];
  for (const [text, result] of CASES)
    it(JSON.stringify(text), () => expect(parse(text)).to.deep.equal(result));
});

describe('values of a compose file', () => {
  it('are split into words as a shell does', () => {
    const CASES: readonly (readonly [string, readonly string[] | undefined])[] = [
      ['a  b\tc', ['a', 'b', 'c']],
      [`sh -c "echo 'a' \\"b\\" \\n"`, ['sh', '-c', `echo 'a' "b" \\n`]],
      [`'a b'c\\ d ""`, ['a bc d', '']],
      ['"a', undefined],
      ['', []],
    ];
    for (const [line, words] of CASES) expect(splitWords(line)).to.deep.equal(words);
  });

  it('have the units of Docker', () => {
    const memory = ['64', '1k', '50M', '1.5gb', '300 kb', '1GiB', '-1', 'x'].map(memoryQuantity);
    expect(memory).to.deep.equal(['64', '1Ki', '50Mi', '1536Mi', '300Ki', '1Gi', undefined, undefined]);
    expect(['0.5', '2', '.25', 'x'].map(cpuQuantity)).to.deep.equal(['500m', '2', '250m', undefined]);
    const seconds = ['1m30s', '500ms', '1d2h', '1w', '0s', '', '30', 'x'].map(parseSeconds);
    expect(seconds).to.deep.equal([90, 0.5, 93_600, 604_800, 0, undefined, undefined, undefined]);
  });
});
