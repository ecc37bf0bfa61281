import { expect } from 'chai';
import { systemChance } from '../../../src/render/chance.ts';
import { execute } from '../../../src/render/gotemplate/execute.ts';
import { createMade } from '../../../src/render/gotemplate/made.ts';
import { parse } from '../../../src/render/gotemplate/parse.ts';
import { TemplateSpace } from '../../../src/render/gotemplate/space.ts';
import { baseFunctions } from '../../../src/render/helm/basefunctions.ts';

type Before = Parameters<typeof createMade>[0];

function renderAt(time: string, before: Before) {
  const chance = { ...systemChance, now: () => new Date(time) };
  const made = createMade(before, chance);
  const functions = baseFunctions({ made, chance });
  const space = new TemplateSpace('gotpl');
  space.define(parse('main', '{{ now | date "2006-01-02 15:04:05" }} {{ unixEpoch now }}', functions));
  const budget = { spend: () => {} };
  const { text } = execute(space, 'main', null, { functions, budget, missingKey: 'zero' });
  return { text, used: made.used() };
}

describe('the time that templates ask for', () => {
  it('is that of the clock at first, and stays for later renders of the same environment', () => {
    const first = renderAt('2026-03-01T12:30:05Z', {});
    expect(first.text).to.equal('2026-03-01 12:30:05 1772368205');
    expect(renderAt('2027-01-01T00:00:00Z', first.used)).to.deep.equal(first);
  });
});
