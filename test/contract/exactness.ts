import { expect } from 'chai';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../src/kube/values/types.ts';
import { customDefinition, customVersion } from '../orchestrator/api/definition.ts';
import type { Bench } from './kubeclient.ts';
import { eventually, refusal, startWatch } from './notation.ts';

interface Log extends KubeObject {
  readonly spec: { readonly at: bigint | number; readonly all?: readonly (bigint | number)[] };
}

/** More than a double holds, less than 64 bits do. */
const LARGE = 3546343826724305832n;

export function exactness(bench: Bench): void {
  const group = `g${Math.random().toString(36).slice(2, 8)}.example.com`;
  const logs: Resource<Log> = { group, version: 'v1', plural: 'logs', kind: 'Log', namespaced: true };
  const key = (name: string) => ({ namespace: bench.namespace, name });
  const log = (name: string, spec: object) => ({
    apiVersion: `${group}/v1`,
    kind: 'Log',
    metadata: { name, namespace: bench.namespace },
    spec,
  });

  before(async () => {
    await bench.client.create(CUSTOM_RESOURCE_DEFINITIONS, definitionOf(group));
    await eventually(async () => {
      expect(await bench.client.resourceFor({ apiVersion: `${group}/v1`, kind: 'Log' })).to.be.an('object');
      await bench.client.list(logs, { namespace: bench.namespace });
    });
  });
  after(() => bench.client.delete(CUSTOM_RESOURCE_DEFINITIONS, { name: `logs.${group}` }));

  it('keeps every digit of an integer of 64 bits, however it is written and read', async () => {
    const name = bench.name('large');
    const created = await bench.client.create(logs, log(name, { at: LARGE }));
    expect(created.spec.at).to.equal(LARGE);
    const { resourceVersion = '' } = created.metadata;
    const watch = startWatch(bench.client, logs, { namespace: bench.namespace, resourceVersion });
    const patched = await bench.client.patch(logs, key(name), {
      type: 'merge',
      body: { spec: { at: LARGE + 1n } },
    });
    expect(patched.spec.at).to.equal(LARGE + 1n);
    expect((await watch.next()).object.spec.at).to.equal(LARGE + 1n);
    watch.stop();
    const tested = await bench.client.patch(logs, key(name), {
      type: 'json',
      body: [
        { op: 'test', path: '/spec/at', value: LARGE + 1n },
        { op: 'replace', path: '/spec/at', value: -LARGE },
      ],
    });
    expect(tested.spec.at).to.equal(-LARGE);
    const [listed] = (await bench.client.list(logs, { namespace: bench.namespace })).items;
    expect(listed?.spec.at).to.equal(-LARGE);
  });

  it('refuses to replace a custom resource without saying which version', async () => {
    const name = bench.name('unversioned');
    await bench.client.create(logs, log(name, { at: 1 }));
    const error = await refusal(bench.client.update(logs, log(name, { at: 2 })));
    expect(error.message).to.equal(
      `logs.${group} "${name}" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
    );
  });
}

const definitionOf = (group: string) =>
  customDefinition(group, 'Log', [
    customVersion({
      properties: {
        spec: {
          type: 'object',
          properties: {
            at: { type: 'integer', format: 'int64' },
            all: {
              type: 'array',
              'x-kubernetes-list-type': 'set',
              items: { type: 'integer', format: 'int64' },
            },
          },
        },
      },
    }),
  ]);
