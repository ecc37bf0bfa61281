import { expect } from 'chai';
import { recordApply } from '../../../src/kube/ownership/managedfields.ts';
import { crdSchema } from '../../../src/kube/schema/crdschema.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';

/** Beyond 2^53: a double would round it. */
const LARGE = 3546343826724305832n;

const items = { type: 'integer', format: 'int64' };
const spec = {
  type: 'object',
  properties: { all: { type: 'array', 'x-kubernetes-list-type': 'set', items } },
};

describe('items of a set of 64-bit integers', () => {
  it('are owned by all their digits, where kube-apiserver takes neighbours for one another', () => {
    const schema = crdSchema({ type: 'object', properties: { spec } });
    if (!schema.ok) throw new Error('the schema is refused');
    let live: KubeObject | undefined;
    const apply = (manager: string, all: readonly bigint[]): readonly unknown[] => {
      const metadata = { name: 'set', namespace: 'default' };
      const outcome = recordApply({
        live,
        applied: {
          apiVersion: 'example.com/v1',
          kind: 'Log',
          metadata,
          spec: { all: [...all] },
        } as unknown as KubeObject,
        manager,
        force: false,
        time: '2026-01-01T00:00:00Z',
        schema: schema.value,
        defaults: (one) => one,
      });
      if (!outcome.ok) throw new Error('a conflict');
      live = outcome.object;
      return [...((live.spec as { all?: readonly bigint[] }).all ?? [])].sort();
    };
    apply('a', [LARGE, LARGE + 1n]);
    expect(apply('b', [LARGE + 1n, LARGE + 2n])).to.deep.equal([LARGE, LARGE + 1n, LARGE + 2n]);
    expect(apply('a', [])).to.deep.equal([LARGE + 1n, LARGE + 2n]);
  });
});
