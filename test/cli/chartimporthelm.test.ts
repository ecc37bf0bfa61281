import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { run } from './harness.ts';

describe('chart import helm', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function imported(template: string, ...more: string[]) {
    const files = {
      'Chart.yaml': 'apiVersion: v1\nname: web\nversion: 1.0.0\n',
      'values.yaml': 'greeting: hello\n',
      'ci/other.yaml': 'mood: good\n',
      'templates/a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  ${template}\n`,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, 'web', path)), { recursive: true });
      writeFileSync(join(dir, 'web', path), text);
    }
    return run(['chart', 'import', 'helm', join(dir, 'web'), '--output', join(dir, 'made'), ...more]);
  }

  it('writes a chart that renders to the same, and says with which values', async () => {
    const { code, stdout, stderr } = await imported(
      'a: {{ .Values.greeting | upper }}',
      '-f',
      'ci/other.yaml',
    );
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout)
      .to.contain('renders to the same 1 objects')
      .and.contain('its default values and ci/other.yaml');
    expect(readFileSync(join(dir, 'made/templates/a.yaml.hbs'), 'utf8')).to.contain(
      'a: {{upper Values.greeting}}',
    );
    expect(readFileSync(join(dir, 'made/Chart.yaml'), 'utf8')).to.contain('apiVersion: v2');
  });

  it('writes nothing where something has no equal, or both render differently', async () => {
    const { code, stderr } = await imported('a: {{ call .Values.f }}');
    expect([code, stderr.includes('templates/a.yaml:5: the function call has no helper')]).to.deep.equal([
      1,
      true,
    ]);
    // What tpl reads is Handlebars now.
    const otherwise = await imported('a: {{ tpl "{{ .Release.Name }}" . | quote }}');
    expect(otherwise.code).to.equal(1);
    expect(existsSync(join(dir, 'made'))).to.equal(false);
  });
});
