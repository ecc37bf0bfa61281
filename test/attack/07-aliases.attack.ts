import { expect } from 'chai';
import { eventually, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { credentialsOf, saidBy, send } from './client.ts';
import { deployed, plainRepository, told } from './promotion.ts';

const DEV = '\n{name: dev, branch: main}';
const REFUSED =
  /too large to be read: (?:it has more than|its texts have more than|it nests more than) [\d,]+ \S+/;

/** Nine levels of ten: a kilobyte that stands for a billion nodes. */
const laughs = (indent: string, levels = 9): string =>
  Array.from({ length: levels }, (_, i) =>
    i === 0
      ? `${indent}a0: &a0 [${'lol, '.repeat(10)}]`
      : `${indent}a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`,
  ).join('\n');

/** Pushes one file to a delivery of its own, and expects its limit and place to be told; then an honest commit mends it. */
function pushing(name: string, file: string, content: string, said: RegExp = REFUSED): Attack['run'] {
  return async (target) => {
    const work = await plainRepository(target, name, DEV);
    await deployed(target, `${name}/dev`, await work.git('rev-parse', 'HEAD'));
    const before = await work.git('rev-parse', 'HEAD');
    await work.write(file, content);
    await work.commit('bomb');
    const { stderr } = await work.push();
    const text = told(stderr);
    expect(text).to.match(said);
    expect(text).to.match(/k8s|pilotage\.yaml/);
    const bomb = await work.git('rev-parse', 'HEAD');
    const mended = await work.git('commit-tree', `${before}^{tree}`, '-p', bomb, '-m', 'mend');
    await work.push(`${mended}:main`);
    await deployed(target, `${name}/dev`, mended);
    return said.exec(text)?.[0] ?? '';
  };
}

function posting(
  type: string,
  body: string,
  status: number,
  path = '/api/v1/namespaces/default/configmaps',
): Attack['run'] {
  return async (target) => {
    const answer = await send(credentialsOf(target.ready.kubeconfig), 'POST', path, { type, bytes: body });
    if (answer.status !== status) throw new Error(saidBy(answer));
    return saidBy(answer);
  };
}

const custom = (spec: string): string =>
  `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n${spec}\n`;

async function afterRestart(target: Pilotage): Promise<string> {
  const work = await plainRepository(target, 'restart', DEV);
  const first = await work.git('rev-parse', 'HEAD');
  await deployed(target, 'restart/dev', first);
  await work.write('k8s/w.yaml', custom(laughs('  ')));
  await work.commit('bomb');
  await work.push();
  await target.crash();
  await target.up();
  return eventually('the restarted daemon says why', async () => {
    const status = await statusOf(target, 'restart', 'dev');
    expect(status?.deployedRevision).to.equal(first);
    return (
      /too large to be read/.test(status?.message ?? '') && `is up again; restart/dev is ${status?.phase}`
    );
  });
}

export const attacks: readonly Attack[] = [
  {
    input: 'a custom resource of one kilobyte whose aliases stand for a billion nodes, pushed',
    run: pushing('laughs', 'k8s/w.yaml', custom(laughs('  '))),
  },
  {
    input: 'the same, and the daemon is killed and started again',
    isolated: true,
    budget: { silenceMs: Number.POSITIVE_INFINITY },
    run: afterRestart,
  },
  {
    input: 'the same in pilotage.yaml',
    run: pushing(
      'laughsfile',
      'pilotage.yaml',
      `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata:\n  annotations:\n${laughs('    ')}\n`,
    ),
  },
  {
    input: 'one long text that is referred to ten thousand times',
    run: pushing(
      'texts',
      'k8s/w.yaml',
      custom(`  a: &a ${'x'.repeat(50_000)}\n  b: [${'*a, '.repeat(10_000)}]`),
    ),
  },
  {
    input: 'merge keys that double',
    run: pushing(
      'merges',
      'k8s/w.yaml',
      custom(
        `  m0: &m0 {${Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join(', ')}}\n${Array.from({ length: 900 }, (_, i) => `  n${i}: {<<: *m0}`).join('\n')}`,
      ),
    ),
  },
  {
    input: 'lists that are nested a hundred thousand deep',
    run: pushing('nested', 'k8s/w.yaml', custom(`  a: ${'['.repeat(100_000)}`)),
  },
  {
    input: 'an alias inside of what it refers to',
    run: pushing(
      'circle',
      'k8s/w.yaml',
      custom('  a: &a\n    b: [*a]'),
      /an alias refers to a node that it is part of/,
    ),
  },
  {
    input: 'half a million documents in one file',
    run: pushing(
      'documents',
      'k8s/w.yaml',
      `${custom('  {}')}---\n- a\n${'---\n- a\n'.repeat(500_000)}`,
      /too large to be read|took longer than 10 s|needed more than 256 MB/,
    ),
  },
  {
    input: 'a file of huge numbers',
    run: pushing(
      'numbers',
      'k8s/w.yaml',
      custom(`  a: ${'9'.repeat(500_000)}\n  b:\n${'  - 99999999999999999999\n'.repeat(100_000)}`),
      /too large to be kept exactly as a number/,
    ),
  },
  {
    input: 'the aliases posted to the API as YAML',
    run: posting(
      'application/yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n${laughs('')}`,
      400,
    ),
  },
  {
    input: 'three megabytes of YAML flow lists posted to the API',
    run: posting('application/yaml', `a: [${'0,'.repeat(1_400_000)}]`, 400),
  },
  {
    input: 'JSON that nests a million levels, posted to the API',
    run: posting('application/json', `{"a":${'['.repeat(1_000_000)}`, 400),
  },
  {
    input: 'JSON of a million empty maps, posted to the API',
    run: posting('application/json', `{"a":[${'{},'.repeat(900_000)}{}]}`, 400),
  },
  {
    input: 'managed fields whose keys hold JSON that nests a hundred thousand levels',
    run: posting(
      'application/json',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'fields',
          managedFields: [
            {
              manager: 'm',
              operation: 'Update',
              apiVersion: 'v1',
              fieldsType: 'FieldsV1',
              fieldsV1: { [`v:${'['.repeat(100_000)}${']'.repeat(100_000)}`]: {} },
            },
          ],
        },
      }),
      201,
    ),
  },
  {
    input: 'a JSON patch that doubles an object forty times by copying',
    async run(target) {
      const credentials = credentialsOf(target.ready.kubeconfig);
      const path = '/api/v1/namespaces/default/configmaps';
      const made = await send(credentials, 'POST', path, {
        type: 'application/json',
        bytes: JSON.stringify({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'doubled', annotations: { a: 'x' } },
        }),
      });
      expect(made.status, made.text).to.equal(201);
      const operations = Array.from({ length: 40 }, (_, i) => ({
        op: 'copy',
        from: '/metadata',
        path: `/metadata/annotations/a${i}`,
      }));
      const answer = await send(credentials, 'PATCH', `${path}/doubled`, {
        type: 'application/json-patch+json',
        bytes: JSON.stringify(operations),
      });
      expect(answer.status, answer.text).to.equal(422);
      return saidBy(answer);
    },
  },
];
