import { dumpYaml } from '../../src/kube/values/yaml.ts';

import { seeded } from '../kube/seeded.ts';

type Files = Record<string, string>;
type Data = Record<string, unknown>;

/** The same seed, the same choices. */
class Dice {
  readonly below: (n: number) => number;

  constructor(seed: number) {
    this.below = seeded(seed);
  }

  chance(p: number): boolean {
    return this.below(1000) < p * 1000;
  }

  one<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  some<T>(items: readonly T[], p = 0.5): T[] {
    return items.filter(() => this.chance(p));
  }
}

const NAMES = ['web', 'db', 'cache'] as const;
const TAGS = ['1.0', 'v2', 'latest'] as const;

const container = (dice: Dice, name: string): Data => ({
  name,
  image: `${dice.one(['nginx', 'envoy', 'registry.example.com:5000/shop/app'])}:${dice.one(TAGS)}`,
  ...(dice.chance(0.5)
    ? { ports: dice.some([{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }]) }
    : {}),
  ...(dice.chance(0.5) ? { args: dice.some(['--a', '--b=$(WEB)']) } : {}),
  env: dice.some([
    { name: 'A', value: dice.one(['1', '$(WEB)', 'x$(PORT)y']) },
    { name: 'B', valueFrom: { configMapKeyRef: { name: dice.one(['settings', 'other']), key: 'level' } } },
    { name: 'C', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
  ]),
});

const podSpec = (dice: Dice): Data => ({
  ...(dice.chance(0.3) ? { serviceAccountName: 'web' } : {}),
  containers: ['main', 'side'].slice(0, 1 + dice.below(2)).map((name) => container(dice, name)),
  volumes: dice.some([
    { name: 'config', configMap: { name: 'settings' } },
    { name: 'keys', secret: { secretName: 'keys' } },
    { name: 'all', projected: { sources: [{ configMap: { name: 'other' } }, { secret: { name: 'keys' } }] } },
    { name: 'claim', persistentVolumeClaim: { claimName: 'data' } },
  ]),
});

function workload(dice: Dice, name: string): Data {
  const kind = dice.one(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);
  const template = { metadata: { labels: { app: name } }, spec: podSpec(dice) };
  const base = {
    apiVersion: kind.endsWith('Job') ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: metadata(dice, name),
  };
  if (kind === 'CronJob')
    return { ...base, spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } };
  if (kind === 'Job') return { ...base, spec: { template } };
  const selector = { matchLabels: { app: name } };
  const replicas = kind !== 'DaemonSet' && dice.chance(0.5) ? { replicas: dice.below(4) } : {};
  const claims =
    kind === 'StatefulSet'
      ? { serviceName: 'web', volumeClaimTemplates: [{ metadata: { name: 'data' } }] }
      : {};
  return { ...base, spec: { ...replicas, selector, template, ...claims } };
}

const metadata = (dice: Dice, name: string): Data => ({
  name,
  ...(dice.chance(0.2) ? { namespace: dice.one(['one', 'two']) } : {}),
  ...(dice.chance(0.4) ? { labels: { app: name } } : {}),
  ...(dice.chance(0.3) ? { annotations: { note: dice.one(['x', 'true', '1.50']) } } : {}),
});

const OTHERS: readonly ((dice: Dice) => Data)[] = [
  (dice) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(dice, 'web'),
    spec: { selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] },
  }),
  (dice) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(dice, 'settings'),
    data: { level: 'info', port: '80' },
  }),
  (dice) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(dice, 'keys'),
    stringData: { token: 'a' },
  }),
  (dice) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(dice, 'web') }),
  () => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'one' } }),
  (dice) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: metadata(dice, 'data'), spec: {} }),
  (dice) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: dice.one(['RoleBinding', 'ClusterRoleBinding']),
    metadata: metadata(dice, 'bind'),
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: dice.one(['Role', 'ClusterRole']),
      name: 'reader',
    },
    subjects: dice.some([
      { kind: 'ServiceAccount', name: 'web', namespace: dice.one(['one', 'elsewhere']) },
      { kind: 'ServiceAccount', name: 'default' },
      { kind: 'User', name: 'me' },
    ]),
  }),
  (dice) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: dice.one(['Role', 'ClusterRole']),
    metadata: metadata(dice, 'reader'),
    rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['settings'], verbs: ['get'] }],
  }),
  (dice) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadata(dice, 'web'),
    spec: {
      tls: [{ hosts: ['a.example.com'], secretName: 'keys' }],
      rules: [
        { http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web' } } }] } },
      ],
    },
  }),
  (dice) => ({
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: metadata(dice, 'thing'),
    spec: {
      list: [{ name: 'a', value: 1 }],
      map: { a: '1' },
      ref: 'settings',
      containers: [{ image: 'nginx' }],
    },
  }),
];

