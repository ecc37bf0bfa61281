import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { TAR_END, tarEntry } from '../../../src/base/tar.ts';
import { foldersRead } from '../../../src/render/reach.ts';
import { CHART, type Files, refusal, rendered, request } from '../request.ts';
import { tree } from '../tree.ts';

const config = (name: string, data = '{}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: ${data}\n`;
const RELEASE = '{{ .Release.Name }}';

/** A kustomization `k` with one chart, whose template is this. */
const withChart = (template: string, more: Files = {}): Files => ({
  'k/kustomization.yaml': 'helmCharts: [{name: shop, releaseName: front}]\n',
  'k/charts/shop/Chart.yaml': CHART,
  'k/charts/shop/templates/a.yaml': template,
  ...more,
});

describe('a chart of a kustomization that is delivered', () => {
  it('sees the namespace of the environment and the cluster where the kustomization says nothing of them', () => {
    const seen =
      '{all: "{{ .Release.Namespace }} {{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has `shop.dev/v1` }}"}';
    const { manifests } = rendered(withChart(config(RELEASE, seen)), {
      path: 'k',
      capabilities: { kubeVersion: 'v1.33.1', apiVersions: ['shop.dev/v1'] },
    });
    expect(manifests[0]?.object).to.deep.include({ data: { all: 'shop-dev v1.33.1 true' } });
    expect(manifests[0]?.origin).to.deep.equal({ file: 'k/charts/shop/templates/a.yaml', line: 1 });
  });

  it('may be packed, with or without its version in the name', () => {
    const packed = (name: string): string[] => {
      const member = (path: string, text: string) =>
        tarEntry({ type: 'file', mode: 0o644, path, bytes: Buffer.from(text) });
      const archive = Buffer.concat([
        ...member('shop/Chart.yaml', CHART),
        ...member('shop/templates/a.yaml', config(RELEASE)),
        TAR_END,
      ]);
      const files = tree({
        'k/kustomization.yaml': 'helmCharts: [{name: shop, version: 1.0.0, releaseName: front}]\n',
        [name]: '',
      });
      const read = (path: string) => (path === name ? gzipSync(archive) : files.read(path));
      const { manifests } = rendered({ ...files, read }, { path: 'k' });
      return manifests.map(({ object }) => object.metadata.name ?? '');
    };
    expect(packed('k/charts/shop.tgz')).to.deep.equal(['front']);
    expect(packed('k/charts/shop-1.0.0.tgz')).to.deep.equal(['front']);
  });

  it('is among the folders that a render reads, wherever the kustomization has it', () => {
    const files = {
      'k/kustomization.yaml':
        'helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: shop, releaseName: a}, {name: db, releaseName: b}]\n',
      'charts/shop/Chart.yaml': CHART,
      'charts/other/Chart.yaml': CHART,
      'charts/db.tgz': '',
    };
    expect(foldersRead(tree(files), 'k')).to.have.members(['k', 'charts/shop', 'charts/db.tgz']);
  });

  it('makes its passwords once, each release its own', () => {
    const template = config(RELEASE, '{password: "{{ randAlphaNum 20 }}"}');
    const files = withChart(template, {
      'k/kustomization.yaml':
        'helmCharts: [{name: shop, releaseName: front}, {name: shop, releaseName: back}]\n',
    });
    const passwords = (made: ReturnType<typeof rendered>): unknown[] =>
      made.manifests.map(({ object }) => (object as { data?: { password?: string } }).data?.password);
    const first = rendered(files, { path: 'k' });
    expect(new Set(passwords(first)).size).to.equal(2);
    const again = rendered(files, { path: 'k', generated: first.generated ?? {} });
    expect(passwords(again)).to.deep.equal(passwords(first));
    expect(Object.values(first.holders ?? {})).to.have.deep.members([
      ['ConfigMap/front'],
      ['ConfigMap/back'],
    ]);
  });

  it('keeps what asks to be kept', () => {
    const kept =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: {helm.sh/resource-policy: keep}\n';
    const { manifests } = rendered(withChart(kept), { path: 'k' });
    expect(manifests[0]?.object.metadata.annotations).to.include({ 'pilotage.dev/prune': 'keep' });
  });

  it('warns of a chart of another version than the kustomization names', () => {
    const files = withChart(config('a'), {
      'k/kustomization.yaml': 'helmCharts: [{name: shop, version: 2.0.0, releaseName: front}]\n',
    });
    const { warnings } = rendered(files, { path: 'k' });
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'The kustomization names shop 2.0.0, but the chart in the repository is 1.0.0',
    ]);
  });

  it('shows a value of the kustomization that is wrong at the line of the kustomization', () => {
    const files = withChart(config('a', '{a: {{ .Values.a.b.c }} }'), {
      'k/kustomization.yaml':
        'helmCharts:\n- name: shop\n  releaseName: front\n  valuesInline:\n    a: {b: text}\n',
    });
    expect(refusal(files, { path: 'k' })).to.contain('k/kustomization.yaml:5');
  });

  it('renders again when the chart changes', async () => {
    const { renderKey } = await import('../../../src/render/key.ts');
    const home = { 'k/kustomization.yaml': 'helmGlobals: {chartHome: ../c}\nhelmCharts: [{name: shop}]\n' };
    const key = (text: string) => renderKey(request({ ...home, 'c/shop/Chart.yaml': text }, { path: 'k' }));
    expect(key('a')).to.not.equal(key('b'));
  });
});
