import { expect } from 'chai';
import type { Pilotage } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { type Credentials, credentialsOf, type RawAnswer, send } from './client.ts';
import { between, deployment, json, pick, type Random, randomOf, template, yaml } from './inputs.ts';
import { deployed, plainRepository } from './promotion.ts';

/** The same every time, so that a failure is of the change that is looked at; PILOTAGE_ATTACK_SEED=… tries another. */
const SEED = Number(process.env.PILOTAGE_ATTACK_SEED ?? 20_261_124);
const NAMESPACE = '/api/v1/namespaces/default';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** What the daemon may say to an input that it does not understand or that is too much: never that it failed itself. */
const ANSWERS = new Set([200, 201, 400, 403, 404, 409, 413, 415, 422, 429]);

function answered(what: string, { status, text }: RawAnswer): number {
  if (!ANSWERS.has(status))
    throw new Error(`seed ${SEED}: ${what} was answered ${status}: ${text.slice(0, 200)}`);
  return status;
}

/** How often each answer was given. */
function tally(statuses: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return `seed ${SEED}: ${[...counts].map(([status, count]) => `${count} × ${status}`).join(', ')}`;
}

interface Kind {
  readonly salt: number;
  readonly rounds: number;
  readonly one: (credentials: Credentials, random: Random, round: number) => Promise<number>;
}

const seeded =
  ({ salt, rounds, one }: Kind): Attack['run'] =>
  async (target) => {
    const random = randomOf(SEED + salt);
    const credentials = credentialsOf(target.ready.kubeconfig);
    const statuses: number[] = [];
    for (let round = 0; round < rounds; round++) statuses.push(await one(credentials, random, round));
    return tally(statuses);
  };

const post = (credentials: Credentials, path: string, type: string, bytes: string | Buffer) =>
  send(credentials, 'POST', path, { type, bytes });
const postJson = (credentials: Credentials, path: string, object: object) =>
  post(credentials, path, 'application/json', JSON.stringify(object));

const widgets = (properties: object): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.budget.example.com' },
  spec: {
    group: 'budget.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties } },
      },
    ],
  },
});
const WIDGETS = '/apis/budget.example.com/v1/namespaces/default/widgets';
const PATCHES = [
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/apply-patch+yaml',
];

async function customObjects(credentials: Credentials, random: Random, round: number): Promise<number> {
  const name = `w${round % 4}`;
  const object = { apiVersion: 'budget.example.com/v1', kind: 'Widget', metadata: { name } };
  const nodes = between(random, 10, 110_000);
  if (round < 4 || random() < 0.3)
    return answered(
      'a custom resource',
      await postJson(credentials, WIDGETS, { ...object, spec: json(random, nodes) }),
    );
  const type = pick(random, PATCHES);
  const value = json(random, nodes);
  const body =
    type === 'application/json-patch+json'
      ? Array.from({ length: between(random, 1, 12_000) }, (_, i) => ({
          op: 'add',
          path: `/spec/${i % 7}`,
          value: i,
        }))
      : { ...object, spec: value };
  const path = `${WIDGETS}/${name}?fieldManager=m${round % 5}&force=true`;
  return answered(
    `a patch ${type}`,
    await send(credentials, 'PATCH', path, { type, bytes: JSON.stringify(body) }),
  );
}

async function builtinObjects(credentials: Credentials, random: Random, round: number): Promise<number> {
  const name = `d${round % 3}`;
  const object = deployment(random, name);
  const made = await postJson(credentials, DEPLOYMENTS, object);
  answered('a Deployment', made);
  const type = pick(random, [
    'application/strategic-merge-patch+json',
    ...PATCHES.filter((t) => !t.includes('json-patch')),
  ]);
  const path = `${DEPLOYMENTS}/${name}?fieldManager=m${round % 5}&force=true`;
  return answered(
    `a patch ${type}`,
    await send(credentials, 'PATCH', path, { type, bytes: JSON.stringify(deployment(random, name)) }),
  );
}

/** Bytes that claim to be protobuf: nested and repeated fields at random. */
function protobuf(random: Random): Buffer {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
  let bytes = Buffer.alloc(0);
  for (let level = between(random, 1, 300); level > 0; level--) {
    const field = Buffer.from([(between(random, 1, 9) << 3) | 2, ...varint(bytes.length)]);
    bytes = Buffer.concat([field, bytes]);
  }
  const repeated = Buffer.concat(
    Array.from({ length: between(random, 1, 60_000) }, () => Buffer.from([0x12, 4, 0x0a, 0, 0x12, 0])),
  );
  const raw = random() < 0.5 ? repeated : bytes;
  const typeMeta = Buffer.from('\n\x02v1\x12\tConfigMap');
  const envelope = [
    Buffer.from([0x0a, typeMeta.length]),
    typeMeta,
    Buffer.from([0x12, ...varint(raw.length)]),
    raw,
  ];
  return Buffer.concat([Buffer.from('k8s\0'), ...envelope]);
}

