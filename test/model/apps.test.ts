import { expect } from 'chai';
import { appsOf, deliveryPaths, isComposeProject, isDeliverable } from '../../src/model/apps.ts';
import { filesOf } from '../fakes/filetree.ts';

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\n';
const name = { delivery: 'shop', environment: 'prod' };

/** `app:folder [values]` of what the conventions find. */
const found = (files: Record<string, string>): string[] =>
  appsOf(undefined, filesOf(files), '', name).map(({ name: app, source, values }) =>
    `${app}:${source.type === 'folder' ? source.path : '?'} ${values.join(',')}`.trim(),
  );

describe('apps by convention', () => {
  it('finds a chart at the root, in chart/, or each one of charts/', () => {
    expect(found({ 'Chart.yaml': '' })).to.deep.equal(['shop:']);
    expect(found({ 'chart/Chart.yaml': '' })).to.deep.equal(['shop:chart']);
    expect(found({ 'charts/a/Chart.yaml': '', 'charts/b/Chart.yaml': '' })).to.deep.equal([
      'a:charts/a',
      'b:charts/b',
    ]);
  });

  it('finds manifests in the folder that holds some', () => {
    expect(found({ 'k8s/a.yaml': MANIFEST, 'deploy/README.md': '' })).to.deep.equal(['shop:k8s']);
    expect(found({ 'a.yaml': MANIFEST })).to.deep.equal(['shop:']);
  });

  it('finds the only chart of a repository, wherever its folder is, and none beside manifests or a second one', () => {
    const chart = { 'web/Chart.yaml': '', 'web/charts/db/Chart.yaml': '', 'web/templates/a.yaml': MANIFEST };
    expect(found(chart)).to.deep.equal(['shop:web']);
    expect(found({ 'deploy/web/Chart.yaml': '', 'deploy/web/templates/a.yaml': MANIFEST })).to.deep.equal([
      'shop:deploy/web',
    ]);
    expect(found({ ...chart, 'a.yaml': MANIFEST })).to.deep.equal(['shop:']);
    expect(found({ ...chart, 'api/Chart.yaml': '' })).to.deep.equal(['shop:']);
    expect(found({ 'web/Chart.yaml': '', 'compose.yaml': '' })).to.deep.equal(['shop:']);
    expect(found({ 'test/fixtures/deep/Chart.yaml': '' })).to.deep.equal(['shop:']);
  });

  it('takes a kustomization for what it is, whatever charts and manifests it has below', () => {
    const files = { 'kustomization.yaml': '', 'charts/db/Chart.yaml': '', 'deploy/a.yaml': MANIFEST };
    expect(found(files)).to.deep.equal(['shop:']);
    expect(found({ ...files, 'chart/Chart.yaml': '' })).to.deep.equal(['shop:']);
    expect(found({ ...files, 'Chart.yaml': '' })).to.deep.equal(['shop:']);
  });

  it('takes the overlay of the environment where kustomizations stand side by side', () => {
    const kustomized = (folder: string) => ({
      [`${folder}base/web.yaml`]: MANIFEST,
      [`${folder}base/kustomization.yaml`]: '',
      [`${folder}overlays/prod/kustomization.yml`]: '',
    });
    expect(found(kustomized(''))).to.deep.equal(['shop:overlays/prod']);
    expect(found(kustomized('deploy/'))).to.deep.equal(['shop:deploy/overlays/prod']);
    expect(found({ ...kustomized(''), 'kustomization.yaml': '' })).to.deep.equal(['shop:']);
    expect(found({ 'base/web.yaml': MANIFEST, 'overlays/dev/kustomization.yaml': '' })).to.deep.equal([
      'shop:',
    ]);
  });

  it('reads the values of the environment where they exist', () => {
    expect(found({ 'chart/Chart.yaml': '', 'values/prod.yaml': '', 'values/dev.yaml': '' })).to.deep.equal([
      'shop:chart values/prod.yaml',
    ]);
  });
});

