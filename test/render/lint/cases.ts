import type { RenderRequest } from '../../../src/render/types.ts';
import { CHART, type Files } from '../request.ts';

/** A chart that one rule finds something in, and what it says, with its place. */
export interface Case {
  readonly files: Files;
  readonly request?: Partial<RenderRequest>;
  readonly finds: readonly string[];
}

const POD = `    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
`;

/** A Deployment; \`container\` and \`pod\` are lines of their specs. */
const deployment = (container = '', pod = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
${POD}${container}${pod}`;

const chart = (template: string, more: Files = {}): Files => ({
  'Chart.yaml': CHART,
  'templates/all.yaml': template,
  ...more,
});

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n';
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n';
const HANDLEBARS = { 'templates/read.yaml.hbs': `${CONFIG}data: {a: "{{Values.host.name}}"}\n` };

/** By the names of rules: each finds what it is for, at its line. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  render: [
    {
      files: chart('', { 'templates/all.yaml.hbs': 'a: 1\nb: {{nothing}}\n' }),
      finds: ['templates/all.yaml.hbs:2:6 nothing is not defined'],
    },
  ],
  'render-warning': [
    {
      files: { 'a.yaml': CONFIG, 'c/Chart.yaml': CHART },
      finds: ['c/Chart.yaml The chart in c was passed over'],
    },
  ],
  'chart-yaml': [
    {
      files: chart(CONFIG, { 'Chart.yaml': 'apiVersion: v2\nname: shop\n' }),
      finds: ['Chart.yaml:1 version must be a semantic version, not null'],
    },
    {
      files: chart(CONFIG, {
        'Chart.yaml': `${CHART}appVersion: 1.10\nsources: [somewhere]\nmaintainers:\n  - email: a\n  - {name: b, email: nobody}\n`,
      }),
      finds: [
        'Chart.yaml:4 appVersion must be text',
        'Chart.yaml:5 somewhere is no URL',
        'Chart.yaml:7 Each maintainer needs a name',
        'Chart.yaml:8 nobody is no address of mail',
      ],
    },
  ],
  'chart-icon': [{ files: chart(CONFIG), finds: ['Chart.yaml:1 Chart.yaml has no icon'] }],
  'chart-dependencies': [
    {
      files: chart(CONFIG, { 'Chart.yaml': `${CHART}dependencies:\n  - {name: db, version: 1.0.0}\n` }),
      finds: ['Chart.yaml The chart depends on db, which is not in its charts/ folder'],
    },
  ],
  'values-schema': [
    {
      files: chart(CONFIG, {
        'values.yaml': 'a: 1\nreplicas: two\n',
        'values.schema.json': '{"properties": {"replicas": {"type": "integer"}}}',
      }),
      finds: ['values.yaml:2 replicas must be an integer, not "two"'],
    },
  ],
  'unknown-value': [
    {
      files: chart('', {
        ...HANDLEBARS,
        'values.yaml': 'host:\n  name: a\n',
        'prod.yaml': 'hots:\n  name: b\nhost: {nmae: c}\n',
      }),
      request: { valuesFiles: ['prod.yaml'] },
      finds: ['prod.yaml:1 The chart knows no value hots', 'prod.yaml:3 The chart knows no value host.nmae'],
    },
  ],
  'unused-value': [
    {
      files: chart('', { ...HANDLEBARS, 'values.yaml': 'host:\n  name: a\n  port: 1\nold: {a: 1}\n' }),
      finds: [
        'values.yaml:3 No template reads the value host.port',
        'values.yaml:4 No template reads the value old',
      ],
    },
  ],
  'yaml-trap': [
    {
      files: chart(CONFIG, {
        'values.yaml': 'country: no\nzip: 01234\nsince: 0089\nmode: "0644"\nflag: true\nquoted: "yes"\n',
      }),
      finds: [
        'values.yaml:1 no is read as false',
        'values.yaml:2 01234 is read as an octal number',
        'values.yaml:3 0089 is text, though it looks like a number',
      ],
    },
    {
      files: chart(CONFIG, { 'values.yaml': 'a: 1\nb:\n\tc: 1\n' }),
      finds: ['values.yaml:3 A tab stands where YAML wants spaces'],
    },
    {
      files: chart(CONFIG, { 'values.yaml': 'a: 1\nb: 2\na: 3\n' }),
      finds: ['values.yaml:3 The key a is given twice: the last one counts'],
    },
  ],
  'kubernetes-schema': [
    {
      files: chart(
        deployment()
          .replace('image: web:1', 'image: web:1\n          ports: [{containerPort: 80, name: A_b}]')
          .replace('spec:\n', 'spec:\n  replicas: two\n'),
      ),
      finds: ['templates/all.yaml:5 Deployment web: spec.replicas: Invalid value: "string"'],
    },
    {
      files: chart(deployment('          ports: [{containerPort: 70000}]\n')),
      finds: [
        'templates/all.yaml:12 Deployment web: spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000',
      ],
    },
    {
      files: chart(
        'apiVersion: batch/v1\nkind: Job\nmetadata: {name: web}\nspec:\n  template:\n    spec: {restartPolicy: Never, containers: [{name: web, image: web:1}]}\n',
      ),
      finds: [],
    },
  ],
  'unknown-field': [
    {
      files: chart(`{{ "" }}${deployment('          imgae: other\n')}`),
      finds: [
        'templates/all.yaml:12 Deployment web: apps/v1 knows no field spec.template.spec.containers[0].imgae',
      ],
    },
  ],
  'removed-api': [
    {
      files: chart(
        'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {}\n',
      ),
      finds: ['templates/all.yaml:1 PodDisruptionBudget web was upgraded from policy/v1beta1'],
    },
  ],
  'duplicate-object': [
    {
      files: chart(`${CONFIG}---\n${CONFIG}data: {a: b}\n`),
      finds: ['templates/all.yaml:5 ConfigMap shop-dev/web is written twice'],
    },
  ],
  'selector-mismatch': [
    {
      files: chart(deployment().replace('labels: {app: web}', 'labels: {app: api}')),
      finds: ['templates/all.yaml:5 Deployment web does not select its own pods'],
    },
  ],
  'service-without-pods': [
    {
      files: chart(`${deployment()}---\n${SERVICE}  selector: {app: wbe}\n`),
      finds: ['templates/all.yaml:18 Service web selects no pods of this app'],
    },
    { files: chart(`${deployment()}---\n${SERVICE}  selector: {app: web}\n---\n${SERVICE}`), finds: [] },
  ],
  'missing-probe': [
    {
      files: chart(deployment('          ports: [{containerPort: 80}]\n')),
      finds: ['templates/all.yaml:10 Deployment web, container web has ports, and no readinessProbe'],
    },
    { files: chart(deployment()), finds: [] },
  ],
  'missing-resources': [
    {
      files: chart(deployment('          resources: {requests: {cpu: 1}}\n')),
      finds: [
        'templates/all.yaml:12 Deployment web, container web does not set requests.memory, limits.memory',
      ],
    },
    {
      files: chart(deployment('          resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}\n')),
      finds: [],
    },
  ],
  'missing-labels': [
    {
      files: chart(
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  labels: {app.kubernetes.io/name: web}\n',
      ),
      finds: ['templates/all.yaml:5 ConfigMap web has no label app.kubernetes.io/instance'],
    },
  ],
  'image-tag': [
    {
      files: chart(deployment().replace('web:1', 'registry:5000/web')),
      finds: [
        'templates/all.yaml:11 Deployment web, container web: the image registry:5000/web has neither tag nor digest',
      ],
    },
    {
      files: chart(deployment().replace('web:1', 'web:latest')),
      finds: ['templates/all.yaml:11 Deployment web, container web: the image web:latest has the tag latest'],
    },
    {
      files: chart(deployment().replace('web:1', 'web')),
      request: { images: { web: 'shop/web:1' } },
      finds: [],
    },
  ],
  privileged: [
    {
      files: chart(deployment('          securityContext:\n            privileged: true\n')),
      finds: ['templates/all.yaml:13 Deployment web, container web is privileged'],
    },
  ],
  'privilege-escalation': [
    {
      files: chart(deployment('          securityContext: {allowPrivilegeEscalation: true}\n')),
      finds: ['templates/all.yaml:12 Deployment web, container web allows privilege escalation'],
    },
  ],
  'run-as-root': [
    {
      files: chart(deployment('', '      securityContext: {runAsUser: 0}\n')),
      finds: ['templates/all.yaml:12 Deployment web, container web runs as root: runAsUser: 0'],
    },
    {
      files: chart(
        deployment('          securityContext: {runAsUser: 7}\n', '      securityContext: {runAsUser: 0}\n'),
      ),
      finds: [],
    },
  ],
  'host-path': [
    {
      files: chart(
        deployment('', '      volumes:\n        - name: data\n          hostPath: {path: /data}\n'),
      ),
      finds: ['templates/all.yaml:14 Deployment web: the volume data is /data of the node'],
    },
  ],
  'host-namespace': [
    {
      files: chart(deployment('', '      hostNetwork: true\n')),
      finds: ['templates/all.yaml:12 Deployment web sets hostNetwork'],
    },
  ],
  'plain-secret': [
    {
      files: chart(
        deployment(
          '          env:\n            - {name: DB_PASSWORD, value: hunter2}\n            - {name: TOKEN, value: $(OTHER)}\n            - {name: SECRET, valueFrom: {secretKeyRef: {name: a, key: b}}}\n',
        ),
      ),
      finds: [
        'templates/all.yaml:13 Deployment web, container web: the variable DB_PASSWORD holds its secret in plain text',
      ],
    },
  ],
};
