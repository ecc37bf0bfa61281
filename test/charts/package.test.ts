import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import { unpackChart } from '../../src/charts/helm/archive.ts';
import { loadChart } from '../../src/charts/helm/load.ts';
import { type PackageChanges, packChart } from '../../src/charts/package.ts';
import { goDialect } from '../../src/render/helm/dialect.ts';
import type { Files } from '../render/request.ts';
import { tree } from '../render/tree.ts';

const OWN: Files = {
  'Chart.yaml': '# of the shop\napiVersion: v2\nname: shop\nversion: 1.0.0 # raise it\n',
  'values.yaml': 'a: 1\n',
  'templates/all.yaml.hbs': 'kind: A\n',
};
const HELM: Files = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 2.0.0\ndependencies: [{name: db, version: 1.x.x}]\n',
  'templates/all.yaml': 'a: {{ .Values.a }}\n',
  'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.2.0\n',
};
const packed = (files: Files, changes: PackageChanges = {}) => {
  const result = packChart(tree(files), '', changes, goDialect);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
};
const refusal = (files: Files, changes: PackageChanges = {}): string => {
  const result = packChart(tree(files), '', changes, goDialect);
  if (result.ok) throw new Error(`packed ${result.value.fileName} instead of refusing`);
  return result.problems.map(formatProblem).join('\n');
};
const textsOf = (bytes: Uint8Array): Files =>
  Object.fromEntries(
    unpackChart(bytes, 'a.tgz').map((file) => [file.name, Buffer.from(file.bytes).toString('utf8')]),
  );

describe('a packed chart', () => {
  it('has the same bytes for the same files, in whatever order they come', () => {
    const { fileName, bytes } = packed(OWN);
    expect(fileName).to.equal('shop-1.0.0.tgz');
    expect(packed(Object.fromEntries(Object.entries(OWN).reverse())).bytes).to.deep.equal(bytes);
    // No time and no operating system in the header of gzip.
    expect([...bytes.subarray(4, 8), bytes[9]]).to.deep.equal([0, 0, 0, 0, 255]);
    expect(textsOf(bytes)).to.deep.equal(OWN);
  });

  it('is read again with the charts below it', () => {
    const { bytes } = packed(HELM);
    const archive = { ...tree({}), paths: ['web.tgz'], read: () => bytes };
    const chart = loadChart(archive, 'web.tgz', { dialect: goDialect, version: 4 });
    expect(chart.ok && chart.value.dependencies.map(({ metadata }) => metadata.version)).to.deep.equal([
      '1.2.0',
    ]);
  });

  it('lacks what .helmignore names, what git keeps, and archives of itself', () => {
    const more = {
      ...{ '.helmignore': 'tests/\n*.md\n', 'tests/a.yaml': 'a', 'README.md': 'a', 'data/b.md': 'b' },
      ...{
        '.git/config': 'token',
        'shop-0.9.0.tgz': 'old',
        'shop-0.9.0.tgz.prov': 'old',
        'shop-data.tgz': 'mine',
      },
    };
    expect(Object.keys(textsOf(packed({ ...OWN, ...more }).bytes)).sort()).to.deep.equal(
      ['.helmignore', 'shop-data.tgz', ...Object.keys(OWN)].sort(),
    );
  });

  it('has the versions that it is given, and every other line of Chart.yaml as it was', () => {
    const { fileName, version, bytes } = packed(OWN, { version: '1.1.0-rc.1+5', appVersion: '1.10' });
    expect([fileName, version]).to.deep.equal(['shop-1.1.0-rc.1+5.tgz', '1.1.0-rc.1+5']);
    expect(textsOf(bytes)['Chart.yaml']).to.equal(
      '# of the shop\napiVersion: v2\nname: shop\nversion: "1.1.0-rc.1+5"\nappVersion: "1.10"\n',
    );
  });

  it('is refused where its chart could not be read', () => {
    expect(refusal({ 'values.yaml': '' })).to.contain('Chart.yaml: There is no Chart.yaml');
    expect(refusal({ ...OWN, 'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: one\n' })).to.contain(
      'Chart.yaml:3: version must be a semantic version',
    );
    expect(refusal({ ...OWN, 'values.yaml': 'a: [1\n' })).to.contain('values.yaml:');
    expect(refusal({ ...OWN, 'values.schema.json': '[]' })).to.contain(
      'values.schema.json:1: A JSON Schema must be an object',
    );
    const depending = `${HELM['Chart.yaml']}`.replace('db, version', 'cache, version');
    expect(refusal({ ...HELM, 'Chart.yaml': depending })).to.contain(
      'Chart.yaml:4: The chart depends on cache 1.x.x, which is not in charts/',
    );
    const { 'charts/db/Chart.yaml': _, ...alone } = HELM;
    for (const template of ['templates/b.yaml.hbs', 'templates/b.hbs.yaml'])
      expect(refusal({ ...alone, [template]: 'a: 1\n' })).to.contain('db');
  });

  it('is refused a version that is none, or a Chart.yaml that has no line for it', () => {
    expect(refusal(OWN, { version: 'latest' })).to.contain('--version: "latest" is not a version');
    const flow = { ...OWN, 'Chart.yaml': '{apiVersion: v2, name: shop, version: 1.0.0}\n' };
    expect(refusal(flow, { version: '1.1.0' })).to.match(/version cannot be replaced|Chart.yaml:/);
  });
});
