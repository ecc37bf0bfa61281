import type { Pilotage } from '../e2e/harness.ts';
import { seeded } from '../kube/seeded.ts';
import type { Attack } from './attack.ts';
import { credentialsOf, saidBy, send } from './client.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
const field = (number: number, bytes: Buffer | string): Buffer => {
  const content = Buffer.from(bytes);
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
};

/** A ConfigMap in Kubernetes' protobuf, of these fields. */
const protobuf = (parts: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, Buffer.concat([field(1, 'v1'), field(2, 'ConfigMap')])),
    field(2, Buffer.concat(parts)),
  ]);

const repeated = (n: number): Buffer => {
  const finalizers = Array.from({ length: n }, () => field(14, ''));
  return protobuf([field(1, Buffer.concat([field(1, 'many'), ...finalizers]))]);
};

async function sent(
  target: Pilotage,
  method: string,
  path: string,
  type: string,
  bytes: Buffer | string,
  expected: readonly number[],
  options: { readonly anonymous?: boolean } = {},
): Promise<string> {
  const answer = await send(credentialsOf(target.ready.kubeconfig), method, path, { type, bytes }, options);
  if (!expected.includes(answer.status)) throw new Error(saidBy(answer));
  return saidBy(answer);
}

const keys = (n: number, prefix = 'k'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`${prefix}${i}`, `v${i}`]));
const configMap = (name: string, rest: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...rest });

/** The same object in every way that there is to write one. */
async function everyWay(target: Pilotage, n: number): Promise<string> {
  const told: string[] = [];
  const write = async (method: string, path: string, type: string, bytes: Buffer | string) => {
    await sent(target, method, path, type, bytes, [200, 201]);
    told.push(`${method} ${type.split('/')[1]?.slice(0, 12)}`);
  };
  const apply = (name: string, manager: string) =>
    `${CONFIG_MAPS}/${name}?fieldManager=${manager}&force=true`;
  const entries = Object.entries(keys(n)).map(([key, value]) =>
    field(2, Buffer.concat([field(1, key), field(2, value)])),
  );
  await write('POST', CONFIG_MAPS, 'application/json', configMap('by-json', { data: keys(n) }));
  await write('POST', CONFIG_MAPS, PROTOBUF, protobuf([field(1, field(1, 'by-protobuf')), ...entries]));
  const yaml = Object.entries(keys(n)).map(([key, value]) => `  ${key}: ${value}`);
  await write(
    'POST',
    CONFIG_MAPS,
    'application/yaml',
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: by-yaml}\ndata:\n${yaml.join('\n')}\n`,
  );
  const applied = 'application/apply-patch+yaml';
  await write('PATCH', apply('by-json', 'a'), applied, configMap('by-json', { data: keys(n) }));
  await write('PATCH', apply('by-json', 'b'), applied, configMap('by-json', { data: keys(n, 'other') }));
  await write('PATCH', apply('by-json', 'b'), applied, configMap('by-json', { data: { one: '1' } }));
  const merge = JSON.stringify({ data: keys(n, 'm') });
  await write('PATCH', `${CONFIG_MAPS}/by-yaml`, 'application/merge-patch+json', merge);
  await write('PATCH', `${CONFIG_MAPS}/by-yaml`, 'application/strategic-merge-patch+json', merge);
  await write(
    'PUT',
    `${CONFIG_MAPS}/by-protobuf`,
    'application/json',
    configMap('by-protobuf', { data: keys(n) }),
  );
  return told.join(', ');
}

/** Objects whose one list or map is as long as a body of 3 MB allows, more or less, in kinds that merge by key. */
async function seededLists(target: Pilotage): Promise<string> {
  const random = seeded(12);
  const counts = new Map<number, number>();
  const lists: readonly ((n: number) => readonly [metadata: object, pod: object])[] = [
    (n) => [{ labels: keys(n) }, {}],
    (n) => [{ annotations: keys(Math.min(n, 8000)) }, {}],
    (n) => [{ finalizers: Object.keys(keys(n)).map((key) => `x.io/${key}`) }, {}],
    (n) => [
      {
        ownerReferences: Object.keys(keys(n)).map((uid) => ({
          apiVersion: 'v1',
          kind: 'Node',
          name: uid,
          uid,
        })),
      },
      {},
    ],
    (n) => [
      {},
      { containers: [{ name: 'c', image: 'i', env: Object.keys(keys(n)).map((name) => ({ name })) }] },
    ],
    (n) => [{}, { containers: Object.keys(keys(n / 2)).map((name) => ({ name, image: 'i' })) }],
    (n) => [{}, { tolerations: Object.keys(keys(n)).map((key) => ({ key, operator: 'Exists' })) }],
    (n) => [{}, { volumes: Object.keys(keys(n / 2)).map((name) => ({ name, emptyDir: {} })) }],
  ];
  for (const [i, list] of lists.entries()) {
    const [metadata, pod] = list(4000 + random(6000));
    const labels = { a: 'b' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }], ...pod } };
    const body = JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `long-${i}`, ...metadata },
      spec: { replicas: 0, selector: { matchLabels: labels }, template },
    });
    for (const manager of ['one', 'two']) {
      const answer = await send(
        credentialsOf(target.ready.kubeconfig),
        'PATCH',
        `/apis/apps/v1/namespaces/default/deployments/long-${i}?fieldManager=${manager}&force=true`,
        { type: 'application/apply-patch+yaml', bytes: body },
      );
      if (answer.status >= 500 || answer.status === 0) throw new Error(saidBy(answer));
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
    }
  }
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}

export const attacks: readonly Attack[] = [
  {
    input: 'a protobuf body with 80,000 repeated fields, from somebody without a certificate',
    run: (target) =>
      sent(target, 'POST', CONFIG_MAPS, PROTOBUF, repeated(80_000), [401, 403], { anonymous: true }),
  },
  {
    input: 'the same, from an administrator',
    run: (target) => sent(target, 'POST', CONFIG_MAPS, PROTOBUF, repeated(80_000), [422, 400, 413]),
  },
  {
    input: 'a protobuf body of 3 MB of empty fields',
    run: (target) => sent(target, 'POST', CONFIG_MAPS, PROTOBUF, repeated(1_500_000), [400, 413]),
  },
  {
    input: 'a ConfigMap of 8,000 keys as JSON, YAML, protobuf, patches and server-side apply',
    run: (target) => everyWay(target, 8000),
  },
  {
    input: 'a ConfigMap of 40,000 keys',
    run: (target) =>
      sent(
        target,
        'POST',
        CONFIG_MAPS,
        'application/json',
        configMap('forty', { data: keys(40_000) }),
        [201, 413],
      ),
  },
  { input: 'eight kinds of lists of up to 10,000 items (seeded), applied by two managers', run: seededLists },
];
