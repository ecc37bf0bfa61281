import { expect } from 'chai';
import { execute } from '../../../../src/render/gotemplate/execute.ts';
import { SPRIG } from '../../../../src/render/gotemplate/functions/sprig.ts';
import { parse } from '../../../../src/render/gotemplate/parse.ts';
import { TemplateSpace } from '../../../../src/render/gotemplate/space.ts';
import { GoError } from '../../../../src/render/gotemplate/values.ts';

const MOST_STEPS = 200_000;

function render(text: string): string {
  let left = MOST_STEPS;
  const budget = {
    spend: (steps: number) => {
      left -= steps;
      if (left < 0) throw new GoError('too many steps');
    },
  };
  const space = new TemplateSpace();
  space.define(parse('t', text, SPRIG));
  return execute(space, 't', null, { functions: SPRIG, budget, missingKey: 'zero' }).text;
}

/** Two maps, each of which contains itself. */
const CYCLES =
  '{{ $a := dict "x" 1 }}{{ $_ := set $a "a" $a }}{{ $b := dict "x" 1 }}{{ $_ := set $b "a" $b }}';

const TOO_MUCH: readonly [what: string, template: string][] = [
  ['a sequence without end', '{{ until 1000000000000 }}'],
  ['steps without end', '{{ untilStep 0 9223372036854775807 1 }}'],
  ['a printed sequence without end', '{{ seq 0 1 1000000000000000 }}'],
  ['a text that fills the memory', '{{ repeat 1000000000 "abc" }}'],
  ['an indentation that fills the memory', '{{ indent 1000000000 "a" }}'],
  ['much indentation of many lines', '{{ indent 10000 (repeat 10000 "\\n") }}'],
  ['a long replacement in many places', '{{ replace "" (repeat 10000 "y") (repeat 10000 "x") }}'],
  ['a long text between many', '{{ join (repeat 100000 "y") (until 10000) }}'],
  ['a long line break in many places', '{{ wrapWith 1 (repeat 10000 "-") (repeat 10000 "a") }}'],
  ['a long replacement of many matches', '{{ regexReplaceAll "a" (repeat 10000 "a") (repeat 10000 "b") }}'],
  ['many groups for many matches', '{{ regexReplaceAll "(a)" (repeat 10000 "a") (repeat 1000 "$1") }}'],
  ['matches that look at all that follows', '{{ regexFindAll "(.*)x|." (repeat 20000 "a") -1 }}'],
  ['each with each', '{{ range until 2000 }}{{ $_ := has "x" (until 1000) }}{{ end }}'],
  [
    'lists that differ, each with each',
    '{{ $l := list }}{{ range until 400 }}{{ $l = append $l (list .) }}{{ end }}{{ uniq (concat $l $l $l) }}',
  ],
];

describe('sprig functions are bounded', () => {
  for (const [what, template] of TOO_MUCH) {
    it(`${what} is too many steps`, () => {
      expect(() => render(template)).throw('too many steps');
    });
  }

  for (const call of ['merge $a $b', 'mergeOverwrite $a $b', 'deepCopy $a']) {
    it(`${call.split(' ')[0]} refuses maps that contain themselves`, () => {
      expect(() => render(`${CYCLES}{{ ${call} }}`)).throw(
        'nested more than 1000 levels deep, or contains itself',
      );
    });
  }

  it('deepEqual compares maps that contain themselves', () => {
    expect(render(`${CYCLES}{{ deepEqual $a $b }} {{ $_ := set $b "x" 2 }}{{ deepEqual $a $b }}`)).equal(
      'true false',
    );
  });

  it('a text that is longer than the memory allows is refused whatever the budget is', () => {
    const generous = { spend: () => {} };
    const call = SPRIG.repeat?.call ?? expect.fail();
    expect(() => call([400_000_000n, 'a'], generous)).throw('longer than 268435456 characters');
  });

  it('names that JavaScript knows are keys and groups like others', () => {
    const text =
      '{{ $d := dict "__proto__" 1 }}{{ get $d "constructor" }}{{ hasKey $d "toString" }}{{ pick $d "__proto__" }}' +
      '{{ regexReplaceAll "(?P<constructor>a)" "ba" "$constructor$toString" }}';
    expect(render(text)).equal('falsemap[__proto__:1]ba');
  });
});
