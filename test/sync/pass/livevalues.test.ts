import { expect } from 'chai';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import type { Rendered } from '../../../src/render/types.ts';
import { withLiveValues } from '../../../src/sync/pass/livevalues.ts';

const secret = (members: object, name = 'db'): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name } },
  ...members,
});
const live = {
  ...secret({ data: { password: 'bGl2ZQ==', old: 'eA==' } }),
  metadata: { name: 'db', namespace: 'dev' },
};
const made = { function: 'randAlphaNum', template: 't', id: '1', since: '', value: 'made' };
const rendered = (objects: readonly KubeObject[], holders: Record<string, string[]>): Rendered => ({
  manifests: objects.map((object) => ({ object, app: 'shop', origin: { file: 't', line: 1 } })),
  ...{
    warnings: [],
    holders,
    generated: Object.fromEntries(Object.keys(holders).map((site) => [site, made])),
  },
});
const objectsOf = ({ manifests }: Rendered) => manifests.map(({ object }) => object);

describe('a Secret that templates make only where there is none', () => {
  const data = { password: 'bWFkZQ==', host: 'ZGI=' };

  it('stays as it is live where what it holds is not on record, and gets the keys that it lacks', () => {
    const result = withLiveValues(
      'shop',
      rendered([secret({ data })], { a: ['Secret/db'] }),
      [live as never],
      {},
    );
    expect(objectsOf(result)).deep.equal([secret({ data: { password: 'bGl2ZQ==', host: 'ZGI=' } })]);
    expect([result.generated, result.holders]).deep.equal([{}, {}]);
    expect(result.warnings.map(({ message }) => message)).deep.equal([
      'app shop: Secret/db holds values that are not on record, and its templates make it only where there is none: it stays as it is live',
    ]);
  });

  it('stays so where it is written as text', () => {
    const written = secret({ stringData: { password: 'made', host: 'db' } });
    const result = withLiveValues('shop', rendered([written], { a: ['Secret/db'] }), [live as never], {});
    expect(objectsOf(result)).deep.equal([
      secret({ data: { password: 'bGl2ZQ==' }, stringData: { host: 'db' } }),
    ]);
  });

  it('is what was kept where that is on record', () => {
    const before = rendered([secret({ data })], { a: ['Secret/db'] });
    expect(withLiveValues('shop', before, [live as never], { a: made })).equal(before);
  });

  it('leaves a value that something else holds too', () => {
    const other = secret({ data }, 'copy');
    const result = withLiveValues(
      'shop',
      rendered([secret({ data }), other], { a: ['Secret/db', 'Secret/copy'] }),
      [live as never],
      {},
    );
    expect(objectsOf(result)[1]).deep.equal(other);
    expect(result.generated).deep.equal({ a: made });
  });

  it('is not taken for one of another namespace', () => {
    const before = rendered([{ ...secret({ data }), metadata: { name: 'db', namespace: 'prod' } }], {
      a: ['Secret/db'],
    });
    expect(withLiveValues('shop', before, [live as never], {})).equal(before);
  });
});
