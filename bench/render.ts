/** Rendering of charts: warm in one process, as the daemon's workers do it, and as the command does it. */
import { systemChance } from '../src/render/chance.ts';
import { handlebars } from '../src/render/handlebars/engine.ts';
import { treeOf } from '../src/render/pool/wire.ts';
import { renderInline } from '../src/render/render.ts';
import type { RenderRequest } from '../src/render/types.ts';
import { median, report } from './support/figures.ts';

const VALUES = `replicas: 3
port: 8080
image: {repository: registry.example/web, tag: "1.2.3"}
resources:
  requests: {cpu: 100m, memory: 64Mi}
  limits: {memory: 128Mi}
env: {LOG_LEVEL: info, REGION: eu, CACHE: "on"}
`;
const LABELS = `app.kubernetes.io/name: {{Chart.name}}
app.kubernetes.io/instance: {{Release.Name}}
app.kubernetes.io/version: {{quote Chart.version}}
`;
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{Release.Name}}-INDEX
  labels:
    {{> labels}}
spec:
  replicas: {{Values.replicas}}
  selector:
    matchLabels:
      {{> labels}}
  template:
    metadata:
      labels:
        {{> labels}}
    spec:
      containers:
        - name: web
          image: {{Values.image.repository}}:{{Values.image.tag}}
          ports: [{containerPort: {{Values.port}} }]
          {{#if Values.env}}
          env:
            {{#each Values.env as |value name|}}
            - {name: {{name}}, value: {{quote value}} }
            {{/each}}
          {{/if}}
          readinessProbe:
            httpGet: {path: /, port: {{Values.port}} }
          resources: {{nindent 12 (toYaml Values.resources)}}
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{Release.Name}}-INDEX
  labels:
    {{> labels}}
spec:
  selector:
    {{> labels}}
  ports:
    - {port: 80, targetPort: {{Values.port}} }
`;

for (const templates of [20, 100]) {
  const request = requestOf(templates);
  const [first = Number.NaN] = took(() => render(request));
  for (let i = 0; i < 60; i++) render(request);
  const warm = Array.from({ length: 100 }, () => took(() => render(request)));
  report(`render of ${templates} templates, warm`, median(warm.map(([ms]) => ms)), 'ms', {
    target: templates === 20 ? '< 2' : '< 20',
    first: Math.round(first),
    cpu: Math.round(median(warm.map(([, cpu]) => cpu)) * 10) / 10,
  });
}

const releases = requestOf(20);
const [all, cpu] = took(() => {
  for (let i = 0; i < 1000; i++) render({ ...releases, app: `release-${i}`, namespace: `release-${i}` });
});
report('1,000 releases of one chart of 20 templates', all, 'ms', { target: '< 2000', cpu: Math.round(cpu) });

function render(request: RenderRequest): void {
  const result = renderInline(request, handlebars, systemChance);
  if (!result.ok) throw new Error(result.problems[0].message);
}

/** Milliseconds, and those of CPU, which other work on the machine changes less. */
function took(work: () => void): readonly [ms: number, cpu: number] {
  const start = performance.now();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return [performance.now() - start, (user + system) / 1000];
}

/** A chart of Deployments and Services, half of each, with labels from a helper. */
function requestOf(count: number): RenderRequest {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'values.yaml': VALUES,
    'templates/_labels.hbs': LABELS,
    ...Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `templates/${i}.yaml.hbs`,
        (i % 2 === 0 ? DEPLOYMENT : SERVICE).replaceAll('INDEX', String(i)),
      ]),
    ),
  };
  return {
    tree: treeOf(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))),
    path: '',
    app: 'web',
    namespace: 'shop-dev',
    delivery: 'shop',
    environment: 'dev',
    revision: '0123456789abcdef0123456789abcdef01234567',
    valuesFiles: [],
    images: {},
    capabilities: { kubeVersion: 'v1.35.0', apiVersions: ['v1', 'apps/v1'] },
  };
}
