import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import { TAR_END, tarEntry } from '../../../src/base/tar.ts';
import { CHART, type Files, refusal, render, rendered } from '../request.ts';
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

  it('never prunes what says helm.sh/resource-policy: keep', () => {
    const { manifests } = rendered({
      'Chart.yaml': CHART,
      'templates/a.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: ${GO}, annotations: {helm.sh/resource-policy: keep}}\n`,
    });
    expect(manifests[0]?.object.metadata.annotations).to.deep.include({ 'pilotage.dev/prune': 'keep' });
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

describe('a Helm chart that cannot be rendered', () => {
  /** [what is wrong, files over a chart that is right, what is said, line by line]. */
  const CASES: readonly (readonly [string, Files, readonly string[]])[] = [
    [
      'a template that asks nothing for a member names the path, the calls and the files that could set it',
      {
        'values.yaml': 'image: {tag: "1"}\n',
        'templates/a.yaml': 'a: {{ include "x" . }}\n',
        'templates/_x.tpl': '{{ define "x" }}\n{{ .Values.imge.tag }}{{ end }}',
      },
      [
        'templates/_x.tpl:2:11: nil pointer evaluating interface {}.tag',
        'at {{ .Values.imge.tag }}',
        'called from templates/a.yaml:1:7: {{ include "x" . }}',
        'Values.imge.tag is not set',
        'Did you mean image? Set imge in values.yaml.',
      ],
    ],
    [
      'what the chart says itself is what is said, with the values that it speaks of',
      {
        'values.yaml': 'a: 1\nname: ""\n',
        'templates/a.yaml': '\n{{ required "Give it a name" .Values.name }}',
      },
      ['templates/a.yaml:2:4: Give it a name', 'Values.name is "" (values.yaml:2)'],
    ],
    [
      'a template that is none is refused with its line',
      { 'templates/a.yaml': 'a: b\nb: {{ .Values.a' },
      ['templates/a.yaml:2', 'unclosed action'],
    ],
    [
      'output that is no YAML is shown',
      { 'templates/a.yaml': `a: ${GO}\n b: 1\n` },
      ['templates/a.yaml:2', 'rendered:', '> 2 |  b: 1'],
    ],
    [
      'a tab is refused where YAML has none',
      { 'templates/a.yaml': `a: ${GO}\nb:\n\tc: 1\n` },
      ['templates/a.yaml:3'],
    ],
    [
      'recursion ends',
      { 'templates/a.yaml': '{{ include "x" . }}{{ define "x" }}{{ include "x" . }}{{ end }}' },
      ['templates/a.yaml:1'],
    ],
    [
      'a value that the schema forbids is shown at the line that set it',
      {
        'values.yaml': '\nreplicas: two\n',
        'values.schema.json':
          '{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"replicas": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}}}',
      },
      ['values.yaml:2: replicas must be an integer, not "two"'],
    ],
    [
      'values of a chart below are checked by its own schema',
      {
        'values.yaml': 'db: {size: 0}\n',
        'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
        'charts/db/values.schema.json': '{"properties": {"size": {"minimum": 1}}}',
      },
      ['values.yaml:1: size must be >= 1, but is 0'],
    ],
    [
      'a chart that is missing is named with what to do',
      {
        'Chart.yaml': `${CHART}dependencies:\n  - {name: db, version: 1.0.0, repository: https://charts.example.com}\n`,
      },
      [
        'Chart.yaml:5: The chart depends on db 1.0.0 from https://charts.example.com, which is not in charts/',
        'helm dependency update',
      ],
    ],
    [
      'a release of Kubernetes that the chart does not know is refused',
      { 'Chart.yaml': `${CHART}kubeVersion: "<1.20"\n` },
      ['requires Kubernetes <1.20, but the cluster has v1.35.0'],
    ],
    ['a library chart is no app', { 'Chart.yaml': `${CHART}type: library\n` }, ['shop is a library chart']],
    [
      'a version that is none is refused with its line',
      { 'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: one\n' },
      ['Chart.yaml:3: "one" is not a version'],
    ],
    [
      'two dependencies of one name are refused',
      {
        'Chart.yaml': `${CHART}dependencies:\n  - {name: db, version: 1.0.0}\n  - {name: db, version: 2.0.0}\n`,
      },
      ['Chart.yaml:6: Two dependencies are called db'],
    ],
    [
      'values that are no map are refused',
      { 'values.yaml': '- a\n' },
      ['values.yaml:1: values.yaml holds a list'],
    ],
    [
      'values that are no YAML are refused with the line',
      { 'values.yaml': 'a: 1\nb: [\n' },
      ['values.yaml:'],
    ],
    [
      'aliases that stand for too much are refused',
      {
        'values.yaml': `a: &a [${'x,'.repeat(50)}]\n${Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i]}: &${'bcdefghij'[i]} [${`*${'abcdefghi'[i]},`.repeat(50)}]`).join('\n')}\n`,
      },
      ['values.yaml'],
    ],
    [
      'a values file that is not there is named',
      {},
      ['env/missing.yaml: There is no values file env/missing.yaml'],
    ],
  ];
  for (const [title, files, expected] of CASES)
    it(title, () => {
      const whole = { 'Chart.yaml': CHART, 'templates/z.yaml': config(GO), ...files };
      const text = refusal(
        whole,
        Object.keys(files).length === 0 ? { valuesFiles: ['env/missing.yaml'] } : {},
      );
      for (const line of expected) expect(text).to.contain(line);
    });

  it('takes marks of byte order, line ends of Windows and keys such as __proto__ as they come', () => {
    const { manifests } = rendered({
      'Chart.yaml': `\uFEFF${CHART.replaceAll('\n', '\r\n')}`,
      'values.yaml': '\uFEFF__proto__: {polluted: yes}\r\na: 1\r\n',
      'templates/a.yaml': `\uFEFF${config(GO, '{p: "{{ .Values.__proto__.polluted }}{{ .Values.a }}"}').replaceAll('\n', '\r\n')}`,
    });
    expect(manifests[0]?.object.data).to.deep.equal({ p: 'true1' });
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
  });
});
