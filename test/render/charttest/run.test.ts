import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { unwrap } from '../../../src/base/errors.ts';
import { ASSERTIONS } from '../../../src/render/charttest/assertions/list.ts';
import { readSuites } from '../../../src/render/charttest/read.ts';
import type { RenderTest, TestRequest } from '../../../src/render/charttest/rendered.ts';
import { runSuite, type TestResult } from '../../../src/render/charttest/run.ts';
import { readSnapshots, SnapshotRun, snapshotText } from '../../../src/render/charttest/snapshot.ts';
import type { TemplatesOutcome } from '../../../src/render/sources/source.ts';
import { CASES, CONTRARY, SAME, TEMPLATE } from './assertions.ts';

/** A chart whose templates write these texts; what is asked of it is kept. */
function chart(texts: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const asked: TestRequest[] = [];
  const render: RenderTest = {
    kubeVersion: { major: '1', minor: '35' },
    readValues: (file) => files[file] ?? '',
    templates(request): TemplatesOutcome {
      asked.push(request);
      const templates = Object.entries(texts).map(([name, text]) => ({
        name: `web/templates/${name}`,
        text,
      }));
      return { ok: true, templates: templates.filter(({ name }) => request.selects(name)) };
    },
  };
  return { render, asked };
}

function run(
  suite: object,
  { render }: { readonly render: RenderTest },
  snapshots = new SnapshotRun({}, false),
) {
  const [read] = unwrap(readSuites(JSON.stringify(suite), 'tests/a_test.yaml'));
  if (!read) throw new Error('no suite');
  return runSuite(read, { route: 'web', render, snapshots }).tests;
}

const statuses = (tests: readonly TestResult[]): readonly string[] => tests.map(({ status }) => status);
const one = (name: string, params: object) => ({ it: JSON.stringify(params), asserts: [{ [name]: params }] });
const failing: RenderTest = {
  ...chart({}).render,
  templates: () => ({
    ok: false,
    problem: { reason: 'TemplateError', message: 'it fails' },
    said: 'host is required',
    template: 'web/templates/a.yaml',
  }),
};

