import { expect } from 'chai';
import { isCostExceeded } from '../../../src/kube/cel/compile.ts';
import { fromJson } from '../../../src/kube/cel/data.ts';
import { Account, OBJECT_BUDGET } from '../../../src/kube/cel/meter.ts';
import { DYN } from '../../../src/kube/cel/types.ts';
import type { Json } from '../../../src/kube/values/types.ts';
import { evaluate, program } from './notation.ts';

const EXCEEDED = 'error: operation cancelled: actual cost limit exceeded';
const range = (length: number) => Array.from({ length }, (_, i) => i);
const DATA: Json = {
  big: range(5_000),
  text: 'x'.repeat(10_000),
  deep: range(200).map((i) => ({ i, list: range(100) })),
};

/** What tries to hold up the server, one by each way in which a step may cost more than it says. */
const HOSTILE: Readonly<Record<string, string>> = {
  'goes through a list for each of its elements': 'd.big.all(x, d.big.all(y, x + y >= 0))',
  'compares deep values again and again': 'd.big.all(x, d.deep == d.deep)',
  'makes a text longer with every step': `"a"${'.replace("", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")'.repeat(12)}.size() > 0`,
  'makes a list of a thousand million numbers': 'lists.range(1000000000).size() > 0',
  'sorts a list for each of its elements': 'd.big.all(x, d.big.sort().size() > 0)',
  'prints a list for each of its elements': 'd.big.all(x, "%s".format([d.big]).size() > 0)',
  'matches a large pattern against a long text': 'd.big.exists(x, (d.text + string(x)).matches("(x{50}y)+"))',
  'looks for each element in the whole': 'd.big.all(x, x in d.big)',
  'splits a text for each element': 'd.big.all(x, d.text.split("").size() > 0)',
};

describe('the budget of evaluations', () => {
  for (const [what, expression] of Object.entries(HOSTILE)) {
    it(`ends an expression that ${what}`, () => {
      const small = { cost: OBJECT_BUDGET.cost / 10, work: OBJECT_BUDGET.work / 10 };
      expect(evaluate(expression, DATA, DYN, small)).to.equal(EXCEEDED);
    });
  }

  it('is shared by all evaluations of an account', () => {
    const { evaluate: run } = program('d.all(x, x >= 0)', { variables: { d: DYN } });
    const account = new Account({ cost: 15_000, work: 1_000_000 });
    const outcomes = range(4).map(() => run(() => fromJson(range(1000), DYN), account));
    expect(outcomes.map(isCostExceeded)).to.deep.equal([false, false, true, true]);
    expect(account.isSpent).to.equal(true);
  });

  it('limits one evaluation by itself, and leaves the rest to the others', () => {
    const { evaluate: run } = program('d.all(x, x >= 0)', { variables: { d: DYN } });
    const account = new Account();
    expect(isCostExceeded(run(() => fromJson(range(1000), DYN), account, 100))).to.equal(true);
    expect(account.isSpent).to.equal(false);
  });

  it('counts as cel-go does', () => {
    const cost = (source: string, d: Json = null) => {
      const account = new Account();
      program(source, { variables: { d: DYN } }).evaluate(() => fromJson(d, DYN), account);
      return OBJECT_BUDGET.cost - account.remaining.cost;
    };
    expect(cost('1 + 2')).to.equal(1);
    expect(cost('d.a.b == 1', { a: { b: 1 } })).to.equal(4);
    expect(cost('has(d.a)', { a: 1 })).to.equal(1);
    expect(cost('d.all(x, x > 0)', [1, 2, 3])).to.equal(17);
    expect(cost('d.map(x, x * 2)', [1])).to.equal(26);
    expect(cost('d.contains("b")', 'abc')).to.equal(2);
    expect(cost('{"a": d}', 1)).to.equal(31);
  });
});
