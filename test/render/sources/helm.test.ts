import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import { TAR_END, tarEntry } from '../../../src/base/tar.ts';
import { CHART, type Files, render, rendered } from '../request.ts';
import { tree } from '../tree.ts';

const config = (name: string, data = '{}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: ${data}\n`;
const GO = '{{ .Release.Name }}';

describe('a Helm chart that is delivered', () => {
  it('gives objects with the line of the template that wrote each, helpers among them', () => {
    const { manifests } = rendered(
      {
        'c/Chart.yaml': CHART,
        'c/values.yaml': 'names: [a, b]\n',
        'c/templates/all.yaml': `{{ range .Values.names }}\n---\n${config('{{ . }}')}{{ end }}\n{{ template "more" . }}`,
        'c/templates/_more.tpl': `{{ define "more" }}\n---\n# more\n${config(GO)}{{ end }}`,
      },
      { path: 'c' },
    );
    expect(manifests.map(({ object, origin }) => [object.metadata.name, origin])).to.deep.equal([
      ['a', { file: 'c/templates/all.yaml', line: 3 }],
      ['b', { file: 'c/templates/all.yaml', line: 3 }],
      ['web', { file: 'c/templates/_more.tpl', line: 4 }],
    ]);
  });

  it('sees the app as its release, the cluster, its values files and what is set', () => {
    const files = {
      'Chart.yaml': CHART,
      'values.yaml': 'a: 1\nb: 1\nc: 1\n',
      'env/dev.yaml': 'b: 2\nc: 2\n',
      'templates/a.yaml': config(
        `${GO}-${'{{ .Release.Namespace }}'}`,
        '{all: "{{ .Values.a }}{{ .Values.b }}{{ .Values.c }} {{ .Release.Service }} {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "shop.dev/v1" }}"}',
      ),
    };
    const { manifests } = rendered(files, {
      valuesFiles: ['env/dev.yaml'],
      overrides: { c: 3 },
      capabilities: { kubeVersion: 'v1.35.0', apiVersions: ['shop.dev/v1'] },
    });
    expect(manifests[0]?.object.metadata.name).to.equal('web-shop-dev');
    expect(manifests[0]?.object.data).to.deep.equal({ all: '123 Helm v1.35.0 true' });
  });

  it('is known by any action in any file of its templates or of those below, whatever the name of the file', () => {
    const json = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}"}}';
    const charts: readonly (readonly [Files, RegExp])[] = [
      [{ 'templates/a.yaml': config('a-{{ lower (randAlphaNum 5) }}') }, /^a-[a-z0-9]{5}$/],
      [{ 'templates/a.json': json }, /^web$/],
      [
        {
          'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
          'charts/db/templates/a.yaml': config('{{ print "db" }}'),
        },
        /^db$/,
      ],
    ];
    for (const [files, name] of charts)
      expect(rendered({ 'Chart.yaml': CHART, ...files }).manifests[0]?.object.metadata.name).to.match(name);
  });

  it('is none of Helm where templates of Handlebars lie beside a file that holds braces', () => {
    const { manifests } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml.hbs': config('{{Release.Name}}'),
      'templates/rule.yaml': config('rule', '{text: "{{ $labels.instance }} is down"}'),
    });
    expect(manifests.map(({ object }) => [object.metadata.name, object.data])).to.deep.equal([
      ['web', {}],
      ['rule', { text: '{{ $labels.instance }} is down' }],
    ]);
  });

  it('sees the APIs that its cluster serves with their kinds, and those that Helm assumes only where no cluster is asked', () => {
    const asked = ['policy/v1beta1', 'networking.k8s.io/v1', 'networking.k8s.io/v1/Ingress'];
    const has = (name: string): string => `'{{ .Capabilities.APIVersions.Has "${name}" }}'`;
    const files = {
      'Chart.yaml': CHART,
      'templates/a.yaml': config('a', `[${asked.map(has).join(', ')}]`),
    };
    const seen = (apiVersions: readonly string[]) =>
      rendered(files, { capabilities: { kubeVersion: 'v1.33.0', apiVersions } }).manifests[0]?.object.data;
    const served = ['networking.k8s.io/v1', 'networking.k8s.io/v1/Ingress'];
    expect(seen(served)).to.deep.equal(['false', 'true', 'true']);
    expect(seen([])).to.deep.equal(['true', 'true', 'false']);
  });

  it('brings crds/ before all else, once each, and its notes', () => {
    const crd =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.shop.dev}\n';
    const { manifests, notes } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': config(GO),
      'templates/NOTES.txt': `Thanks, ${GO}.\n`,
      'crds/a.yaml': crd,
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
      'charts/db/crds/a.yaml': crd,
      'charts/db/templates/NOTES.txt': 'never shown',
    });
    expect(manifests.map(({ object }) => object.kind)).to.deep.equal([
      'CustomResourceDefinition',
      'ConfigMap',
    ]);
    expect(notes).to.equal('Thanks, web.\n');
  });

  it('keeps hooks as objects with their annotations, but none that an object of its own is, and none without a name', () => {
    const hook = (name: string): string =>
      `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  ${name}\n  annotations: {helm.sh/hook: pre-install}\n`;
    const { manifests, warnings } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${GO}}\n`,
      'templates/hooks.yaml': [hook(`name: ${GO}`), hook('name: migrate'), hook('generateName: test-')].join(
        '---\n',
      ),
    });
    expect(manifests.map(({ object }) => [object.metadata.name, object.metadata.annotations])).to.deep.equal([
      ['web', undefined],
      ['migrate', { 'helm.sh/hook': 'pre-install' }],
    ]);
    expect(warnings.map(({ reason }) => reason)).to.deep.equal(['HookLeftOut']);
  });

  it('keeps hooks of one name that run at different events', () => {
    const hook = (event: string): string =>
      `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: migrate, annotations: {helm.sh/hook: ${event}}}\n`;
    const { manifests } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': [config(GO), hook('pre-install'), hook('pre-upgrade'), hook('pre-upgrade')].join(
        '---\n',
      ),
    });
    const events = manifests.map(({ object }) => object.metadata.annotations?.['helm.sh/hook']);
    expect(events).to.deep.equal([undefined, 'pre-install', 'pre-upgrade']);
  });

  it('never prunes what says helm.sh/resource-policy: keep', () => {
    const { manifests } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: ${GO}, annotations: {helm.sh/resource-policy: keep}}\n`,
    });
    expect(manifests[0]?.object.metadata.annotations).to.deep.include({ 'pilotage.dev/prune': 'keep' });
  });

  it('names hooks of events that Helm does not know, which it leaves out', () => {
    const annotated = (name: string, annotation: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  annotations: {helm.sh/hook: ${annotation}}\n`;
    const { manifests, warnings } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': [config(GO), annotated('typo', 'pre-instal'), annotated('flag', 'true')].join(
        '---\n',
      ),
    });
    expect(manifests.map(({ object }) => object.metadata.name)).to.deep.equal(['web']);
    expect(warnings.map(({ reason }) => reason)).to.deep.equal(['HookLeftOut', 'HookLeftOut']);
    const [typo, flag] = warnings.map(formatProblem);
    expect(typo).to.contain(
      'templates/a.yaml:7: The Secret typo of shop/templates/a.yaml has helm.sh/hook: pre-instal',
    );
    expect(flag).to.contain('The Secret flag of shop/templates/a.yaml has helm.sh/hook: true');
  });

  it('leaves a resource policy that is no text to the cluster', () => {
    const { manifests } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: ${GO}, annotations: {helm.sh/resource-policy: true}}\n`,
    });
    expect(manifests[0]?.object.metadata.annotations).to.deep.equal({ 'helm.sh/resource-policy': true });
  });

  it('is one too when only its packed charts have templates', () => {
    const files = [
      {
        type: 'file',
        path: 'db/Chart.yaml',
        mode: 0o644,
        bytes: Buffer.from('apiVersion: v2\nname: db\nversion: 1.0.0\n'),
      },
      { type: 'file', path: 'db/templates/a.yaml', mode: 0o644, bytes: Buffer.from(config(GO)) },
    ] as const;
    const packed = gzipSync(Buffer.concat([...files.flatMap((entry) => tarEntry(entry)), TAR_END]));
    const read = tree({ 'Chart.yaml': CHART });
    const { manifests } = rendered({
      ...read,
      paths: ['Chart.yaml', 'charts/db-1.0.0.tgz'],
      read: (path) => (path.endsWith('.tgz') ? new Uint8Array(packed) : read.read(path)),
      digest: (path) => (path.endsWith('.tgz') ? 'packed' : read.digest(path)),
    });
    expect(manifests.map(({ origin }) => origin)).to.deep.equal([
      { file: 'charts/db-1.0.0.tgz/db/templates/a.yaml', line: 1 },
    ]);
  });

  it('renders fields that no schema knows and keys that are given twice, as Helm does, and says so', () => {
    const { manifests, warnings } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': `apiVersion: v1\nkind: Service\nmetadata: {name: ${GO}, name: last}\nspec:\n  selectr: {}\n`,
    });
    expect(manifests[0]?.object.metadata.name).to.equal('last');
    expect(warnings.map(formatProblem).join()).to.contain(
      'templates/a.yaml:5: Service last: v1 knows no field spec.selectr',
    );
  });

  it('gives the same twice, and leaves the values that it shares as they were', () => {
    const files = {
      'Chart.yaml': CHART,
      'values.yaml': 'a: {b: 1}\n',
      'templates/a.yaml': `{{- $_ := set .Values.a "b" (add1 .Values.a.b) }}\n${config(GO, '{b: "{{ .Values.a.b }}"}')}`,
    };
    expect(render(files)).to.deep.equal(render(files));
    expect(rendered(files).manifests[0]?.object.data).to.deep.equal({ b: '2' });
  });

  it('says what its lock and its ranges have against the charts that are there', () => {
    const { warnings } = rendered({
      'Chart.yaml': `${CHART}dependencies:\n  - {name: db, version: ^2.0.0, repository: ""}\n`,
      'Chart.lock': 'dependencies:\n  - {name: db, version: 2.1.0}\n',
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
      'templates/a.yaml': config(GO),
    });
    const text = warnings.map(formatProblem).join('\n');
    expect(text).to.contain('Chart.lock: Chart.lock says db 2.1.0, but charts/ holds 1.0.0');
    expect(text).to.contain('Chart.yaml:5: Chart.yaml asks for db ^2.0.0, but charts/ holds 1.0.0');
  });
});
