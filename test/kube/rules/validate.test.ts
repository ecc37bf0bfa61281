import { expect } from 'chai';
import { CUSTOM_RESOURCE_DEFINITION } from '../../../src/kube/kinds/customresourcedefinition.ts';
import { applyDefaults } from '../../../src/kube/rules/defaults.ts';
import { validateObject } from '../../../src/kube/rules/validate.ts';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import { builtinSchema, type Schema } from '../../../src/kube/schema/schema.ts';
import { validateTypes } from '../../../src/kube/schema/typecheck.ts';
import { pruneUnknown, unknownFields } from '../../../src/kube/schema/unknown.ts';
import { formatFieldError } from '../../../src/kube/values/fielderrors.ts';
import { gvkOf, type JsonObject, type KubeObject } from '../../../src/kube/values/types.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';

function read(text: string): KubeObject {
  const parsed = parseYaml(text, 'case');
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  return parsed.value as unknown as KubeObject;
}
const schemaOf = (object: KubeObject): Schema => builtinSchema(gvkOf(object)) as Schema;
const complete = (text: string): KubeObject => {
  const object = read(text);
  return applyDefaults(schemaOf(object), object);
};
/** Every complaint about an object, as kube-apiserver would print it. */
const complaints = (text: string, old?: string): string[] => {
  const object = complete(text);
  return validateObject(gvkOf(object), object, old === undefined ? undefined : complete(old)).map(
    formatFieldError,
  );
};

const pod = (spec: string, metadata = 'name: web'): string =>
  `{apiVersion: v1, kind: Pod, metadata: {${metadata}}, spec: ${spec}}`;
