import { expect } from 'chai';
import { BUILTIN_KINDS } from '../../../src/kube/kinds/builtin.ts';
import { applyDefaults } from '../../../src/kube/rules/defaults.ts';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import { builtinKinds, builtinSchema, builtinType, type Schema } from '../../../src/kube/schema/schema.ts';
import { deepFreeze, isObject } from '../../../src/kube/values/equal.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';

const schemaOf = (apiVersion: string, kind: string): Schema => {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const schema = builtinSchema({ group, version: version ?? '', kind });
  if (!schema) throw new Error(`no schema of ${apiVersion} ${kind}`);
  return schema;
};

function defaulted(text: string): KubeObject {
  const parsed = parseYaml(text, 'case');
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  const object = deepFreeze(parsed.value) as unknown as KubeObject;
  const schema = schemaOf(object.apiVersion, object.kind);
  const result = deepFreeze(applyDefaults(schema, object));
  expect(applyDefaults(schema, result), 'law: again changes nothing').to.equal(result);
  return result;
}

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, creationTimestamp: null}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "web:1", ports: [{containerPort: 80}], readinessProbe: {httpGet: {port: 80}, timeoutSeconds: 0}, resources: {limits: {cpu: 0.5, memory: 1024Mi}}}
      volumes: [{name: tmp}, {name: config, configMap: {name: web}}]
