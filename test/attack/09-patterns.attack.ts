import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/kube/kinds/resources.data.ts';
import { eventually, type Pilotage, withApi } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { type Credentials, credentialsOf, saidBy, send } from './client.ts';

const crd = (plural: string, properties: object): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.attack.example.com` },
  spec: {
    group: 'attack.example.com',
    scope: 'Namespaced',
    names: { plural, kind: `K${plural}` },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
        },
      },
    ],
  },
});

const post = (credentials: Credentials, path: string, object: object) =>
  send(credentials, 'POST', path, { type: 'application/json', bytes: JSON.stringify(object) });

const postCrd = (credentials: Credentials, object: object) =>
  post(credentials, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', object);

async function established(target: Pilotage, plural: string): Promise<void> {
  await withApi(target.ready.kubeconfig, (client) =>
    eventually('the CRD is served', async () => {
      const found = await client.get(CUSTOM_RESOURCE_DEFINITIONS, { name: `${plural}.attack.example.com` });
      return found.status?.conditions?.some(
        ({ type, status }) => type === 'Established' && status === 'True',
      );
    }),
  );
}

/** A CRD with one string of this pattern, and an object whose string is the worst for it. */
function matching(plural: string, pattern: string, value: string, expected: RegExp): Attack['run'] {
  return async (target) => {
    const credentials = credentialsOf(target.ready.kubeconfig);
    const made = await postCrd(credentials, crd(plural, { a: { type: 'string', pattern } }));
    if (made.status !== 201) throw new Error(saidBy(made));
    await established(target, plural);
    const answer = await post(credentials, `/apis/attack.example.com/v1/namespaces/default/${plural}`, {
      apiVersion: 'attack.example.com/v1',
      kind: `K${plural}`,
      metadata: { name: 'x' },
      spec: { a: value },
    });
    if (!expected.test(answer.text)) throw new Error(saidBy(answer));
    return saidBy(answer);
  };
}

function refusing(object: object, expected: RegExp): Attack['run'] {
  return async (target) => {
    const answer = await postCrd(credentialsOf(target.ready.kubeconfig), object);
    if (answer.status !== 422 || !expected.test(answer.text)) throw new Error(saidBy(answer));
    return saidBy(answer);
  };
}

/** Pushed, as the chart of a delivery. */
async function pushed(target: Pilotage): Promise<string> {
  const work = await target.repository('pattern');
  const definition = crd('pushed', { a: { type: 'string', pattern: '^(a+)+$' } });
  await work.write('chart/templates/crd.yaml', JSON.stringify(definition));
  const object = {
    apiVersion: 'attack.example.com/v1',
    kind: 'Kpushed',
    metadata: { name: 'x' },
    spec: { a: `${'a'.repeat(5000)}!` },
  };
  await work.write('chart/templates/object.yaml', JSON.stringify(object));
  await work.commit('pattern');
  const { stderr } = await work.push();
  // Cluster-scoped kinds may need a person's word first: that is an answer too.
  const found = /should match|not allowed|may not|cluster-scoped|Forbidden|refused/i.exec(stderr)?.[0];
  if (!found) throw new Error(stderr.slice(-2000));
  return `the push was told: ${found}`;
}

const random = (length: number): string =>
  Array.from({ length }, (_, i) => ((Math.imul(i, 2_654_435_761) >>> 15) % 2 === 0 ? 'a' : 'b')).join('');

/** 4,000 patterns that fold the case of so many ranges each. */
const slows = (ranges: number): object =>
  crd(
    'slows',
    Object.fromEntries(
      Array.from({ length: 4000 }, (_, i) => [
        `p${i}`,
        { type: 'string', pattern: `(?i)${'[a-\\x{10ffff}]'.repeat(ranges)}x${i}(\\pL{0,50}){0,20}` },
      ]),
    ),
  );

export const attacks: readonly Attack[] = [
  {
    input: 'a CRD with the pattern ^(a+)+$, and an object that backtracks on it for ever',
    run: matching('evils', '^(a+)+$', `${'a'.repeat(100_000)}!`, /should match/),
  },
  { input: 'the same, pushed through git', run: pushed },
  {
    input: 'a pattern of 309 instructions against 100,000 characters',
    run: matching('wides', '(a|b)*a(a|b){100}c', `${random(100_000)}c`, /too much work/),
  },
  {
    input: 'a pattern whose automaton is as large as it can be, against as much as the budget allows',
    run: matching('automata', '(a|b)*a(a|b){100}c', `c${random(12_000)} c`, /should match/),
  },
  {
    input: 'a CRD whose patterns repeat repetitions',
    run: refusing(
      crd('repeats', { a: { type: 'string', pattern: '(((a{1,100}){1,100}){1,100})' } }),
      /repeat count/,
    ),
  },
  {
    input: 'a CRD of 1 MB of patterns that are slow to compile',
    run: refusing(slows(2), /too large together/),
  },
  {
    input: 'the same with ranges whose case takes as long to fold as all of Unicode has characters',
    run: refusing(slows(5), /too many ranges/),
  },
  {
    input: 'a CRD with a lookahead',
    run: refusing(crd('looks', { a: { type: 'string', pattern: '^(?=a)b' } }), /isn't: .*\(\?=/),
  },
];