const container = (extra: string): string => pod(`{containers: [{name: a, image: b, ${extra}}]}`);
const deployment = (extra: string, labels = 'app: web'): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {${labels}}}, spec: {containers: [{name: a, image: b}]}}, ${extra}}}`;
const service = (spec: string): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: web}, spec: ${spec}}`;
const config = (extra: string): string =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, ${extra}}`;

const FLAWS: readonly [title: string, object: string, complaint: string, old?: string][] = [
  ['a Pod without containers', pod('{}'), 'spec.containers: Required value'],
  [
    'a container without a name',
    pod('{containers: [{image: b}]}'),
    'spec.containers[0].name: Required value',
  ],
  [
    'a container without an image',
    pod('{containers: [{name: a}]}'),
    'spec.containers[0].image: Required value',
  ],
  [
    'two containers of one name',
    pod('{containers: [{name: a, image: b}], initContainers: [{name: a, image: b}]}'),
    'spec.initContainers[0].name: Duplicate value: "a"',
  ],
  [
    'a mount of no volume',
    container('volumeMounts: [{name: x, mountPath: /x}]'),
    'spec.containers[0].volumeMounts[0].name: Not found: "x"',
  ],
  [
    'a port out of range',
    container('ports: [{containerPort: 70000}]'),
    'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ],
  [
    'a request above its limit',
    container('resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}'),
    'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1500m',
  ],
  [
    'a probe without a handler',
    container('livenessProbe: {periodSeconds: 5}'),
    'spec.containers[0].livenessProbe: Required value: must specify a handler type',
  ],
  [
    'a liveness probe that wants two successes',
    container('livenessProbe: {exec: {command: [x]}, successThreshold: 2}'),
    'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
  ],
  [
    'a volume of two kinds',
    pod('{containers: [{name: a, image: b}], volumes: [{name: v, emptyDir: {}, hostPath: {path: /}}]}'),
    'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
  ],
  [
    'an unknown restart policy',
    pod('{restartPolicy: Sometimes, containers: [{name: a, image: b}]}'),
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    'an object without a name',
    pod('{containers: [{name: a, image: b}]}', ''),
    'metadata.name: Required value: name or generateName is required',
  ],
  [
    'a changed Pod',
    container('workingDir: /x'),
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    container(''),
  ],
  [
    'a Deployment whose selector misses its template',
    deployment('', 'app: other'),
    'spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`',
  ],
  [
    'a negative count',
    deployment('replicas: -1'),
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'a rollout that can never move',
    deployment('strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}'),
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    'a changed selector',
    deployment('')
      .replace('matchLabels: {app: web}', 'matchLabels: {app: web, tier: x}')
      .replace('labels: {app: web}', 'labels: {app: web, tier: x}'),
    'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"x"}}: field is immutable',
    deployment(''),
  ],
  ['a Service without ports', service('{}'), 'spec.ports: Required value'],
  [
    'two ports without names',
    service('{ports: [{port: 1, name: a}, {port: 2}]}'),
    'spec.ports[1].name: Required value',
  ],
  [
    'a node port on a ClusterIP Service',
    service('{ports: [{port: 1, nodePort: 30000}]}'),
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  ],
  [
    'a changed cluster IP',
    service('{clusterIP: 10.0.0.2, ports: [{port: 1}]}'),
    'spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set',
    service('{clusterIP: 10.0.0.1, ports: [{port: 1}]}'),
  ],
  [
    'a change of immutable data',
    config('immutable: true, data: {a: c}'),
    'data: Forbidden: field is immutable when `immutable` is set',
    config('immutable: true, data: {a: b}'),
  ],
  [
    'a label that is none',
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: web, labels: {a: "b c"}}}',
    `metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  ],
  [
    'a CRD of another name',
    '{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x}, spec: {group: x.dev, scope: Cluster, names: {plural: tests, kind: Test}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}',
    'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
  ],
];

describe('validateObject', () => {
  for (const [title, object, complaint, old] of FLAWS) {
    it(`refuses ${title}`, () => expect(complaints(object, old)).to.deep.equal([complaint]));
  }
  it('accepts what is well, and the changes that are allowed', () => {
    expect(complaints(deployment('replicas: 3'), deployment('replicas: 1'))).to.deep.equal([]);
    expect(
      complaints(service('{type: NodePort, ports: [{port: 80, targetPort: http, nodePort: 30000}]}')),
    ).to.deep.equal([]);
    expect(complaints(service('{type: ExternalName, externalName: x.y}'))).to.deep.equal([]);
    const other = pod('{containers: [{name: a, image: c}], tolerations: [{key: t, operator: Exists}]}');
    expect(complaints(other, container(''))).to.deep.equal([]);
  });
  it('keeps a value that may be a secret out of its message', () => {
    const text = '{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {password: "pass word"}}';
    expect(complaints(text).join()).to.contain('data[password]').and.not.contain('pass word');
  });
});

describe('unknownFields', () => {
  const object = read(
    '{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {x: z}}, spec: {replica: 1, containers: [{name: a, imag: b}]}}',
  );
  it('names each by its path', () => {
    const found = unknownFields(schemaOf(object), object);
    expect(found.map(({ path }) => path)).to.deep.equal(['spec.replica', 'spec.containers[0].imag']);
    expect(found[1]?.known, 'what it could have been').to.include('image');
  });
  it('are pruned, and nothing else is', () => {
    const pruned = pruneUnknown(schemaOf(object), object);
    expect(pruned.spec).to.deep.equal({ containers: [{ name: 'a' }] });
    expect(unknownFields(schemaOf(object), pruned)).to.deep.equal([]);
    expect(pruneUnknown(schemaOf(object), pruned), 'law: again the same reference').to.equal(pruned);
  });
});

describe('validateTypes', () => {
  const custom = crdSchema({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        properties: {
          size: { type: 'integer', minimum: 1, maximum: 5, exclusiveMaximum: true },
          mode: { type: 'string', enum: ['a', 'b'] },
          name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 },
          tags: { type: 'array', maxItems: 2, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
          port: { 'x-kubernetes-int-or-string': true },
          one: {
            type: 'object',
            oneOf: [{ required: ['x'] }, { required: ['z'] }],
            properties: { x: { type: 'string' }, z: { type: 'string' } },
          },
        },
      },
    },
  });
  if (!custom.ok) throw new Error(custom.problems[0].message);
  const check = (spec: unknown): string[] =>
    validateTypes(custom.value, { apiVersion: 'x/v1', kind: 'T', metadata: { name: 'a' }, spec }).map(
      formatFieldError,
    );

  const CASES: readonly [spec: unknown, complaints: string[]][] = [
    [{ size: 4, mode: 'a', name: 'abc', tags: ['x'], port: '80%', one: { x: '' } }, []],
    [{}, ['spec.size: Required value']],
    [
      { size: '3' },
      ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    ],
    [{ size: 5 }, ['spec.size: Invalid value: 5: spec.size in body should be less than 5']],
    [{ size: 0 }, ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1']],
    [{ size: 1, mode: 'c' }, ['spec.mode: Unsupported value: "c": supported values: "a", "b"']],
    [
      { size: 1, name: 'A' },
      [
        'spec.name: Invalid value: "A": spec.name in body should be at least 2 chars long',
        'spec.name: Invalid value: "A": spec.name in body should match \'^[a-z]+$\'',
      ],
    ],
    [{ size: 1, tags: ['x', 'x'] }, ['spec.tags[1]: Duplicate value: "x"']],
    [{ size: 1, tags: ['x', 'q', 'z'] }, ['spec.tags: Too many: 3: must have at most 2 items']],
    [
      { size: 1, port: true },
      ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    ],
    [
      { size: 1, one: {} },
      [
        'spec.one: Invalid value: {}: "spec.one" must validate one and only one schema (oneOf). Found none valid',
      ],
    ],
  ];
  for (const [spec, expected] of CASES) {
    it(`of ${JSON.stringify(spec)}: ${expected.length === 0 ? 'well' : 'refused'}`, () =>
      expect(check(spec)).to.deep.equal(expected));
  }
  it('checks types of built-in kinds, and numbers that do not fit', () => {
    const object = read(
      '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: "3", minReadySeconds: 3000000000, paused: 1}}',
    );
    expect(validateTypes(schemaOf(object), object).map(({ field }) => field)).to.deep.equal([
      'spec.replicas',
      'spec.minReadySeconds',
      'spec.paused',
    ]);
  });
});

describe('crdSchema', () => {
  it('says where a schema is not structural', () => {
    const result = crdSchema({ type: 'object', properties: { spec: { properties: { a: { $ref: 'x' } } } } });
    expect(result.ok ? [] : result.problems.map(({ message }) => message)).to.deep.equal([
      'openAPIV3Schema.properties[spec].properties[a].$ref: is not supported',
      'openAPIV3Schema.properties[spec].properties[a].type: must not be empty',
      'openAPIV3Schema.properties[spec].type: must not be empty',
    ]);
  });
});

describe('patterns of a CRD', () => {
  const crd = (schema: object): JsonObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: schema } },
          } as unknown as JsonObject,
        },
      ],
    },
  });
  const complaints = (object: JsonObject, old?: JsonObject) =>
    CUSTOM_RESOURCE_DEFINITION.validate(object, old).map(formatFieldError);
  const text = (pattern: string) => ({ type: 'object', properties: { a: { type: 'string', pattern } } });

  it('are refused when they are not of RE2, with their place and the reason', () => {
    const [first, ...others] = complaints(crd(text('^(?=x)')));
    expect(first).to.match(
      /^spec\.versions\[0\]\.schema\.openAPIV3Schema\.properties\[spec\]\.properties\[a\]\.pattern: Invalid value: "\^\(\?=x\)": must be a valid regular expression, but isn't: error parsing/,
    );
    expect(others).to.deep.equal([]);
    expect(complaints(crd(text('^(a+)+$')))).to.deep.equal([]);
    const below = {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string', pattern: '(' } },
    };
    expect(complaints(crd(below))[0]).to.include('additionalProperties.items.pattern');
    expect(complaints(crd({ type: 'string', anyOf: [{ pattern: '\\1' }] }))[0]).to.include(
      'anyOf[0].pattern',
    );
  });

  it('that an earlier version stored do not keep the rest of their CRD from being written', () => {
    const stored = crd(text('^(?=x)'));
    const labelled = { ...stored, metadata: { name: 'things.example.com', labels: { a: 'b' } } };
    expect(complaints(labelled, stored)).to.deep.equal([]);
    expect(complaints(crd(text('^(?=y)')), stored)).to.have.length(1);
  });

  it('are refused when there is too much of them', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`p${i}`, { type: 'string', pattern: `^(x${i}){1000}$` }]),
    );
    expect(complaints(crd({ type: 'object', properties }))).to.deep.equal([
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[p11].pattern: Forbidden: the patterns of this definition are too large together',
    ]);
  });
});

describe('an object that takes too much work to be checked', () => {
  const ofItems = (items: object) => {
    const schema = crdSchema({ type: 'object', properties: { spec: { type: 'array', items } } });
    if (!schema.ok) throw new Error(schema.problems[0].message);
    return schema.value;
  };
  const object = (spec: unknown) => ({ apiVersion: 'x/v1', kind: 'T', metadata: { name: 'a' }, spec });
  const check = (items: object, spec: unknown) =>
    validateTypes(ofItems(items), object(spec)).map(formatFieldError);
  const many = (n: number) => Array.from({ length: n }, (_, i) => `x${i}`);

  it('is refused, whichever keyword multiplies with it', () => {
    const refused = [/^spec\[\d+\]: Forbidden: the object takes too much work/];
    const expectRefused = (found: string[]) => {
      expect(found).to.have.length(refused.length);
      expect(found[0]).to.match(refused[0] ?? /^$/);
    };
    expectRefused(check({ type: 'string', enum: many(2000) }, Array(5000).fill('x0')));
    expectRefused(check({ type: 'string', anyOf: [{ pattern: '(x?){500}' }, {}] }, Array(5000).fill('x0')));
    expectRefused(
      check({ type: 'string', allOf: Array(500).fill({ minLength: 1 }) }, Array(5000).fill('x0')),
    );
  });

  it('is wrong in so many places that a thousand are reported', () => {
    expect(check({ type: 'integer' }, many(20_000)).length).to.be.within(1000, 1001);
  });
});