describe('what can be delivered', () => {
  it('is a tree with a pilotage.yaml, a chart or a manifest', () => {
    expect(isDeliverable(filesOf({ 'pilotage.yaml': '' }))).to.equal(true);
    expect(
      isDeliverable(
        filesOf({ 'chart/Chart.yaml': 'apiVersion: v2\nname: x\n', 'chart/templates/a.yaml.hbs': '' }),
      ),
    ).to.equal(true);
    expect(isDeliverable(filesOf({ 'k8s/a.yaml': MANIFEST }))).to.equal(true);
  });
  it('is not any tree that happens to hold YAML or JSON', () => {
    expect(
      isDeliverable(filesOf({ 'package.json': '{"name":"x"}', '.github/workflows/ci.yaml': MANIFEST })),
    ).to.equal(false);
    expect(isDeliverable(filesOf({ 'README.md': '' }))).to.equal(false);
  });

  it('is a compose project too, unless something was written for a cluster', () => {
    const compose = 'services: {web: {image: web}}\n';
    expect(isDeliverable(filesOf({ 'docker-compose.yml': compose }))).to.equal(true);
    expect(isComposeProject(filesOf({ 'compose.yaml': compose, 'package.json': '{}' }), '')).to.equal(true);
    expect(isComposeProject(filesOf({ 'compose.yaml': compose, 'pilotage.yaml': MANIFEST }), '')).to.equal(
      true,
    );
    for (const file of ['Chart.yaml', 'kustomization.yaml'])
      expect(isComposeProject(filesOf({ 'compose.yaml': compose, [file]: '' }), '')).to.equal(false);
    expect(isComposeProject(filesOf({ 'compose.yaml': compose, 'k8s/a.yaml': MANIFEST }), '')).to.equal(
      false,
    );
  });
});

describe('what is no part of the program', () => {
  const pathsOf = (file: object, files: Record<string, string>): readonly string[] =>
    deliveryPaths({ environments: [], images: {}, warnings: [], ...file }, filesOf(files), '', 'shop');
  const place = { file: 'pilotage.yaml' };
  const app = (path: string, values: string[] = []) => ({
    name: 'web',
    source: { type: 'folder', path },
    values,
    dependsOn: [],
    place,
  });
  const environments = ['dev', 'prod'].map((name) => ({ name }));

  it('is pilotage.yaml, the charts, and the values of every environment', () => {
    expect(
      pathsOf(
        { environments, apps: [app('deploy/chart', ['values/${environment}.yaml'])] },
        { 'deploy/chart/Chart.yaml': '' },
      ),
    ).to.include.members(['pilotage.yaml', 'deploy/chart', 'values/dev.yaml', 'values/prod.yaml']);
  });

  it('is the parts of a chart where the chart stands beside the program', () => {
    expect(pathsOf({ environments }, { 'Chart.yaml': '', 'server.js': '' })).to.include.members([
      'Chart.yaml',
      'templates',
      'values.yaml',
    ]);
  });

  it('is the compose file of a project, not the folders that its images are built from', () => {
    const files = { 'shop/compose.yaml': 'services: {}', 'shop/web/Dockerfile': 'FROM scratch' };
    expect(pathsOf({ environments, apps: [app('shop')] }, files))
      .to.include('shop/compose.yaml')
      .and.not.include('shop');
  });

  it('is every values file of the conventions where no file names the environments', () => {
    const files = {
      'compose.yaml': 'services: {}',
      'values/dev.yaml': '',
      'values/prod.yaml': '',
      'src/values/a.yaml': '',
    };
    const paths = deliveryPaths(undefined, filesOf(files), '', 'shop');
    expect(paths)
      .to.include.members(['values/dev.yaml', 'values/prod.yaml'])
      .and.not.include('src/values/a.yaml');
  });

  it('is never the whole repository', () => {
    expect(pathsOf({ environments }, { 'a.yaml': MANIFEST })).to.deep.equal(['pilotage.yaml']);
  });
});