describe('chart tests', () => {
  const web = chart({ 'a.yaml': TEMPLATE });
  for (const [name, { holds, fails }] of Object.entries({
    ...CASES,
    ...CONTRARY,
    ...Object.fromEntries(
      Object.entries(SAME).map(([other, known]) => [other, CASES[known] as (typeof CASES)[string]]),
    ),
  }))
    it(`${name} holds of what it is for, and of nothing else`, () => {
      const tests = [...holds, ...fails].map((params) => one(name, params));
      const wanted = [...holds.map(() => 'passed'), ...fails.map(() => 'failed')];
      expect(statuses(run({ templates: ['a.yaml'], tests }, web))).to.deep.equal(wanted);
    });

  it('has cases for every kind of assertion', () => {
    const elsewhere = [
      'equalRaw',
      'notEqualRaw',
      'matchRegexRaw',
      'notMatchRegexRaw',
      'matchSnapshot',
      'matchSnapshotRaw',
      'failedTemplate',
    ];
    const covered = [...Object.keys(CASES), ...Object.keys(CONTRARY), ...Object.keys(SAME), ...elsewhere];
    expect(Object.keys(ASSERTIONS).filter((name) => !covered.includes(name))).to.deep.equal([]);
  });

  it('lists its assertions in docs/charts.md, in their order', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/charts.md'), 'utf8');
    const [, listed = ''] = /\nAssertions:\n([^.]*)\./.exec(page) ?? [];
    expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name)).to.deep.equal(Object.keys(ASSERTIONS));
  });

  it('reads YAML as the plugin does: no and on are text, on both sides', () => {
    const words = chart({ 'a.yaml': 'kind: A\nanswer: no\nquoted: "on"\ntruth: true\n' });
    const text =
      'templates: [a.yaml]\ntests:\n  - it: a\n    asserts:\n      - equal: {path: answer, value: "no"}\n      - equal: {path: quoted, value: on}\n      - isType: {path: truth, type: bool}\n';
    const [suite] = unwrap(readSuites(text, 'a_test.yaml'));
    const results =
      suite && runSuite(suite, { route: 'web', render: words.render, snapshots: new SnapshotRun({}, false) });
    expect(statuses(results?.tests ?? [])).to.deep.equal(['passed']);
  });

  it('not turns an assertion around', () => {
    const tests = ['Deployment', 'Job'].map((of) => ({ it: of, asserts: [{ isKind: { of }, not: true }] }));
    expect(statuses(run({ templates: ['a.yaml'], tests }, web))).to.deep.equal(['failed', 'passed']);
  });

  it('compares the text of what writes no YAML', () => {
    const notes = chart({ 'NOTES.txt': '\nIt runs. \nFine.\n' });
    const tests = [
      one('equalRaw', { value: 'It runs.\nFine.\n' }),
      one('notEqualRaw', { value: 'else' }),
      one('matchRegexRaw', { pattern: 'runs' }),
      one('notMatchRegexRaw', { pattern: 'runs' }),
    ];
    expect(statuses(run({ templates: ['NOTES.txt'], tests }, notes))).to.deep.equal([
      'passed',
      'passed',
      'passed',
      'failed',
    ]);
  });

  it('judges the message of a template that fails, and nothing else of it', () => {
    const tests = [
      one('failedTemplate', {}),
      one('failedTemplate', { errorMessage: 'host is required' }),
      one('failedTemplate', { errorPattern: 'host .* required' }),
      one('failedTemplate', { errorPattern: 'host is required' }),
      one('failedTemplate', { errorMessage: 'port is required' }),
      one('failedTemplate', { errorMessage: 'a', errorPattern: 'b' }),
      one('notFailedTemplate', {}),
      one('isKind', { of: 'Deployment' }),
    ];
    const results = run({ templates: ['a.yaml'], tests }, { render: failing });
    expect(statuses(results)).to.deep.equal([
      'passed',
      'passed',
      'passed',
      'passed',
      'failed',
      'failed',
      'failed',
      'failed',
    ]);
    expect(results[7]?.error?.message).to.equal('it fails');
    const fine = run({ templates: ['a.yaml'], tests: [one('failedTemplate', {})] }, web);
    expect(fine[0]?.failures[0]?.complaints[0]?.message).to.equal('expected the template to fail');
  });

  it('picks documents by index and by selector, and says where there are too few or too many', () => {
    const two = chart({ 'a.yaml': 'kind: A\nname: x\n---\nkind: B\nname: x\n---\n# nothing\n' });
    const asserts = (assertion: object) => ({ it: 'a', asserts: [assertion] });
    const isB = { isKind: { of: 'B' } };
    const tests = [
      asserts({ hasDocuments: { count: 2 } }),
      asserts(isB),
      asserts({ ...isB, documentIndex: 1 }),
      asserts({ ...isB, documentIndex: 2 }),
      asserts({ ...isB, documentSelector: { path: 'kind', value: 'B' } }),
      asserts({ ...isB, documentSelector: { path: 'kind', value: 'C' } }),
      asserts({ ...isB, documentSelector: { path: 'name', value: 'x' } }),
      asserts({ ...isB, documentSelector: { path: 'name', matchMany: true } }),
      { ...asserts(isB), documentSelector: { path: 'kind', value: 'C', skipEmptyTemplates: true } },
    ];
    const results = run({ templates: ['a.yaml'], tests }, two);
    expect(statuses(results)).to.deep.equal([
      'passed',
      'failed',
      'passed',
      'failed',
      'passed',
      'failed',
      'failed',
      'failed',
      'skipped',
    ]);
    const said = results.map(({ failures }) => failures[0]?.complaints[0]?.message);
    expect(said[3]).to.equal('There is no document 2: web/templates/a.yaml has 2');
    expect([said[5], said[6]]).to.deep.equal([
      'No document has kind: "C"',
      'More than one document has name: "x"',
    ]);
  });

  it('names the line of the assertion, the template and the document', () => {
    const text =
      'suite: a\ntemplates: [a.yaml]\ntests:\n  - it: is\n    asserts:\n      - isKind: {of: Deployment}\n      - equal:\n          path: spec.replicas\n          value: 2\n';
    const [suite] = unwrap(readSuites(text, 'tests/a_test.yaml'));
    const results =
      suite && runSuite(suite, { route: 'web', render: web.render, snapshots: new SnapshotRun({}, false) });
    expect(results?.tests[0]?.failures).to.deep.equal([
      {
        place: { file: 'tests/a_test.yaml', line: 7 },
        assertion: 'equal',
        template: 'web/templates/a.yaml',
        complaints: [{ path: 'spec.replicas', message: 'expected to equal', expected: '2\n', actual: '3\n' }],
      },
    ]);
  });

  it('hands over values of files and what is set, the test stronger than the suite', () => {
    const asking = chart(
      { 'a.yaml': TEMPLATE },
      { 'a.yaml': 'a: 1\nb: {c: 1, d: 1}\n', 'b.yaml': 'b: {c: 2}\n' },
    );
    const tests = [
      {
        it: 'a',
        values: ['b.yaml'],
        set: { 'b.d': 3, 'e[0]': 1 },
        release: { name: 'x' },
        asserts: [{ isKind: { of: 'A' } }],
      },
    ];
    const suite = {
      ...{ templates: ['a.yaml'], values: ['a.yaml'], set: { 'b.d': 2, f: null } },
      ...{ release: { name: 'y', namespace: 'z', revision: 4, upgrade: true } },
      ...{ capabilities: { minorVersion: 30, apiVersions: ['a/v1'] }, chart: { version: '9.0.0' }, tests },
    };
    run(suite, asking);
    const [request] = asking.asked;
    expect(request?.values).to.equal('a: 1\nb:\n  c: 2\n  d: 3\nf: null\ne:\n- 1\n');
    expect(request?.release).to.deep.equal({ name: 'x', namespace: 'z', revision: 4, isUpgrade: true });
    expect([request?.kubeVersion, request?.apiVersions, request?.chart]).to.deep.equal([
      'v1.30.0',
      ['a/v1'],
      { version: '9.0.0' },
    ]);
  });

  it('keeps new snapshots, tells changed ones, and takes them over when asked', () => {
    const suite = {
      templates: ['a.yaml'],
      tests: [
        { it: 'is', asserts: [{ matchSnapshot: { path: 'metadata' } }, { matchSnapshot: { path: 'kind' } }] },
      ],
    };
    const first = new SnapshotRun({}, false);
    expect(statuses(run(suite, web, first))).to.deep.equal(['passed']);
    const text = snapshotText(first.changed() ?? {});
    expect(text).to.equal(
      'is:\n  1: |\n    labels:\n      a: b\n      c: d\n    name: web\n    namespace: shop\n  2: |\n    Deployment\n',
    );
    const kept = unwrap(readSnapshots(text, 'a.snap'));
    const other = chart({ 'a.yaml': TEMPLATE.replace('name: web', 'name: api') });
    const changed = new SnapshotRun(kept, false);
    const [result] = run(suite, other, changed);
    expect([result?.status, changed.counts.changed, changed.changed()]).to.deep.equal([
      'failed',
      1,
      undefined,
    ]);
    expect(result?.failures[0]?.complaints[0]?.message).to.equal('expected to match snapshot 1');
    const update = new SnapshotRun({ ...kept, gone: { 1: 'x\n' } }, true);
    expect(statuses(run(suite, other, update))).to.deep.equal(['passed']);
    expect([update.obsolete, Object.keys(update.changed() ?? {})]).to.deep.equal([1, ['is']]);
  });

  it('asks only the text of a snapshot where a pattern is given', () => {
    const tests = ['web', 'api'].map((pattern) =>
      one('matchSnapshot', { path: 'metadata', matchRegex: { pattern } }),
    );
    expect(statuses(run({ templates: ['a.yaml'], tests }, web))).to.deep.equal(['passed', 'failed']);
  });

  it('runs no program, and says so', () => {
    const tests = [one('isKind', { of: 'Deployment' })];
    const [result] = run({ templates: ['a.yaml'], postRenderer: { cmd: 'yq' }, tests }, web);
    expect([result?.status, result?.error?.reason]).to.deep.equal(['failed', 'NotSupported']);
  });

  it('skips what says so: a suite, a test, what is for a later format', () => {
    const tests = [one('isKind', { of: 'Job' })];
    expect(statuses(run({ tests, skip: { reason: 'later' } }, web))).to.deep.equal(['skipped']);
    expect(statuses(run({ tests, skip: { minimumVersion: '99.0.0' } }, web))).to.deep.equal(['skipped']);
    expect(statuses(run({ tests, skip: { minimumVersion: '0.1.0' } }, web))).to.deep.equal(['failed']);
    expect(statuses(run({ tests: [{ ...tests[0], skip: { reason: 'x' } }] }, web))).to.deep.equal([
      'skipped',
    ]);
  });

  for (const [text, message] of [
    ['tests: []', 'The suite has no tests'],
    ['tests: [{it: a}]', 'The test asserts nothing'],
    ['tests: [{it: a, asserts: [{isKnd: {of: a}}]}]', 'There is no assertion isKnd'],
    ['tests: [{it: a, asserts: [{equal: {}, isKind: {}}]}]', 'equal and isKind stand in one assertion'],
    ['tests: [{it: a, asserts: [{template: a}]}]', 'No assertion is named'],
    ['[]', 'A suite is a map'],
  ])
    it(`refuses a suite: ${message}`, () => {
      const read = readSuites(text as string, 'a_test.yaml');
      expect(read.ok ? '' : read.problems[0].message).to.equal(message);
    });
});