`;

describe('defaults', () => {
  it('complete a Deployment as kube-apiserver does', () => {
    expect(defaulted(DEPLOYMENT)).to.deep.equal({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              {
                name: 'web',
                image: 'web:1',
                imagePullPolicy: 'IfNotPresent',
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
                ports: [{ containerPort: 80, protocol: 'TCP' }],
                readinessProbe: {
                  httpGet: { port: 80, path: '/', scheme: 'HTTP' },
                  timeoutSeconds: 1,
                  periodSeconds: 10,
                  successThreshold: 1,
                  failureThreshold: 3,
                },
                resources: { limits: { cpu: '500m', memory: '1Gi' } },
              },
            ],
            volumes: [
              { name: 'tmp', emptyDir: {} },
              { name: 'config', configMap: { name: 'web', defaultMode: 420 } },
            ],
            restartPolicy: 'Always',
            dnsPolicy: 'ClusterFirst',
            schedulerName: 'default-scheduler',
            securityContext: {},
            terminationGracePeriodSeconds: 30,
          },
        },
      },
      status: {},
    });
  });
  it('leave the rolling parameters away from a Recreate strategy', () => {
    const object = defaulted(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {strategy: {type: Recreate}}}`,
    );
    expect(object).to.have.nested.property('spec.strategy').that.deep.equals({ type: 'Recreate' });
  });
  it('pull a latest image always, and any other when it is absent', () => {
    const policy = (image: string) => {
      const pod = defaulted(
        `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: "${image}"}]}}`,
      );
      return (pod.spec as { containers: [{ imagePullPolicy: string }] }).containers[0].imagePullPolicy;
    };
    expect(['web', 'web:latest', 'host:5000/web'].map(policy)).to.deep.equal(['Always', 'Always', 'Always']);
    expect(['web:1', 'host:5000/web:1', `web@sha256:${'0'.repeat(64)}`].map(policy)).to.deep.equal([
      'IfNotPresent',
      'IfNotPresent',
      'IfNotPresent',
    ]);
  });
  it('let requests follow limits in a Pod, not in a template', () => {
    const pod = defaulted(
      '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b, resources: {limits: {cpu: 1000m}}}]}}',
    );
    expect(pod).to.have.nested.property('spec.containers[0].resources.requests.cpu', '1');
    expect(defaulted(DEPLOYMENT)).to.not.have.nested.property(
      'spec.template.spec.containers[0].resources.requests',
    );
  });
  it('send a Service port to the port of its own number', () => {
    const service = defaulted(
      '{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: NodePort, ports: [{port: 80}]}}',
    );
    expect(service.spec).to.deep.equal({
      type: 'NodePort',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
    });
  });
  it('fold stringData into data', () => {
    const secret = defaulted(
      '{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {x: eA==, z: eQ==}, stringData: {z: new}}',
    );
    expect(secret).to.deep.include({ type: 'Opaque', data: { x: 'eA==', z: 'bmV3' } });
    expect(secret).to.not.have.property('stringData');
  });
  it('label a Namespace with its name and name the list of a CRD', () => {
    expect(defaulted('{apiVersion: v1, kind: Namespace, metadata: {name: a}}').metadata.labels).to.deep.equal(
      {
        'kubernetes.io/metadata.name': 'a',
      },
    );
    const crd = defaulted(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tests.x.dev}
spec: {group: x.dev, scope: Namespaced, names: {plural: tests, kind: Test}, versions: [{name: v1, served: true, storage: true}]}
`);
    expect(crd).to.have.nested.property('spec.names.listKind', 'TestList');
    expect(crd).to.have.nested.property('spec.conversion.strategy', 'None');
    expect(crd).to.have.nested.property('status.storedVersions[0]', 'v1');
  });
  it('read a null as absence, in a map of strings as the empty string', () => {
    const object = defaulted(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: null}, data: {x: null}}',
    );
    expect(object).to.deep.equal({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { x: '' },
    });
  });
  it('of a custom resource come from its schema, below what is there only', () => {
    const schema = crdSchema({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            mode: { type: 'string', default: 'auto' },
            keep: { type: 'string', nullable: true, default: 'x' },
            deep: { type: 'object', properties: { n: { type: 'integer', default: 3 } } },
            list: {
              type: 'array',
              items: { type: 'object', properties: { n: { type: 'integer', default: 4 } } },
            },
          },
        },
      },
    });
    if (!schema.ok) throw new Error('not structural');
    const object = {
      apiVersion: 'x/v1',
      kind: 'T',
      metadata: { name: 'a' },
      spec: { mode: null, keep: null, list: [{}] },
    };
    expect(applyDefaults(schema.value, deepFreeze(object)).spec).to.deep.equal({
      mode: 'auto',
      keep: null,
      list: [{ n: 4 }],
    });
  });
  it('change nothing on a second pass, for every kind that ships (law)', () => {
    for (const gvk of Object.keys(builtinKinds())) {
      const [group, version, kind = ''] = gvk.split('/');
      const apiVersion = group ? `${group}/${version}` : (version ?? '');
      const object = { apiVersion, kind, metadata: { name: 'a' }, spec: {} } as KubeObject;
      const once = applyDefaults(schemaOf(apiVersion, kind), object);
      expect(applyDefaults(schemaOf(apiVersion, kind), once), gvk).to.equal(once);
    }
  });
  it('name only types and members that the schemas have', () => {
    for (const { defaults = {} } of BUILTIN_KINDS) {
      for (const [type, { members = {} }] of Object.entries(defaults)) {
        expect(Object.keys(builtinType(type).properties ?? {}), type).to.include.members(
          Object.keys(members),
        );
      }
    }
  });
});

describe('defaults of two spellings', () => {
  it('are alike where the two mean the same', () => {
    const schema = schemaOf('apps/v1', 'Deployment');
    const a = parseYaml(DEPLOYMENT, 'a');
    const b = parseYaml(
      DEPLOYMENT.replace('cpu: 0.5', 'cpu: 500m')
        .replace('1024Mi', '1Gi')
        .replace('containerPort: 80', 'containerPort: 80, protocol: TCP'),
      'b',
    );
    if (!a.ok || !b.ok || !isObject(a.value)) throw new Error('not read');
    const first = applyDefaults(schema, a.value as unknown as KubeObject);
    expect(applyDefaults(schema, b.value as unknown as KubeObject)).to.deep.equal(first);
  });
});