/** A CRD whose defaults are large, and objects whose items all ask for them. */
async function defaults(target: Pilotage): Promise<string> {
  const credentials = credentialsOf(target.ready.kubeconfig);
  const large = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 'x'.repeat(1_000)]));
  const item = {
    type: 'object',
    properties: { a: { type: 'object', additionalProperties: { type: 'string' }, default: large } },
  };
  const crd = {
    ...widgets({ spec: { type: 'object', properties: { items: { type: 'array', items: item } } } }),
    metadata: { name: 'defaulted.budget.example.com' },
  };
  const spec = {
    ...(crd as unknown as { spec: object }).spec,
    names: { plural: 'defaulted', kind: 'Defaulted' },
  };
  const made = await postJson(credentials, CRDS, { ...crd, spec });
  expect(made.status, made.text.slice(0, 300)).to.equal(201);
  const answer = await postJson(credentials, WIDGETS.replace('widgets', 'defaulted'), {
    apiVersion: 'budget.example.com/v1',
    kind: 'Defaulted',
    metadata: { name: 'x' },
    spec: { items: Array.from({ length: 20_000 }, () => ({})) },
  });
  expect([413, 422], answer.text.slice(0, 300)).to.include(answer.status);
  return `${answer.status}: ${/"message":"([^"]{0,120})/.exec(answer.text)?.[1]}`;
}

/** Pushes of random bombs to one delivery, then an honest one. */
function pushes(
  salt: number,
  rounds: number,
  change: (random: Random) => Readonly<Record<string, string>>,
): Attack['run'] {
  return async (target) => {
    const random = randomOf(SEED + salt);
    const name = `budget${salt}`;
    const work = await plainRepository(target, name, '\n{name: dev, branch: main}');
    const start = await work.git('rev-parse', 'HEAD');
    await deployed(target, `${name}/dev`, start);
    for (let round = 0; round < rounds; round++) {
      for (const [file, content] of Object.entries(change(random))) await work.write(file, content);
      await work.commit(`bomb ${round}`);
      const { code, stderr } = await work.push();
      if (code !== 0) throw new Error(`seed ${SEED}: ${stderr.slice(-500)}`);
    }
    const tip = await work.git('rev-parse', 'HEAD');
    const mended = await work.git('commit-tree', `${start}^{tree}`, '-p', tip, '-m', 'mend');
    await work.push(`${mended}:main`);
    await deployed(target, `${name}/dev`, mended);
    return `seed ${SEED}: ${rounds} pushes were answered, and the honest one after them was delivered`;
  };
}

export const attacks: readonly Attack[] = [
  {
    input: 'custom resources and patches of up to 110,000 nodes, from a seed',
    async run(target) {
      const credentials = credentialsOf(target.ready.kubeconfig);
      const crd = widgets({ spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } });
      answered('the CRD', await postJson(credentials, CRDS, crd));
      return seeded({ salt: 1, rounds: 40, one: customObjects })(target);
    },
  },
  {
    input: 'Deployments with thousands of entries, and patches of them, from a seed',
    run: seeded({ salt: 2, rounds: 20, one: builtinObjects }),
  },
  {
    input: 'bodies of YAML that multiply, from a seed',
    run: seeded({
      salt: 3,
      rounds: 40,
      one: async (credentials, random) =>
        answered(
          'YAML',
          await post(
            credentials,
            `${NAMESPACE}/configmaps`,
            'application/yaml',
            `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\nspec:\n${yaml(random)}\n`,
          ),
        ),
    }),
  },
  {
    input: 'bodies of protobuf, from a seed',
    run: seeded({
      salt: 4,
      rounds: 40,
      one: async (credentials, random) =>
        answered(
          'protobuf',
          await post(
            credentials,
            `${NAMESPACE}/configmaps`,
            'application/vnd.kubernetes.protobuf',
            protobuf(random),
          ),
        ),
    }),
  },
  {
    input:
      'a CRD with defaults of half a megabyte, and an object with twenty thousand items that ask for them',
    run: defaults,
  },
  {
    input: 'manifests that multiply, from a seed',
    run: pushes(5, 8, (random) => ({
      'k8s/w.yaml': `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n${yaml(random)}\n`,
    })),
  },
  {
    input: 'templates that multiply, from a seed',
    run: pushes(6, 4, (random) => {
      const { helper, call } = template(random);
      return {
        'pilotage.yaml':
          'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec:\n  environments: [{name: dev, branch: main}]\n  apps: [{name: app, chart: chart}]\n',
        'chart/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
        'chart/templates/_g.hbs': helper,
        'chart/templates/g.hbs': call,
      };
    }),
  },
];