/** Files of a base and an overlay, sometimes with a component, that together use most fields of a kustomization. */
export function randomKustomization(seed: number): Files {
  const dice = new Dice(seed);
  const files: Files = {};
  const objects = [
    ...dice.some(NAMES, 0.7).map((name) => workload(dice, name)),
    ...dice.some(OTHERS, 0.6).map((make) => make(dice)),
  ];
  files['base/all.yaml'] =
    objects.length > 0 ? objects.map(dumpYaml).join('---\n') : dumpYaml(workload(dice, 'web'));
  files['base/kustomization.yaml'] = dumpYaml({
    resources: ['all.yaml'],
    ...withoutVars(changes(dice, objects, 0.2)),
  });
  const hasComponent = dice.chance(0.3);
  if (hasComponent) {
    const head = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' };
    files['component/kustomization.yaml'] = dumpYaml({
      ...head,
      namePrefix: 'c-',
      ...changes(dice, objects, 0.2),
    });
  }
  files['overlay/config.yaml'] = dumpYaml(CONFIGURATION);
  files['overlay/kustomization.yaml'] = dumpYaml({
    resources: ['../base'],
    ...(hasComponent ? { components: ['../component'] } : {}),
    ...(dice.chance(0.3) ? { configurations: ['config.yaml'] } : {}),
    ...(dice.chance(0.2) ? { sortOptions: { order: 'fifo' } } : {}),
    ...(dice.chance(0.15)
      ? { buildMetadata: dice.some(['originAnnotations', 'transformerAnnotations']) }
      : {}),
    ...changes(dice, objects, 0.45),
  });
  return files;
}

const CONFIGURATION: Data = {
  nameReference: [{ kind: 'ConfigMap', version: 'v1', fieldSpecs: [{ kind: 'Thing', path: 'spec/ref' }] }],
  commonLabels: [{ kind: 'Thing', path: 'spec/labels', create: true }],
  varReference: [{ kind: 'Thing', path: 'spec/map' }],
};

const nameOf = ({ metadata: named }: Data): unknown => (named as Data).name;

const has = (objects: readonly Data[], kind: string): boolean =>
  objects.some((object) => object.kind === kind);

/** Merges into what is there, most of the time; makes another one otherwise. */
function behavior(dice: Dice, objects: readonly Data[], kind: string, name: string): Data {
  if (has(objects, kind) && dice.chance(0.8)) return { name, behavior: dice.one(['merge', 'replace']) };
  return { name: `made-${dice.below(1000)}`, ...(dice.chance(0.5) ? { behavior: 'create' } : {}) };
}

