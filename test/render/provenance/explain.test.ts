import { expect } from 'chai';
import { formatPlace } from '../../../src/base/place.ts';
import type { ExplainedField } from '../../../src/model/explanation.ts';
import { type Files, rendered } from '../request.ts';

const CHART = 'apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: "7"\n';

const HELPERS = `{{- define "shop.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 -}}
{{- end }}
{{- define "shop.labels" -}}
app: {{ include "shop.name" . }}
tier: {{ .Values.tier | quote }}
{{- end }}
{{- define "shop.image" -}}
{{ .image.repository }}:{{ .image.tag }}
{{- end }}
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.name" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
{{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
{{- end }}
  template:
    metadata:
      annotations: {{- toYaml .Values.annotations | nindent 8 }}
    spec:
      containers:
        - name: web
          image: "{{ include "shop.image" (dict "image" .Values.image) }}"
          args: [serve, "--port={{ .Values.port }}"]
          env:
          {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
          {{- end }}
          {{- with .Values.resources }}
          resources: {{- toYaml . | nindent 12 }}
          {{- end }}
          command:
          {{- range .Values.command }}
            - {{ . }}
          {{- end }}
          workingDir: {{ tpl .Values.dir . }}
`;

const VALUES = `tier: back
replicas: 1
port: 80
autoscaling: {enabled: false}
annotations:
  a: one
  b/c: two
image:
  repository: registry/web
  tag: "1"
env:
  LOG: info
  MODE: fast
resources:
  limits: {memory: 64Mi}
command:
  - node
  - server.js
dir: /srv/{{ .Values.tier }}
`;

const HELM: Files = {
  'Chart.yaml': CHART,
  'values.yaml': VALUES,
  'templates/_helpers.tpl': HELPERS,
  'templates/web.yaml': DEPLOYMENT,
  'prod.yaml': 'replicas: 3\nimage:\n  tag: "2"\n',
};

const HANDLEBARS: Files = {
  'Chart.yaml': CHART,
  'values.yaml': VALUES,
  'templates/_helpers.hbs': `{{#*inline "labels"}}
app: {{Chart.name}}
tier: {{quote Values.tier}}
{{/inline}}
{{#*inline "port"}}--port={{Values.port}}{{/inline}}
`,
  'templates/web.yaml.hbs': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{Chart.name}}
  labels:
    {{> labels}}
