import { expect } from 'chai';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { holdersOf } from '../../../src/render/manifests/holders.ts';
import type { Generated } from '../../../src/render/recorded.ts';

const made = (value: unknown, template = 'shop/templates/a.yaml'): Generated => ({
  ...{ function: 'f', id: '00', since: '2026-01-01T00:00:00Z' },
  ...{ template, value },
});
const manifest = (name: string, content: object, file = 'chart/templates/a.yaml') => ({
  object: { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...content } as KubeObject,
  app: 'web',
  origin: { file, line: 1 },
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the objects that hold a value', () => {
  const manifests = [
    manifest('plain', { stringData: { password: 'hunter22', other: 'cert' } }),
    manifest('named', { data: { Cert: 'x' } }),
    manifest('encoded', { data: { password: base64('hunter22'), cert: base64('-----BEGIN') } }),
    manifest('elsewhere', { stringData: { password: 'hunter22' } }, 'chart/templates/b.yaml'),
  ];
  const cases: readonly [string, Generated, string[]][] = [
    ['those in which it stands, as it is or as base64', made('hunter22'), ['Secret/plain', 'Secret/encoded']],
    ['also a part of it', made({ struct: [['Cert', '-----BEGIN']], type: 't' }), ['Secret/encoded']],
    [
      'all of its template, where it stands in none',
      made({ int: '5' }),
      ['Secret/plain', 'Secret/named', 'Secret/encoded'],
    ],
    ['none, where its template wrote none', made('hunter23', 'shop/templates/c.yaml'), []],
    [
      'all in which it stands, where nothing is known of its template',
      made('hunter22', 'shop/charts/alias/templates/a.yaml'),
      ['Secret/plain', 'Secret/encoded', 'Secret/elsewhere'],
    ],
  ];
  for (const [what, value, expected] of cases) {
    it(`are ${what}`, () => {
      expect(holdersOf({ site: value }, manifests, 'chart')).deep.equal({ site: expected });
    });
  }

  it('are found in a chart at the root, too', () => {
    const atRoot = [manifest('plain', { data: { k: base64('hunter22') } }, 'templates/a.yaml')];
    expect(holdersOf({ site: made('hunter22') }, atRoot, '')).deep.equal({ site: ['Secret/plain'] });
  });
});