/** Field → a value of it; undefined: not with these objects. */
const FIELDS: Readonly<Record<string, (dice: Dice, objects: readonly Data[]) => unknown>> = {
  namePrefix: (dice) => dice.one(['dev-', 'a-']),
  nameSuffix: (dice) => dice.one(['-v1', '-x']),
  namespace: (dice) => dice.one(['one', 'three']),
  commonLabels: (dice) => ({ team: dice.one(['shop', 'true', '1']) }),
  labels: (dice) => [
    { pairs: { tier: 'front' }, includeSelectors: dice.chance(0.4), includeTemplates: dice.chance(0.5) },
  ],
  commonAnnotations: () => ({ owner: 'me' }),
  images: (dice) => [
    {
      name: dice.one(['nginx', 'envoy', 'registry.example.com:5000/shop/app']),
      ...(dice.chance(0.5) ? { newName: 'other/name' } : {}),
      ...(dice.chance(0.5) ? { newTag: dice.one(TAGS) } : { digest: 'sha256:abcd' }),
    },
  ],
  replicas(dice, objects) {
    const scaled = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
    return scaled.map((object) => ({ name: nameOf(object), count: dice.below(9) }));
  },
  configMapGenerator: (dice, objects) => [
    {
      ...behavior(dice, objects, 'ConfigMap', 'settings'),
      literals: ['level=debug', 'x=<y>'],
      ...(dice.chance(0.3) ? { options: { disableNameSuffixHash: true } } : {}),
    },
  ],
  secretGenerator: (dice, objects) => [
    { ...behavior(dice, objects, 'Secret', 'keys'), literals: ['token=b'] },
  ],
  generatorOptions: () => ({ labels: { made: 'yes' }, annotations: { by: 'kustomize' } }),
  patches: (dice, objects) => dice.some([0, 1, 2], 0.7).map(() => patch(dice, objects)),
  replacements: (dice, objects) =>
    !has(objects, 'Service')
      ? undefined
      : [
          {
            source: { kind: 'Service', fieldPath: dice.one(['metadata.name', 'spec.ports.0.port']) },
            targets: [
              {
                select: { kind: dice.one(['Deployment', 'Thing', 'Secret']) },
                fieldPaths: [
                  dice.one([
                    'metadata.annotations.copied',
                    'spec.map.b',
                    'spec.template.spec.containers.[name=main].image',
                  ]),
                ],
                options: { create: true },
              },
            ],
          },
        ],
  vars: (_, objects) =>
    has(objects, 'Service')
      ? [
          { name: 'WEB', objref: { apiVersion: 'v1', kind: 'Service', name: 'web' } },
          {
            name: 'PORT',
            objref: { apiVersion: 'v1', kind: 'Service', name: 'web' },
            fieldref: { fieldPath: 'spec.ports[0].port' },
          },
        ]
      : undefined,
};

function changes(dice: Dice, objects: readonly Data[], p: number): Data {
  const chosen = dice.some(Object.entries(FIELDS), p);
  return Object.fromEntries(
    chosen.flatMap(([field, make]) => {
      const value = make(dice, objects);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

/** A name can be given once only. */
const withoutVars = ({ vars: _, ...rest }: Data): Data => rest;

function patch(dice: Dice, objects: readonly Data[]): Data {
  const object = objects[dice.below(objects.length)] ?? {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
  };
  const { apiVersion, kind, metadata: named } = object;
  if (dice.chance(0.3)) {
    const operations = dice.some([
      { op: 'add', path: '/metadata/annotations/patched', value: 'yes' },
      { op: 'add', path: '/metadata/labels', value: { a: 'b' } },
      { op: 'replace', path: '/spec/replicas', value: 7 },
    ]);
    const none = { op: 'test', path: '/kind', value: kind };
    return { target: { kind }, patch: dumpYaml(operations.length > 0 ? operations : [none]) };
  }
  const head = { apiVersion, kind };
  const body = dice.chance(0.1) ? { $patch: 'delete' } : dice.one(BODIES)(dice);
  const target = dice.chance(0.4) ? { target: { kind, name: dice.one(['.*', 'w.*', 'web']) } } : {};
  return {
    patch: dumpYaml({ ...head, ...body, metadata: { ...(named as Data), ...(body.metadata as Data) } }),
    ...target,
  };
}

const BODIES: readonly [(dice: Dice) => Data, ...((dice: Dice) => Data)[]] = [
  (dice) => ({ spec: { replicas: dice.one([null, 3]) } }),
  (dice) => ({
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: dice.one(['main', 'side', 'new']),
              image: 'patched',
              ports: [{ containerPort: 80, name: 'http' }],
            },
            ...(dice.chance(0.3) ? [{ name: 'side', $patch: 'delete' }] : []),
          ],
          volumes: [...(dice.chance(0.3) ? [{ $patch: 'replace' }] : []), { name: 'config', emptyDir: {} }],
        },
      },
    },
  }),
  (dice) => ({ data: { level: dice.one([null, 'warn']), extra: 'e' } }),
  (dice) => ({ spec: { list: [{ name: 'b' }], map: dice.one([{ $patch: 'replace', c: 'd' }, { c: 'd' }]) } }),
  () => ({
    metadata: { labels: { patched: 'yes' } },
    spec: {
      ports: [
        { port: 80, targetPort: 8080 },
        { port: 443, name: 'https' },
      ],
    },
  }),
];