spec:
{{#unless Values.autoscaling.enabled}}
  replicas: {{Values.replicas}}
{{/unless}}
  template:
    metadata:
      annotations:
        {{nindent 8 (toYaml Values.annotations)}}
    spec:
      containers:
        - name: web
          image: "{{Values.image.repository}}:{{Values.image.tag}}"
          args: [serve, "{{include "port"}}"]
          env:
          {{#each Values.env as |value name|}}
            - name: {{name}}
              value: {{quote value}}
          {{/each}}
`,
  'prod.yaml': 'replicas: 3\nimage:\n  tag: "2"\n',
};

const PROD = { valuesFiles: ['prod.yaml'] };

/** `WRITER (< CALLER)… | VALUE@PLACE (over PLACE)… | in CONDITION`, as the tables below have it. */
function line({ writers, values, conditions, changes }: ExplainedField): string {
  const written = writers.map(({ place, calledFrom = [] }) =>
    [place, ...calledFrom.map((caller) => caller.place)].map(formatPlace).join(' < '),
  );
  const read = values.map(({ name, place, overrides = [] }) =>
    [`${name}${place ? `@${formatPlace(place)}` : ''}`, ...overrides.map(formatPlace)].join(' over '),
  );
  const within = conditions.map(({ expression }) => `in ${expression}`);
  return [...written, ...read, ...within, ...changes.map(({ by }) => by)].join(' | ');
}

function explained(files: Files, field: string, more = {}): string[] {
  const { explanation } = rendered(files, { ...more, explain: { kind: 'deploy', name: 'shop', field } });
  return (explanation?.fields ?? []).map((one) => `${one.path}: ${line(one)}`);
}

describe('where a field comes from', () => {
  const HELM_CASES: readonly (readonly [field: string, line: string])[] = [
    ['kind', 'templates/web.yaml:2'],
    [
      'spec.replicas',
      'templates/web.yaml:9:16 | Values.replicas@prod.yaml:1 over values.yaml:2 | in if not .Values.autoscaling.enabled',
    ],
    [
      'metadata.name',
      'templates/_helpers.tpl:2:5 < templates/web.yaml:4:12 | Chart.Name | Values.nameOverride',
    ],
    [
      'metadata.labels.app',
      'templates/_helpers.tpl:2:5 < templates/_helpers.tpl:5:9 < templates/web.yaml:6:9 | Chart.Name | Values.nameOverride',
    ],
    [
      'metadata.labels.tier',
      'templates/_helpers.tpl:6:10 < templates/web.yaml:6:9 | Values.tier@values.yaml:1',
    ],
    [
      'spec.template.metadata.annotations["b/c"]',
      'templates/web.yaml:13:24 | Values.annotations."b/c"@values.yaml:7',
    ],
    [
      'spec.template.spec.containers[0].image',
      'templates/_helpers.tpl:9:4 < templates/web.yaml:17:22 | templates/_helpers.tpl:9:28 < templates/web.yaml:17:22 | Values.image.repository@values.yaml:9 | Values.image.tag@prod.yaml:3 over values.yaml:10',
    ],
    ['spec.template.spec.containers[0].args[0]', 'templates/web.yaml:18'],
    ['spec.template.spec.containers[0].args[1]', 'templates/web.yaml:18:36 | Values.port@values.yaml:3'],
    [
      'spec.template.spec.containers[0].env[1].value',
      'templates/web.yaml:22:25 | Values.env.MODE@values.yaml:13 | in range $name, $value := .Values.env',
    ],
    [
      'spec.template.spec.containers[0].resources.limits.memory',
      'templates/web.yaml:25:26 | Values.resources.limits.memory@values.yaml:15 | in with .Values.resources',
    ],
    [
      'spec.template.spec.containers[0].command[1]',
      'templates/web.yaml:29:18 | Values.command[1]@values.yaml:18 | in range .Values.command',
    ],
    ['spec.template.spec.containers[0].workingDir', 'templates/web.yaml:31:26 | Values.tier@values.yaml:1'],
  ];
  for (const [field, expected] of HELM_CASES)
    it(`of a Helm chart: ${field}`, () => {
      expect(explained(HELM, field, PROD)).to.deep.equal([`${field}: ${expected}`]);
    });

  const OWN_CASES: readonly (readonly [field: string, line: string])[] = [
    [
      'spec.replicas',
      'templates/web.yaml.hbs:9:13 | Values.replicas@prod.yaml:1 over values.yaml:2 | in #unless Values.autoscaling.enabled',
    ],
    ['metadata.name', 'templates/web.yaml.hbs:4:9 | Chart.name'],
    [
      'metadata.labels.tier',
      'templates/_helpers.hbs:3:7 < templates/web.yaml.hbs:6:5 | Values.tier@values.yaml:1',
    ],
    [
      'spec.template.metadata.annotations["b/c"]',
      'templates/web.yaml.hbs:14:9 | Values.annotations."b/c"@values.yaml:7',
    ],
    [
      'spec.template.spec.containers[0].image',
      'templates/web.yaml.hbs:18:19 | templates/web.yaml.hbs:18:47 | Values.image.repository@values.yaml:9 | Values.image.tag@prod.yaml:3 over values.yaml:10',
    ],
    [
      'spec.template.spec.containers[0].args[1]',
      'templates/_helpers.hbs:5:27 < templates/web.yaml.hbs:19:26 | Values.port@values.yaml:3',
    ],
    [
      'spec.template.spec.containers[0].env[1].value',
      'templates/web.yaml.hbs:23:22 | Values.env[]@values.yaml:11 | in #each Values.env as |value name|',
    ],
  ];
  for (const [field, expected] of OWN_CASES)
    it(`of an own chart: ${field}`, () => {
      expect(explained(HANDLEBARS, field, PROD)).to.deep.equal([`${field}: ${expected}`]);
    });

  it('of a structured template: the line of the field and its expression', () => {
    const files = {
      ...HANDLEBARS,
      'templates/web.yaml.hbs': '',
      'templates/web.hbs.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: {{Values.replicas}}\n',
    };
    expect(explained(files, 'spec', PROD)).to.deep.equal([
      'spec.replicas: templates/web.hbs.yaml:5:3 | Values.replicas@prod.yaml:1 over values.yaml:2',
    ]);
  });

  it('of a manifest: its line; what Pilotage has changed is said', () => {
    const files = {
      'web.yaml':
        '---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: other}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec: {replicas: 2}\n',
    };
    expect(explained(files, 'spec')).to.deep.equal(['spec.replicas: web.yaml:10:18']);
    expect(explained(files, 'metadata')).to.deep.equal([
      'metadata.name: web.yaml:9:9',
      'metadata.namespace: Pilotage: the namespace of the environment',
    ]);
  });

  it('of a kustomization: the line of the resource, and what has changed the field since', () => {
    const files = {
      'kustomization.yaml': 'resources: [base]\nnamePrefix: a-\nreplicas: [{name: shop, count: 4}]\n',
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec: {replicas: 2, paused: true}\n',
    };
    const { explanation } = rendered(files, { explain: { kind: 'deploy', name: 'a-shop' } });
    expect((explanation?.fields ?? []).map((one) => `${one.path}: ${line(one)}`)).to.deep.equal([
      'apiVersion: base/web.yaml:1:13',
      'kind: base/web.yaml:2:7',
      'metadata.name: base/web.yaml:4:9 | PrefixTransformer',
      'metadata.namespace: Pilotage: the namespace of the environment',
      'spec.paused: base/web.yaml:5:29',
      'spec.replicas: base/web.yaml:5:18 | ReplicaCountTransformer',
    ]);
  });

  it('of a compose project: the line of what the object is made of', () => {
    const files = { 'compose.yaml': 'services:\n  shop:\n    image: nginx:1\n' };
    const [field = ''] = explained(files, 'spec.template.spec.containers[0].image');
    expect(field).to.match(/^spec.template.spec.containers\[0\].image: compose.yaml:\d+/);
  });

  it('hides the values of a Secret, and the values that they are made of', () => {
    const files = {
      'Chart.yaml': CHART,
      'values.yaml': 'password: hunter22\n',
      'templates/a.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  password: {{ .Values.password }}\n',
    };
    const { explanation } = rendered(files, { explain: { kind: 'secret', name: 'db' } });
    expect(JSON.stringify(explanation)).to.contain('Values.password');
    expect(JSON.stringify(explanation)).to.not.contain('hunter22');
  });

  it('hides what a Secret holds where something else is made of it, and all values that are read for a Secret', () => {
    const files = {
      'Chart.yaml': CHART,
      'values.yaml': 'secrets: {db: {user: topsecretuser}}\n',
      'templates/a.yaml':
        '{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {p: "{{ .Values.secrets.db.user }}"}}\n',
      'templates/b.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  annotations:\n    checksum: {{ .Values.secrets | toJson | sha256sum }}\n    user: a-{{ .Values.secrets.db.user }}\n',
    };
    for (const object of [
      { kind: 'secret', name: 'db' },
      { kind: 'configmap', name: 'web' },
    ]) {
      const text = JSON.stringify(rendered(files, { explain: object }).explanation);
      expect(text).to.contain('Values.secrets').and.not.contain('topsecretuser');
    }
  });

  it('knows the paths that there are, where none is the one that was asked for', () => {
    const { explanation } = rendered(HELM, {
      explain: { kind: 'Deployment', name: 'shop', field: 'spec.replica' },
    });
    expect(explanation?.fields).to.deep.equal([]);
    expect(explanation?.known).to.include('spec.replicas');
  });
});
