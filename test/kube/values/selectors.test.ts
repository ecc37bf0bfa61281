import { expect } from 'chai';
import {
  checkFieldSelector,
  fieldMatcher,
  parseFieldSelector,
} from '../../../src/kube/rules/fieldselectors.ts';
import { compileSelector } from '../../../src/kube/values/compiledselector.ts';
import {
  formatSelector,
  matches,
  parseSelector,
  selectorMatches,
} from '../../../src/kube/values/selectors.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { seeded } from '../seeded.ts';

/** Selector, labels, whether they match. */
const MATCHES: readonly [selector: string, labels: Record<string, string>, matches: boolean][] = [
  ['', { a: 'b' }, true],
  ['x=y', { x: 'y' }, true],
  ['x==y,z=w', { x: 'y', z: 'w' }, true],
  ['x=y', {}, false],
  ['x!=y', {}, true],
  ['x!=y', { x: 'y' }, false],
  ['x', { x: '' }, true],
  ['!x', { x: 'y' }, false],
  ['!x', {}, true],
  ['x in (a,b)', { x: 'b' }, true],
  ['x in (,b)', { x: '' }, true],
  ['x in ()', { x: '' }, true],
  ['x in (a,,b)', { x: '' }, true],
  ['x notin (a)', { x: 'a' }, false],
  ['x notin (a)', {}, true],
  ['x>1', { x: '2' }, true],
  ['x>1', { x: 'no' }, false],
  ['x<1', { x: '-5' }, true],
  ['x=', { x: '' }, true],
  [' a.b/c = d , e in ( f , g ) ', { 'a.b/c': 'd', e: 'g' }, true],
];
const MALFORMED = [
  'x=a||y=b',
  '!',
  'x,',
  'x in',
  'x in (a',
  'x=y=z',
  'x in a',
  ',x',
  '=y',
  'x y',
  'x>a',
  '-bad=1',
  'x=-bad',
  'a/b/c=d',
];

const requirements = (text: string) => {
  const result = parseSelector(text);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
};

describe('label selectors', () => {
  for (const [selector, labels, expected] of MATCHES) {
    it(`${JSON.stringify(selector)} ${expected ? 'selects' : 'leaves out'} ${JSON.stringify(labels)}`, () => {
      const parsed = requirements(selector);
      expect(matches(parsed, labels)).to.equal(expected);
      expect(requirements(formatSelector(parsed)), 'law: print and parse').to.deep.equal(parsed);
    });
  }
  for (const text of MALFORMED) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseSelector(text).ok).to.equal(false));
  }
  it('matches nothing when it is missing and everything when it is empty', () => {
    expect(selectorMatches(undefined, { a: 'b' })).to.equal(false);
    expect(selectorMatches({}, { a: 'b' })).to.equal(true);
  });
  it('holds labels and expressions at once', () => {
    const selector = {
      matchLabels: { a: 'b' },
      matchExpressions: [{ key: 'c', operator: 'Exists' as const }],
    };
    expect(selectorMatches(selector, { a: 'b' })).to.equal(false);
    expect(selectorMatches(selector, { a: 'b', c: '' })).to.equal(true);
  });
  it('takes no label from the prototype', () =>
    expect(matches(requirements('toString'), {})).to.equal(false));
});

describe('a compiled selector', () => {
  it('matches what its requirements match, one by one (law)', () => {
    const random = seeded(7);
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
    const term = () =>
      pick([
        'a',
        '!a',
        'b',
        '!b',
        'a=1',
        'a=2',
        'a!=1',
        'b in (1,2)',
        'b in (2,3)',
        'b notin (1,x)',
        'a>1',
        'a<3',
        'b>0',
        'b<10',
      ]);
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: random(4) }, term).join();
      const labels: Record<string, string> = {};
      for (const key of ['a', 'b', 'c']) if (random(2) === 0) labels[key] = pick(['', '1', '2', '3', 'x']);
      const wanted = requirements(text);
      expect(compileSelector(wanted)(labels), `${text} ${JSON.stringify(labels)}`).to.equal(
        matches(wanted, labels),
      );
    }
  });

  it('is as quick with a hundred thousand requirements as with one', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({
      key: `k${i}`,
      operator: 'NotIn' as const,
      values: ['v'],
    }));
    const test = compileSelector(many);
    let seen = 0;
    // One by one this would take minutes.
    for (let i = 0; i < 100_000; i++) if (test({ a: 'b', k5: 'w' })) seen++;
    expect(seen).to.equal(100_000);
  });
});

describe('field selectors', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'x' },
    spec: { nodeName: 'n1' },
  } as KubeObject;
  const select = (text: string): boolean => {
    const result = parseFieldSelector(text);
    if (!result.ok) throw new Error(result.problems[0].message);
    return fieldMatcher({ group: '', version: 'v1', kind: 'Pod' }, result.value)(pod);
  };
  it('compares text, a missing field being the empty one', () => {
    expect(select('metadata.name=web,spec.nodeName==n1')).to.equal(true);
    expect(select('spec.nodeName!=n1')).to.equal(false);
    expect(select('status.phase=')).to.equal(true);
    expect(select('spec.hostNetwork=false')).to.equal(true);
    expect(select('')).to.equal(true);
  });
  it('holds all that it says of one field', () => {
    expect(select('metadata.name=web,metadata.name=web')).to.equal(true);
    expect(select('metadata.name=web,metadata.name=other')).to.equal(false);
    expect(select('metadata.name!=a,metadata.name!=b')).to.equal(true);
    expect(select('metadata.name!=a,metadata.name!=web')).to.equal(false);
  });
  it('reads escapes', () => {
    const result = parseFieldSelector('a=x\\,y\\=z\\\\,b=c');
    expect(result.ok && result.value.map(({ value }) => value)).to.deep.equal(['x,y=z\\', 'c']);
  });
  it('refuses a term without an operator', () => expect(parseFieldSelector('name').ok).to.equal(false));
  it('names the field that a kind cannot be selected by', () => {
    const result = parseFieldSelector('spec.nodeName=n1');
    if (!result.ok) throw new Error('not read');
    expect(checkFieldSelector({ group: '', version: 'v1', kind: 'Pod' }, result.value)).to.equal(undefined);
    expect(checkFieldSelector({ group: 'apps', version: 'v1', kind: 'Deployment' }, result.value)).to.equal(
      'field label not supported: spec.nodeName',
    );
  });
});
