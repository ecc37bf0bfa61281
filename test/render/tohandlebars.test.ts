import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import { words } from '../../src/render/handlebars/compiled.ts';
import { functionNames } from '../../src/render/helm/basefunctions.ts';
import { toHandlebars } from '../../src/render/tohandlebars/chart.ts';
import { CHART, type Files, rendered } from './request.ts';
import { tree } from './tree.ts';

const LANGUAGES = { functions: functionNames(4), helpers: words.helpers };
const translate = (files: Files) => toHandlebars(tree({ 'Chart.yaml': CHART, ...files }), LANGUAGES);
function translated(files: Files): Files {
  const result = translate(files);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
}
/** The problems of a template, each as a line. */
function refused(template: string, more: Files = {}): readonly string[] {
  const result = translate({ 'templates/a.yaml': template, ...more });
  if (result.ok) throw new Error(`translated to ${result.value['templates/a.yaml.hbs']}`);
  return result.problems.map((problem) => formatProblem(problem).split('\n')[0] ?? '');
}

/** What is written in Go's language, and what becomes of it. */
const LINES: readonly (readonly [go: string, handlebars: string])[] = [
  ['a: {{ .Values.a.b }}', 'a: {{Values.a.b}}'],
  ['a: {{ .Values.a | default "x" | quote }}', 'a: {{quote (default "x" Values.a)}}'],
  ['a: {{ printf "%s-%d" .Release.Name 3 }}', 'a: {{printf "%s-%d" Release.Name 3}}'],
  ['a: {{ (index .Values.l 0).name }}', 'a: {{get (index Values.l 0) "name"}}'],
  ['a: {{ index .Values.m "a-b" }}', 'a: {{index Values.m "a-b"}}'],
  ['a: {{ .Files.Get "x.txt" | quote }}', 'a: {{quote (filesGet "x.txt")}}'],
  ['a: {{ tpl .Values.t $ }}', 'a: {{tpl Values.t}}'],
  ['a: {{ .Release.Service }}', 'a: Helm'],
  ['a: {{ "{{x}}" }}', 'a: \\{{x}}'],
  ['{{ $n := .Values.n }}a: {{ $n }}-{{ $n.b }}', 'a: {{Values.n}}-{{Values.n.b}}'],
  [
    'a: {{ range .Values.l }}{{ .x }}{{ $.Values.y }}{{ end }}',
    'a: {{#each Values.l}}{{this.x}}{{Values.y}}{{/each}}',
  ],
  [
    'a: {{ range $k, $v := .Values.m }}{{ $k }}={{ $v.b }}{{ end }}',
    'a: {{#each Values.m as |v k|}}{{k}}={{v.b}}{{/each}}',
  ],
  [
    'a: {{ if not .Values.a }}1{{ else if eq .Values.b 2 }}2{{ else }}3{{ end }}',
    'a: {{#if (not Values.a)}}1{{else}}{{#if (eq Values.b 2)}}2{{else}}3{{/if}}{{/if}}',
  ],
  [
    'a:\n  {{- with .Values.a }}\n  b: {{ . }}\n  {{- end }}\nc: 1',
    'a:\n  {{#with Values.a}}\n  b: {{this}}\n  {{/with}}\nc: 1',
  ],
  ['{{- if .Values.a }}\na: 1\n{{- end }}', '{{#if Values.a}}\na: 1\n{{/if}}'],
];

describe('a Helm chart as a chart of Handlebars', () => {
  for (const [go, handlebars] of LINES)
    it(`is ${JSON.stringify(handlebars)} for ${JSON.stringify(go)}`, () => {
      expect(translated({ 'templates/a.yaml': go })['templates/a.yaml.hbs']).to.equal(`${handlebars}\n`);
    });

  const HELPERS = `{{/* lost */}}
{{- define "shop.labels" -}}
app: {{ .Chart.Name }}
{{- if .Values.team }}
team: {{ .Values.team }}
{{- end }}
{{- end }}
{{- define "shop.port" }}{{ .name }}: {{ .port | int }}{{ end }}
`;
  const CHART_OF_HELM: Files = {
    'values.yaml': 'team: a\nports: [{name: http, port: 80}]\n',
    'templates/_helpers.tpl': HELPERS,
    'templates/a.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  labels:
    {{- include "shop.labels" . | nindent 4 }}
data:
  {{- range .Values.ports }}
  {{ template "shop.port" . }}
  {{- end }}
  about: |
    {{- printf "%s\\t." .Release.Name | nindent 4 }}
`.replace('\\t', ''),
  };

  it('hands what is defined the context that it needs, and indents it as a partial', () => {
    const files = translated(CHART_OF_HELM);
    expect(files['templates/_helpers.hbs']).to.contain(
      '{{#*inline "shop.labels"}}\napp: {{Chart.Name}}\n{{#if Values.team}}\nteam: {{Values.team}}\n{{/if}}\n{{/inline}}',
    );
    expect(files['templates/_helpers.hbs']).to.contain('{{this.name}}: {{int this.port}}');
    expect(files['templates/a.yaml.hbs'])
      .to.contain('  labels:\n    {{> shop.labels}}\n')
      .and.contain('{{include "shop.port" this}}');
  });

  it('renders to the same', () => {
    const helm = rendered({ 'Chart.yaml': CHART, ...CHART_OF_HELM }).manifests.map(({ object }) => object);
    const made = rendered(translated(CHART_OF_HELM)).manifests.map(({ object }) => object);
    expect(made).to.deep.equal(helm);
    expect(JSON.stringify(made)).to.contain('"labels":{"app":"shop","team":"a"}').and.contain('"http":80');
  });

  it('names every place that has no equal, with its line', () => {
    expect(
      refused('a: 1\nb: {{ $x := 1 }}{{ $x = 2 }}\n', {
        'templates/b.yaml': '{{ range .Values.a }}{{ break }}{{ end }}',
      }),
    ).to.deep.equal([
      'templates/a.yaml:2: $x = 2: Handlebars sets no variables',
      'templates/b.yaml:1: Handlebars has no break',
    ]);
    expect(refused('{{ include (print .Template.BasePath "/b.yaml") . }}')[0]).to.contain(
      'must be written out',
    );
    expect(refused('{{ .Values.a | replace "\\n" "" }}')[0]).to.contain(
      '"\\n" cannot be quoted in Handlebars',
    );
    expect(refused('{{ $p := randAlphaNum 8 }}{{ $p }}{{ $p }}')[0]).to.contain('made anew at each use');
    expect(
      refused('{{ with .Values.a }}{{ $x := .b }}{{ with .c }}{{ $x }}{{ end }}{{ end }}')[0],
    ).to.contain('$x speaks of the context of another block');
    expect(refused('{{ call .Values.f }}')[0]).to.contain('the function call has no helper');
    expect(refused('a: {{ if }}')[0]).to.contain('templates/a.yaml');
    expect(refused('a: 1', { 'charts/db/Chart.yaml': '' })[0]).to.contain(
      'charts/db/Chart.yaml: Charts that a chart depends on are not translated',
    );
  });
});
