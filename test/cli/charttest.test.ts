import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { run } from './harness.ts';

const OBJECT = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const SUITE = `suite: the map
templates: [map.yaml]
tests:
  - it: is called as the values say
    set: {name: api}
    asserts:
      - equal: {path: metadata.name, value: api}
  - it: is of its kind
    asserts:
      - isKind: {of: ConfigMap}
      - hasDocuments: {count: 1}
`;

describe('chart test, the command', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
    write('Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
    write('values.yaml', 'name: web\n');
    write('tests/map_test.yaml', SUITE);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const test = (...args: string[]) => run(['chart', 'test', dir, ...args]);
  const at = (path: string): string => relative('.', join(dir, path));

  for (const [language, file, name] of [
    ['Handlebars', 'templates/map.yaml.hbs', '{{Values.name}}'],
    ['structured Handlebars', 'templates/map.hbs.yaml', '"{{Values.name}}"'],
    ['Go templates', 'templates/map.yaml', '{{ .Values.name }}'],
  ] as const) {
    it(`runs the suites of a chart of ${language}`, async () => {
      write(file, OBJECT(name));
      const { code, stdout, stderr } = await test();
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.equal(`✓ the map ${at('tests/map_test.yaml')}:1\n\n1 suite; tests: 2 passed.\n`);
    });

    it(`shows what a chart of ${language} wrote beside what was expected, with the line of the assertion`, async () => {
      write(file, OBJECT('fixed'));
      const { code, stdout } = await test();
      expect(code).to.equal(1);
      expect(stdout.split('\n').slice(1, 5)).to.deep.equal([
        `    ✗ is called as the values say ${at('tests/map_test.yaml')}:4`,
        `      ${at('tests/map_test.yaml')}:7: equal: web/templates/map.yaml, metadata.name: expected to equal`,
        '        - api',
        '        + fixed',
      ]);
    });

    it(`says why a chart of ${language} cannot be rendered, or takes it as meant`, async () => {
      const fail = language === 'Go templates' ? '{{ fail "no host" }}' : '\'{{fail "no host"}}\'';
      write(file, OBJECT(fail));
      const { code, stdout } = await test();
      expect(code).to.equal(1);
      expect(stdout).to.contain('templates/map.yaml').and.contain('no host');
      expect(stdout).not.to.contain('is not there');
      expect(stdout).to.contain(`${at(file)}:4`);
      write(
        'tests/map_test.yaml',
        'templates: [map.yaml]\ntests:\n  - it: fails\n    asserts:\n      - failedTemplate: {errorPattern: no host}\n',
      );
      expect((await test()).stdout).to.contain('tests: 1 passed');
    });
  }

  it('gives a test of Handlebars the release, the cluster and the chart that it asks for', async () => {
    write(
      'templates/map.yaml.hbs',
      `${OBJECT('{{Release.Name}}')}data:\n  a: "{{Release.Namespace}} {{Release.Revision}} {{Release.IsUpgrade}} {{Chart.version}} {{Capabilities.KubeVersion.Minor}} {{capabilitiesHas "a/v1"}} {{filesGet "a.txt"}}"\n`,
    );
    write('a.txt', 'text');
    write(
      'tests/map_test.yaml',
      'templates: [map.yaml]\nrelease: {name: r, namespace: n, revision: 2, upgrade: true}\nchart: {version: 2.0.0}\ncapabilities: {minorVersion: 30, apiVersions: [a/v1]}\ntests:\n  - it: sees them\n    asserts:\n      - equal: {path: data.a, value: n 2 true 2.0.0 30 true text}\n',
    );
    const { code, stdout } = await test();
    expect([code, stdout.split('\n').slice(1)]).to.deep.equal([0, ['', '1 suite; tests: 1 passed.', '']]);
  });

  it('finds suites of charts below, which their parent may turn off', async () => {
    write('templates/map.yaml', OBJECT('{{ .Values.name }}'));
    write('charts/db/Chart.yaml', 'apiVersion: v2\nname: db\nversion: 1.0.0\n');
    write('charts/db/templates/map.yaml', OBJECT('{{ .Values.name }}'));
    write('charts/db/tests/db_test.yaml', SUITE.replace('the map', 'the database'));
    expect((await test()).stdout)
      .to.contain('✓ the database')
      .and.contain('2 suites; tests: 4 passed.');
    write(
      'Chart.yaml',
      'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: db, version: 1.0.0, condition: db.enabled}]\n',
    );
    write('values.yaml', 'name: web\ndb: {enabled: false}\n');
    expect((await test()).stdout).to.contain('1 suite; tests: 2 passed.');
  });

  it('keeps snapshots beside the suite, and updates them when asked', async () => {
    write('templates/map.yaml', OBJECT('{{ .Values.name }}'));
    write(
      'tests/map_test.yaml',
      'templates: [map.yaml]\ntests:\n  - it: is as before\n    asserts:\n      - matchSnapshot: {}\n',
    );
    expect((await test()).stdout).to.contain('1 snapshot: 1 new.');
    const file = join(dir, 'tests/__snapshot__/map_test.yaml.snap');
    const kept = readFileSync(file, 'utf8');
    expect(kept).to.equal(
      'is as before:\n  1: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: web\n',
    );
    write('values.yaml', 'name: api\n');
    const changed = await test();
    expect([changed.code, readFileSync(file, 'utf8')]).to.deep.equal([1, kept]);
    expect(changed.stdout)
      .to.contain('-   name: web')
      .and.contain('+   name: api')
      .and.contain('If they are meant so: --update.');
    expect((await test('--update')).code).to.equal(0);
    expect(readFileSync(file, 'utf8')).to.contain('name: api');
  });

  it('writes XML of JUnit, escaped, and JSON', async () => {
    write('templates/map.yaml', OBJECT('fixed'));
    write('tests/map_test.yaml', SUITE.replace('is called', '<is> "called"'));
    const xml = (await test('--format', 'junit')).stdout;
    expect(xml).to.contain('<testsuites tests="2" failures="1" skipped="0">');
    expect(xml)
      .to.contain('name="&lt;is&gt; &quot;called&quot; as the values say"')
      .and.contain('<failure message="');
    const [chart] = JSON.parse((await test('--format', 'json')).stdout);
    expect(chart.suites[0].tests.map((one: { status: string }) => one.status)).to.deep.equal([
      'failed',
      'passed',
    ]);
  });

  it('reports a suite that cannot be read with its line, and runs the others', async () => {
    write('templates/map.yaml', OBJECT('{{ .Values.name }}'));
    write('tests/bad_test.yaml', 'suite: bad\ntests:\n  - it: a\n    asserts:\n      - isKnd: {of: Pod}\n');
    const { code, stdout } = await test();
    expect(code).to.equal(1);
    expect(stdout).to.contain(
      `${at('tests/bad_test.yaml')}:5: There is no assertion isKnd\n      → Did you mean isKind?`,
    );
    expect(stdout).to.contain('2 suites, 1 failed; tests: 2 passed.');
  });

  it('reads no values from outside of the chart', async () => {
    write('templates/map.yaml', OBJECT('{{ .Values.name }}'));
    write('tests/map_test.yaml', SUITE.replace('tests:', 'values: [../../../etc/passwd]\ntests:'));
    expect((await test()).stdout).to.contain('There is no values file');
  });

  it('could not run: 2, and says why', async () => {
    const nothing = await test('-f', 'nowhere/*.yaml');
    expect([nothing.code, nothing.stdout]).to.deep.equal([2, '']);
    expect(nothing.stderr).to.contain('No suite of').and.contain('nowhere/*.yaml');
    expect((await run(['chart', 'test', join(dir, 'tests')])).stderr).to.contain('There is no chart in');
  });
});
