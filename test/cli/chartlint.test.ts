import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { run } from './harness.ts';

describe('chart lint, the command', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
    write('chart/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://example.org/a.png\n');
    write('chart/values.yaml', 'name: web\nold: 1\n');
    write('chart/templates/a.yaml.hbs', OBJECT);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const OBJECT =
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{Values.name}}\n  labels: {app.kubernetes.io/name: a, app.kubernetes.io/instance: b}\n';
  const lint = (...args: string[]) => run(['chart', 'lint', ...args]);
  const at = (path: string): string => relative('.', join(dir, path));

  it('says what it found, at paths from the working directory, and fails only for what counts', async () => {
    const found = await lint(join(dir, 'chart'));
    expect(found.stdout).to.equal(
      `${at('chart/values.yaml')}:2: warning No template reads the value old [unused-value]\n  → Remove it, or read it in a template.\n1 warning.\n`,
    );
    expect([found.code, (await lint(join(dir, 'chart'), '--strict')).code]).to.deep.equal([0, 1]);
    const disabled = await lint(join(dir, 'chart'), '--strict', '--disable', 'unused-value');
    expect([disabled.code, disabled.stdout]).to.deep.equal([0, 'Nothing found.\n']);
    write('chart/templates/a.yaml.hbs', OBJECT.replace('Values.name', 'Values.nmae'));
    expect((await lint(join(dir, 'chart'))).code).to.equal(1);
  });

  it('could not run: 2, and says why', async () => {
    const nowhere = await lint(join(dir, 'nowhere'));
    expect([nowhere.code, nowhere.stdout]).to.deep.equal([2, '']);
    expect(nowhere.stderr).to.contain('There is no folder');
    const misnamed = await lint(join(dir, 'chart'), '--disable', 'unused');
    expect([misnamed.code, misnamed.stderr.split('\n')[0]]).to.deep.equal([
      2,
      'error: There is no rule unused',
    ]);
  });

  it('reads values of an environment from a file elsewhere, and one value from the command line', async () => {
    write('prod.yaml', 'nmae: api\n');
    const found = await lint(join(dir, 'chart'), '-f', join(dir, 'prod.yaml'), '--set', 'hots=1');
    expect(found.stdout).to.contain(`${at('prod.yaml')}:1: warning The chart knows no value nmae`);
    expect(found.stdout).to.contain('Did you mean name?').and.contain('The chart knows no value hots');
  });

  it('looks at every app in every environment of a repository', async () => {
    write(
      'pilotage.yaml',
      'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec:\n  environments: [{name: dev, branch: main}, {name: prod, branch: prod}]\n  apps:\n    - {name: web, chart: chart, values: ["values/${environment}.yaml"]}\n',
    );
    write('values/dev.yaml', 'name: dev\n');
    write('values/prod.yaml', 'name: prod\nreplicas: 3\n');
    const { stdout } = await lint(dir);
    expect(stdout).to.contain(`${at('values/prod.yaml')}:2: warning The chart knows no value replicas`);
    expect(stdout.match(/value old/g), 'found in both, said once').to.have.length(1);
  });

  it('annotates a pull request of GitHub, its properties escaped', async () => {
    const { stdout } = await lint(join(dir, 'chart'), '--format', 'github');
    expect(stdout).to.equal(
      `::warning file=${at('chart/values.yaml')},line=2,title=unused-value::No template reads the value old%0ARemove it, or read it in a template.\n`,
    );
  });

  it('writes SARIF with every rule, and results that name theirs', async () => {
    const { stdout } = await lint(join(dir, 'chart'), '--format', 'sarif');
    const { version, runs } = JSON.parse(stdout);
    expect(version).to.equal('2.1.0');
    const [{ tool, results }] = runs;
    expect(tool.driver.rules[results[0].ruleIndex].id).to.equal('unused-value');
    expect(results).to.deep.equal([
      {
        ruleId: 'unused-value',
        ruleIndex: results[0].ruleIndex,
        level: 'warning',
        message: { text: 'No template reads the value old\nRemove it, or read it in a template.' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: at('chart/values.yaml') },
              region: { startLine: 2 },
            },
          },
        ],
      },
    ]);
  });

  it('gives scripts a list', async () => {
    const { stdout } = await lint(join(dir, 'chart'), '--format', 'json');
    expect(JSON.parse(stdout)).to.deep.equal([
      {
        rule: 'unused-value',
        severity: 'warning',
        message: 'No template reads the value old',
        place: { file: at('chart/values.yaml'), line: 2 },
        remedy: 'Remove it, or read it in a template.',
      },
    ]);
  });
});
