import { expect } from 'chai';
import { formatSite, parseSite } from '../../../src/render/gotemplate/callsite.ts';
import { movedSites, withMoved } from '../../../src/render/gotemplate/movedvalues.ts';

const call = {
  ...{ template: 'shop/templates/a b.yaml', function: 'randAlphaNum', args: 'a1', object: 'o1' },
  ...{ path: 'p1', line: 'l1', count: 1 },
};
const site = (change: Partial<typeof call> = {}) => formatSite({ ...call, ...change });
const value = (text: string) => ({
  function: 'randAlphaNum',
  template: 't',
  id: text,
  since: '',
  value: text,
});
const valuesOf = (...sites: string[]) => Object.fromEntries(sites.map((one) => [one, value(one)]));

/** What became of a value at `then` where the render made another at `now`. */
const pairOf = (then: string[], now: string[], used: string[] = []) =>
  [...movedSites(valuesOf(...then, ...used), then, valuesOf(...now, ...used))].map(([to, from]) => [
    from,
    to,
  ]);

describe('a value that was made once', () => {
  it('is named by a text that says what it is', () => {
    expect(parseSite(site())).deep.equal(call);
    expect(parseSite('nonsense')).equal(undefined);
  });

  for (const [what, change] of [
    ['a template file is renamed', { template: 'shop/templates/c.yaml' }],
    ['an object gets another name', { object: 'o2' }],
    ['another key stands above the call', { path: 'p2' }],
  ] as const)
    it(`stays where ${what}`, () => {
      expect(pairOf([site()], [site(change)])).deep.equal([[site(), site(change)]]);
    });

  for (const [what, change] of [
    ['the call has other arguments', { args: 'a2' }],
    ['it goes to another key', { line: 'l2' }],
    ['another function makes it', { function: 'uuidv4' }],
    ['both file and object change', { template: 'x', object: 'o2' }],
  ] as const)
    it(`is made anew where ${what}`, () => {
      expect(pairOf([site()], [site(change)])).deep.equal([]);
    });

  it('is made anew where two calls may be the one that it had', () => {
    expect(pairOf([site()], [site({ object: 'o2' }), site({ object: 'o3' })])).deep.equal([]);
    expect(pairOf([site({ object: 'o2' }), site({ object: 'o3' })], [site()])).deep.equal([]);
  });

  it('stays with the call that has it, and is not given to a second one', () => {
    expect(pairOf([], [site({ object: 'o2' })], [site()])).deep.equal([]);
  });

  it('comes along from a file with several calls, each with its own', () => {
    const calls = [site({ line: 'l2' }), site({ count: 2 }), site()];
    const moved = [{ line: 'l2' }, { count: 2 }, {}].map((one) => site({ ...one, template: 'b' }));
    expect(pairOf(calls, moved)).deep.members(calls.map((from, i) => [from, moved[i]]));
  });

  it('is kept under its new name alone, with the template that has it now', () => {
    const then = site();
    const now = site({ template: 'shop/templates/c.yaml' });
    expect(withMoved(valuesOf(then, 'x'), new Map([[now, then]]))).deep.equal({
      x: value('x'),
      [now]: { ...value(then), template: 'shop/templates/c.yaml' },
    });
  });
});
