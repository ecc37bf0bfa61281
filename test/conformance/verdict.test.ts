import { expect } from 'chai';
import { resultsOf } from './suite.ts';
import { conformanceTest, nameOf } from './tests.ts';
import { areaTable, judge, surprises, unknownNames } from './verdict.ts';

const codename = (name: string) => ({
  codename: `[sig-auth] ${name} [Conformance]`,
  file: 'test/e2e/auth/x.go',
});
const tests = ['a', 'b', 'c', 'd', 'e'].map((name) => conformanceTest(codename(name)));
const full = (name: string) => `[sig-auth] ${name} [Conformance]`;
const results = new Map([
  [full('a'), { passed: true }],
  [full('b'), { passed: false, message: 'no such thing' }],
  [full('c'), { passed: false, message: 'broken' }],
  [full('d'), { passed: true }],
]);
const verdicts = judge(tests, results, { b: 'comes later', d: 'was thought to fail', e: 'never mind' });

describe('the conformance suite', () => {
  it('names a test without its tags, and finds area and order in them', () => {
    const test = conformanceTest({
      codename: '[sig-api-machinery] Namespaces [Serial] should patch a Namespace [Conformance]',
      file: 'test/e2e/apimachinery/namespace.go',
    });
    expect(test).to.deep.include({ area: 'api-machinery', serial: true, needsContainer: false });
    expect(test.name).to.equal('Namespaces should patch a Namespace');
    expect(nameOf('[sig-node] Pods  should be [X] updated')).to.equal('Pods should be updated');
  });

  it('takes a test for one that needs a container unless it is listed', () => {
    expect(conformanceTest(codename('Pods that nobody has read')).needsContainer).to.equal(true);
  });

  it('tells failures that are expected from those that are not, and passes alike', () => {
    expect(verdicts.map(({ standing }) => standing)).to.deep.equal([
      'passed',
      'failed as expected',
      'failed',
      'passed unexpectedly',
      'not run',
    ]);
    expect(surprises(verdicts).map(({ test }) => test.name)).to.deep.equal(['c', 'd']);
  });

  it('counts by area', () => {
    const [, , auth, all] = areaTable(verdicts).split('\n');
    expect(auth).to.equal('| auth | 5 | 1 | 1 | 1 | 1 | 1 |');
    expect(all).to.equal('| all | 5 | 1 | 1 | 1 | 1 | 1 |');
  });

  it('finds names in its tables that no test has', () => {
    expect(unknownNames(['a', 'renamed'], tests)).to.deep.equal(['renamed']);
  });

  it('reads the report of the suite: what was skipped did not run', () => {
    const spec = (LeafNodeText: string, State: string, more = {}) => ({
      ContainerHierarchyTexts: ['[sig-auth]'],
      LeafNodeText,
      LeafNodeType: 'It',
      State,
      ...more,
    });
    const report = [
      {
        SpecReports: [
          spec('a', 'passed'),
          spec('b', 'skipped'),
          spec('c', 'panicked', { Failure: { Message: 'nil pointer' } }),
          { ...spec('', 'passed'), LeafNodeType: 'SynchronizedBeforeSuite' },
        ],
      },
      { SpecReports: null },
    ];
    expect([...resultsOf(JSON.stringify(report))]).to.deep.equal([
      ['[sig-auth] a', { passed: true }],
      ['[sig-auth] c', { passed: false, message: 'nil pointer' }],
    ]);
  });
});
