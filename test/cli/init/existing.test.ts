import { expect } from 'chai';
import { starterFiles } from '../../../src/charts/starter.ts';
import { existingIn } from '../../../src/cli/init/existing.ts';
import { filesOf } from '../../fakes/filetree.ts';

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\n';
const KUSTOMIZED = {
  'base/kustomization.yaml': '',
  'base/web.yaml': MANIFEST,
  'overlays/prod/kustomization.yaml': '',
  'overlays/dev/kustomization.yaml': '',
  'overlays/eu/kustomization.yaml': '',
};
const CHART = { 'web/Chart.yaml': '', 'web/templates/web.yaml': `${MANIFEST}a: {{ .Values.a }}\n` };

/** What init writes beside files, by path. */
const written = (files: Record<string, string>): Readonly<Record<string, string>> => {
  const existing = existingIn(filesOf(files));
  return existing ? starterFiles(filesOf({}), { name: 'shop', existing }) : {};
};

describe('what init finds', () => {
  it('is an overlay for each environment, in the order of promotion', () => {
    const { 'pilotage.yaml': text = '', ...others } = written(KUSTOMIZED);
    expect(others).to.deep.equal({});
    expect(text).to.contain(`
    - name: dev
      branch: main
      path: "overlays/dev"
    - name: prod
      branch: prod
      path: "overlays/prod"
      promotion: {from: dev, gates: {healthy: 30s}}
    - name: eu
`);
    expect(text).to.not.contain('apps:');
  });

  it('is a chart in any folder, with values files that set nothing', () => {
    const { 'pilotage.yaml': text, 'web/values/dev.yaml': values, ...others } = written(CHART);
    expect(text).to.contain('chart: web\n      values: ["web/values/${environment}.yaml"]');
    expect(values).to.equal('# What is different in dev. Everything else stands in web/values.yaml.\n');
    expect(Object.keys(others)).to.deep.equal(['web/values/preprod.yaml', 'web/values/prod.yaml']);
    expect(existingIn(filesOf({ ...CHART, 'a/b/api/Chart.yaml': '' }))).to.have.deep.nested.property(
      'charts[0].path',
      'a/b/api',
    );
  });

  it('keeps values files where they are', () => {
    const text = written({ ...CHART, 'values/common.yaml': '', 'values/dev.yaml': '' })['pilotage.yaml'];
    expect(text).to.contain('values: ["values/common.yaml", "values/${environment}.yaml"]');
  });

  it('tells a Helm chart from one of Handlebars', () => {
    const isHelm = (file: string) =>
      existingIn(filesOf({ 'chart/Chart.yaml': '', [`chart/templates/${file}`]: '' }));
    expect(isHelm('a.yaml')).to.have.nested.property('charts[0].isHelm', true);
    expect(isHelm('a.yaml.hbs')).to.have.nested.property('charts[0].isHelm', false);
  });

  it('is a compose file, with variables for each environment', () => {
    const files = written({ 'compose.yaml': 'services: {}\n' });
    expect(files['pilotage.yaml']).to.contain('path: "."\n      values: ["values/${environment}.yaml"]');
    expect(Object.keys(files)).to.include('values/dev.yaml');
  });

  it('is plain manifests, also beside charts, and nothing where there is nothing', () => {
    expect(existingIn(filesOf({ ...CHART, 'k8s/a.yaml': MANIFEST }))).to.deep.equal({
      type: 'manifests',
      path: 'k8s',
    });
    expect(existingIn(filesOf({ 'server.js': '' }))).to.equal(undefined);
  });
});
