import { eventually, type Pilotage } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { expectSaid, type Pushed, push } from './deliver.ts';

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.attack.example.com' },
  spec: {
    group: 'attack.example.com',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things', singular: 'thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** Pushes one custom resource and writes these statuses, each so many milliseconds after the one before, as its controller would. */
async function controlled(
  target: Pilotage,
  name: string,
  statuses: readonly (readonly [ms: number, status: object])[],
): Promise<Pushed> {
  await target.applyJson(CRD);
  const made = await target.kubectl(
    'wait',
    `crd/${CRD.metadata.name}`,
    '--for=condition=Established',
    '--timeout=10s',
  );
  if (made.code !== 0) throw new Error(made.stderr);
  const work = await target.repository(name);
  await work.write(
    'chart/templates/deployment.hbs',
    `apiVersion: attack.example.com/v1\nkind: Thing\nmetadata: {name: it}\nspec: {size: 1}\n`,
  );
  await work.commit('a thing');
  const pushing = push(work);
  await eventually('the thing', async () => {
    const { code } = await target.kubectl('-n', `${name}-dev`, 'get', 'thing', 'it');
    return code === 0;
  });
  for (const [ms, status] of statuses) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    const patch = JSON.stringify({ status });
    const at = [
      '-n',
      `${name}-dev`,
      'patch',
      'thing',
      'it',
      '--subresource=status',
      '--type=merge',
      '-p',
      patch,
    ];
    const { code, stderr } = await target.kubectl(...at);
    if (code !== 0) throw new Error(stderr);
  }
  return pushing;
}

const ready = (status: string) => ({ conditions: [{ type: 'Ready', status }] });

export const attacks: readonly Attack[] = [
  {
    input: 'a custom resource that is not ready, without a reason, until its controller has started',
    async run(target) {
      const pushed = await controlled(target, 'thing-starts', [
        [300, ready('False')],
        [2_500, ready('True')],
      ]);
      if (/\] failed:/.test(pushed.said)) throw new Error(`called failed:\n${pushed.said}`);
      return expectSaid(pushed, /is healthy/, 10_000);
    },
  },
  {
    input: 'a custom resource that is not ready, without a reason, and stays so',
    async run(target) {
      const pushed = await controlled(target, 'thing-ill', [[300, ready('False')]]);
      if (/is healthy/.test(pushed.said)) throw new Error(`called healthy:\n${pushed.said}`);
      return expectSaid(pushed, /failed: Thing \S+ Ready: condition Ready is False/, 12_000);
    },
  },
  ...Object.entries({
    'a map of maps': { conditions: { Ready: { status: 'True' } } },
    'a map of words': { conditions: { Ready: 'True' } },
    null: { conditions: null, phase: 'Ready' },
  }).map(([what, status], index) => ({
    input: `a custom resource whose status.conditions is ${what}`,
    run: async (target: Pilotage) =>
      expectSaid(await controlled(target, `thing-odd-${index}`, [[300, status]]), /is healthy/, 10_000),
  })),
];
