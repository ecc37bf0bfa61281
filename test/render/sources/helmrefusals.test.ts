import { expect } from 'chai';
import { CHART, type Files, refusal, rendered } from '../request.ts';

const config = (name: string, data = '{}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: ${data}\n`;
const GO = '{{ .Release.Name }}';

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
        'Run pilotage chart dependency update . and commit charts/: a delivery fetches no charts.',
      ],
    ],
    [
      'a chart that is locked and missing is named with what to do',
      {
        'Chart.yaml': `${CHART}dependencies:\n  - {name: db, version: 1.0.0, repository: https://charts.example.com}\n`,
        'Chart.lock': 'dependencies:\n- {name: db, version: 1.0.0, repository: https://charts.example.com}\n',
      },
      ['which is not in charts/', 'Run pilotage chart dependency build . and commit charts/'],
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

  it('says which file made a map of the chart something else', () => {
    const said = refusal(
      {
        'Chart.yaml': CHART,
        'values.yaml': 'service:\n  port: 80\n',
        'values/dev.yaml': 'a: 1\nservice: 8080\n',
        'templates/a.yaml': 'a: {{ .Values.service.port }}\n',
      },
      { valuesFiles: ['values/dev.yaml'] },
    );
    expect(said).to.contain('→ values/dev.yaml:2 makes service a number; a map is meant.');
  });
});
