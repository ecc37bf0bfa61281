import { expect } from 'chai';
import { CHART, type Files, refusal, rendered } from '../request.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';
const names = (files: Files) => rendered(files).manifests.map(({ object }) => object.metadata.name);
const config = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe('a folder of plain manifests', () => {
  it('gives every object of every YAML and JSON file, in the order of the paths', () => {
    expect(
      names({
        'b.yml': `${config('b1')}---\n# nothing\n---\n${config('b2')}`,
        'a/deep/x.yaml': config('x'),
        'c.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
      }),
    ).to.deep.equal(['x', 'b1', 'b2', 'c']);
  });

  it('takes a document in flow style for a manifest as well', () => {
    expect(names({ 'a.yaml': '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n' })).to.deep.equal([
      'a',
    ]);
  });

  it('opens lists', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n`;
    expect(names({ 'a.yaml': text })).to.deep.equal(['a', 'b']);
  });

  it('passes over what is no manifest, and says so', () => {
    const result = rendered({
      'a.yaml': POD,
      'compose.yaml': 'services: {web: {image: x}}\n',
      '.github/workflows/ci.yaml': 'on: push\n',
      'pilotage.yaml': 'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\n',
      'package.json': '{"name": "x"}',
      'tsconfig.json': '{ // a comment\n}',
    });
    expect(result.manifests).to.have.length(1);
    expect(result.warnings.map((w) => [w.reason, w.details])).to.deep.equal([
      ['FilesSkipped', ['compose.yaml']],
    ]);
  });

  it('is refused where kustomizations are below it, with what to write', () => {
    const said = refusal({
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': POD,
      'overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
    });
    expect(said).to.contain('There are kustomizations below the root of the repository');
    expect(said).to.contain('environments: [{name: …, path: overlays/dev}]');
  });

  it('is refused where charts were passed over and nothing is left', () => {
    const said = refusal({ 'web/Chart.yaml': 'name: web\n', 'web/templates/a.yaml': POD });
    expect(said).to.contain('The chart in web was passed over').and.to.contain('chart: web');
  });

  it('names the very line of a misspelt field, and what was meant', () => {
    const text = `${config('a')}---\n# the second\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replcas: 2\n`;
    expect(refusal({ 'a.yaml': text })).to.contain(
      'a.yaml:11: Deployment web: apps/v1 knows no field spec.replcas\n  → Did you mean replicas?',
    );
  });

  it('only warns of a field that is like none: a newer cluster may know it', () => {
    const result = rendered({ 'a.yaml': `${POD}spec:\n  teleportation: true\n` });
    expect(result.manifests).to.have.length(1);
    expect(result.warnings.map(({ reason, place }) => [reason, place?.line])).to.deep.equal([
      ['UnknownField', 5],
    ]);
  });

  it('names the line of an object that has no apiVersion', () => {
    expect(refusal({ 'a.yaml': `${POD}---\n\nkind: Service\nmetadata: {name: b}\n` })).to.contain(
      'a.yaml:6: This Service has no apiVersion',
    );
  });

  it('names file, line and column of what cannot be parsed', () => {
    expect(refusal({ 'a.yaml': `${POD}spec:\n  a: [\n  b: 1\n` })).to.match(/^a\.yaml:[5-7]:\d+: /);
  });

  it('does not swallow a chart that lies inside, and says how to deliver it', () => {
    const { manifests, warnings } = rendered({
      'a.yaml': POD,
      'web/Chart.yaml': CHART,
      'web/templates/x.yaml': config('x'),
    });
    expect(manifests).to.have.length(1);
    expect(warnings[0]?.remedy).to.contain('chart: web');
  });

  it('reads only its own folder', () => {
    const files = { 'k8s/a.yaml': config('a'), 'other/b.yaml': config('b') };
    expect(rendered(files, { path: 'k8s' }).manifests).to.have.length(1);
  });
});

describe('a source that cannot be rendered', () => {
  it('is refused when nothing is there', () => {
    expect(refusal({ 'README.md': '' })).to.contain(
      'neither a chart, a manifest nor a compose file in the root of the repository',
    );
    expect(refusal({ 'README.md': '' }, { path: 'k8s' })).to.contain('There is no folder k8s');
  });
  it('is refused when it is a chart without templates', () => {
    expect(refusal({ 'Chart.yaml': CHART })).to.contain('Chart.yaml: The chart shop has no templates');
  });
  it('is rendered when a chart has templates without any action', () => {
    expect(names({ 'Chart.yaml': CHART, 'templates/a.yaml': config('a') })).to.deep.equal(['a']);
  });

  describe('that names images of pilotage.yaml', () => {
    const images = { web: 'shop/web:abc', 'registry.example.com:5000/shop/job': 'shop/job:def' };
    const imageIn = (text: string) =>
      JSON.stringify(rendered({ 'a.yaml': text }, { images }).manifests[0]?.object).match(/"image":"[^"]*"/g);
    const pod = (image: string) => `${POD}spec: {containers: [{name: a, image: "${image}"}]}\n`;

    it('gets what they were built to, with any tag or none', () => {
      for (const image of ['web', 'web:latest', 'web:1.2', `web@sha256:${'a'.repeat(64)}`])
        expect(imageIn(pod(image)), image).to.deep.equal(['"image":"shop/web:abc"']);
      expect(imageIn(pod('registry.example.com:5000/shop/job:1'))).to.deep.equal(['"image":"shop/job:def"']);
    });

    it('keeps every other image as it is', () => {
      for (const image of ['host', 'nginx:1.27', 'shop/web:1', 'webs', 'constructor'])
        expect(imageIn(pod(image)), image).to.deep.equal([`"image":"${image}"`]);
    });

    it('gets them wherever a kind keeps its containers', () => {
      const spec = '{initContainers: [{name: i, image: web}], containers: [{name: a, image: web}]}';
      const nested = (path: string, kind: string, apiVersion: string) =>
        `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\nspec: ${path.replace('SPEC', spec)}\n`;
      const both = ['"image":"shop/web:abc"', '"image":"shop/web:abc"'];
      for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'])
        expect(imageIn(nested('{template: {spec: SPEC}}', kind, 'apps/v1')), kind).to.deep.equal(both);
      expect(imageIn(nested('{template: {spec: SPEC}}', 'Job', 'batch/v1'))).to.deep.equal(both);
      const cron = '{jobTemplate: {spec: {template: {spec: SPEC}}}}';
      expect(imageIn(nested(cron, 'CronJob', 'batch/v1'))).to.deep.equal(both);
    });

    it('changes nothing of a kind that runs no containers', () => {
      const text = `apiVersion: x.io/v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: web}]}\n`;
      expect(imageIn(text)).to.deep.equal(['"image":"web"']);
    });
  });
});
