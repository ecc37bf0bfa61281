import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { formatFittingTable } from '../../../src/cli/output/table.ts';
import { run } from '../harness.ts';

const DELIVERY = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments: [{name: dev, branch: main}, {name: prod, branch: prod}]
  apps: [{name: shop, chart: chart, values: ["values/\${environment}.yaml"]}]
`;
const FILES = {
  'pilotage.yaml': DELIVERY,
  'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'chart/values.yaml': 'replicas: 1\nimage:\n  tag: "1"\n  pull: Always\n',
  'values/dev.yaml': 'replicas: 1\n',
  'values/prod.yaml': 'image: {tag: "2"}\nreplicas: 3\n',
};
const TEMPLATES = {
  Handlebars: ['all.yaml.hbs', 'a: {{Values.replicas}}'],
  Helm: ['all.yaml', 'a: {{ .Values.replicas }}'],
};

for (const [language, [name = '', text = '']] of Object.entries(TEMPLATES))
  describe(`pilotage values of a chart in ${language}`, () => {
    let dir: string;
    before(() => {
      dir = mkdtempSync(join(tmpdir(), 'pilotage-values-'));
      for (const [path, content] of Object.entries({ ...FILES, [`chart/templates/${name}`]: text })) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), content);
      }
    });
    after(() => rmSync(dir, { recursive: true, force: true }));
    const lines = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(['values', dir, ...args]);
      expect([code, stderr]).to.deep.equal([0, '']);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ {2,}/g, '  '));
    };

    it('says what it sees, and which line says so', async () => {
      expect(await lines('-e', 'prod')).to.deep.equal([
        'VALUE  IS  SET BY',
        'image.pull  "Always"  chart/values.yaml:4',
        'image.tag  "2"  values/prod.yaml:1',
        'replicas  3  values/prod.yaml:2',
      ]);
    });

    it('says what differs from another environment', async () => {
      expect(await lines('-e', 'prod', '--diff', 'dev')).to.deep.equal([
        'VALUE  PROD  DEV',
        'image.tag  "2" (values/prod.yaml:1)  "1" (chart/values.yaml:3)',
        'replicas  3 (values/prod.yaml:2)  1 (values/dev.yaml:1)',
      ]);
      expect(await lines('--diff', 'dev')).to.deep.equal(['dev and dev see the same values.']);
    });
  });

describe('pilotage values of a compose project', () => {
  it('says that its values are the variables of the compose file', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pilotage-values-'));
    writeFileSync(join(dir, 'compose.yaml'), 'services: {web: {image: nginx}}\n');
    const { code, stderr } = await run(['values', dir]);
    rmSync(dir, { recursive: true, force: true });
    expect([code, stderr.includes('are the variables of its compose file')]).to.deep.equal([1, true]);
  });
});

describe('a table on a narrow screen', () => {
  const row = ['a'.repeat(40), 'b'.repeat(48), 'chart/values.yaml:12'];
  it('cuts what is widest, and keeps the last column', () => {
    const [, line = ''] = formatFittingTable(['VALUE', 'IS', 'SET BY'], [row], 80).split('\n');
    expect(line)
      .to.have.length(80)
      .and.match(/^a+… {3}b+… {3}chart\/values\.yaml:12$/);
  });
  it('cuts nothing where there is no screen', () => {
    expect(formatFittingTable(['VALUE', 'IS', 'SET BY'], [row])).to.contain(row.join('   '));
  });
});
