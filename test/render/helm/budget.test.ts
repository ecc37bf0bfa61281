import { expect } from 'chai';
import { systemChance } from '../../../src/render/chance.ts';
import { createBudget } from '../../../src/render/gotemplate/budget.ts';
import { execute } from '../../../src/render/gotemplate/execute.ts';
import { createMade } from '../../../src/render/gotemplate/made.ts';
import { TemplateSpace } from '../../../src/render/gotemplate/space.ts';
import { baseFunctions } from '../../../src/render/helm/basefunctions.ts';
import { parsed } from '../../../src/render/helm/parsed.ts';

const functions = baseFunctions({ made: createMade({}, systemChance), chance: systemChance }, 4);

describe('the budget of a Helm chart', () => {
  /** Templates that never end, or write without end. */
  const ENDLESS = [
    '{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}',
    '{{ range until 100000 }}{{ repeat 10000 "x" }}{{ end }}',
    '{{ $x := "x" }}{{ range until 100 }}{{ $x = print $x $x }}{{ end }}',
  ];
  for (const text of ENDLESS)
    it(`ends ${text}`, () => {
      const space = new TemplateSpace();
      space.define(parsed('x', text, 4));
      const budget = createBudget(100_000);
      const run = () => execute(space, 'x', new Map(), { functions, budget, missingKey: 'zero' });
      expect(run).to.throw('too many steps');
    });
});
