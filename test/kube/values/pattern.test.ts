import { expect } from 'chai';
import { compileRegex, matchBudget, matchRegex, regexCost } from '../../../src/kube/values/pattern.ts';

const refusal = (pattern: string): string | undefined => {
  const compiled = compileRegex(pattern);
  return compiled.ok ? undefined : compiled.problems[0].message;
};

describe('a pattern that others write', () => {
  it('is matched anywhere in the text, by the rules of Go', () => {
    expect(matchRegex('b+', 'abc', '', matchBudget())).to.equal('match');
    expect(matchRegex('^b', 'abc', '', matchBudget())).to.equal('mismatch');
    expect(matchRegex('^(?P<word>\\pL+)$', 'straße', '', matchBudget())).to.equal('match');
    expect(matchRegex('^.$', '😀', '', matchBudget())).to.equal('match');
  });

  // The worst inputs of backtracking engines: one that takes exponential time does not come back from this test.
  for (const pattern of [
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '(a*)*$',
    '^([a-z]+\\.?)+$',
    '(.*)*x',
    '(a?){30}a{30}$',
  ]) {
    it(`${pattern} is matched in linear time`, () => {
      expect(matchRegex(pattern, `${'a'.repeat(10_000)}!`, '', matchBudget())).to.be.oneOf([
        'match',
        'mismatch',
      ]);
    });
  }

  it('is refused where RE2 has no such thing, with the reason', () => {
    expect(refusal('(?=a)b')).to.match(/unsupported Perl syntax: `\(\?=/);
    expect(refusal('(?<!a)b')).to.be.a('string');
    expect(refusal('(a)\\1')).to.match(/invalid escape sequence: `\\1`/);
    expect(refusal('(a')).to.match(/missing closing/);
  });

  it('is refused when it would be large once compiled', () => {
    expect(refusal('(((a{1,100}){1,100}){1,100})')).to.match(/repeat count/);
    expect(refusal(`(${'a'.repeat(50)}){1000}`)).to.match(/too large/);
    expect(refusal('a'.repeat(5000))).to.match(/longer than/);
    expect(refusal('(?i)[a-\\x{10ffff}]'.repeat(6))).to.match(/ranges/);
    expect(regexCost('(?i)[a-z]'.repeat(100))).to.have.property('ok', true);
  });

  it('is not matched at all when text and pattern multiply to too much, and says so', () => {
    const budget = matchBudget();
    expect(matchRegex('(a|b)*a(a|b){100}c', `${'ab'.repeat(100_000)}c`, 'spec.text', budget)).to.equal(
      'exhausted',
    );
    expect(budget.at).to.equal('spec.text');
  });

  it('is remembered, but not all of them for ever', () => {
    const first = compileRegex('first');
    const again = compileRegex('first');
    expect(first.ok && again.ok && first.value === again.value).to.equal(true);
    for (let i = 0; i < 300; i++) compileRegex(`pattern ${i}`);
    const later = compileRegex('first');
    expect(first.ok && later.ok && first.value === later.value).to.equal(false);
  });
});
