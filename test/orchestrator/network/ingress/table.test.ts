import { expect } from 'chai';
import { compileServed } from '../../../../src/orchestrator/network/ingress/compile.ts';
import { normalPath } from '../../../../src/orchestrator/network/ingress/paths.ts';
import { route } from '../../../../src/orchestrator/network/ingress/table.ts';
import { type IngressNotation, ingress, objects } from './notation.ts';

const tableOf = (...given: readonly IngressNotation[]) =>
  compileServed(objects({ ingresses: given.map(ingress) }));

/** The Service that a request reaches. */
function reached(
  { tables: { http: table } }: ReturnType<typeof tableOf>,
  host: string,
  path: string,
): string | undefined {
  const action = route(table, { host, path: normalPath(path) ?? '' })?.action;
  return action?.type === 'forward' && action.target.type === 'port' ? action.target.service : undefined;
}

/** Kubernetes "Ingress", the table of examples: kind, paths, request path, the path that matches. */
const EXAMPLES: readonly (readonly ['Prefix' | 'Exact', readonly string[], string, string | undefined])[] = [
  ['Prefix', ['/'], '/any/path', '/'],
  ['Exact', ['/foo'], '/foo', '/foo'],
  ['Exact', ['/foo'], '/bar', undefined],
  ['Exact', ['/foo'], '/foo/', undefined],
  ['Exact', ['/foo/'], '/foo', undefined],
  ['Prefix', ['/foo'], '/foo', '/foo'],
  ['Prefix', ['/foo'], '/foo/', '/foo'],
  ['Prefix', ['/foo/'], '/foo', '/foo/'],
  ['Prefix', ['/foo/'], '/foo/', '/foo/'],
  ['Prefix', ['/aaa/bb'], '/aaa/bbb', undefined],
  ['Prefix', ['/aaa/bbb'], '/aaa/bbb', '/aaa/bbb'],
  ['Prefix', ['/aaa/bbb/'], '/aaa/bbb', '/aaa/bbb/'],
  ['Prefix', ['/aaa/bbb'], '/aaa/bbb/', '/aaa/bbb'],
  ['Prefix', ['/aaa/bbb'], '/aaa/bbb/ccc', '/aaa/bbb'],
  ['Prefix', ['/aaa/bbb'], '/aaa/bbbxyz', undefined],
  ['Prefix', ['/', '/aaa'], '/aaa/ccc', '/aaa'],
  ['Prefix', ['/', '/aaa', '/aaa/bbb'], '/aaa/bbb', '/aaa/bbb'],
  ['Prefix', ['/', '/aaa', '/aaa/bbb'], '/ccc', '/'],
  ['Prefix', ['/aaa'], '/ccc', undefined],
];

describe('the paths of Ingresses', () => {
  for (const [type, paths, asked, found] of EXAMPLES) {
    it(`${type} ${paths.join(', ')}: ${asked} ${found ? `is ${found}'s` : "is nobody's"}`, () => {
      const rules = paths.map((path, i) => `shop.test ${type} ${path} ${'abc'[i]}`);
      const expected = found === undefined ? undefined : 'abc'[paths.indexOf(found)];
      expect(reached(tableOf({ rules }), 'shop.test', asked)).to.equal(expected);
      expect(reached(tableOf({ rules: rules.reverse() }), 'shop.test', asked)).to.equal(expected);
    });
  }

  it('goes to the exact one of an exact and a prefix', () => {
    const table = tableOf({ rules: ['shop.test Prefix /foo a', 'shop.test Exact /foo b'] });
    expect([reached(table, 'shop.test', '/foo'), reached(table, 'shop.test', '/foo/x')]).to.deep.equal([
      'b',
      'a',
    ]);
  });

  it('takes ImplementationSpecific for a prefix, and tells cases apart', () => {
    const table = tableOf({ rules: ['shop.test Specific /foo a'] });
    expect(reached(table, 'shop.test', '/foo/bar')).to.equal('a');
    expect(reached(table, 'shop.test', '/FOO')).to.equal(undefined);
  });

  it('reads a path as its backend would, so that no rule is walked around', () => {
    const table = tableOf({ rules: ['shop.test Prefix / a', 'shop.test Prefix /admin b'] });
    for (const path of [
      '/public/../admin',
      '/public/%2e%2e/admin',
      '//admin',
      '/./admin/x',
      '/%61dmin',
      '/admin/',
    ])
      expect(reached(table, 'shop.test', path), path).to.equal('b');
    for (const path of ['/..', '/a/../../admin', '/%zz', '/a%00'])
      expect(normalPath(path), path).to.equal(undefined);
  });
});

describe('the hosts of Ingresses', () => {
  it('reads names whatever their case, a wildcard for one label, and rules without a host for all others', () => {
    const table = tableOf({
      rules: ['Shop.test Prefix / a', '*.shop.test Prefix / b', 'api.shop.test Prefix / c', '* Prefix / d'],
    });
    const hosts = ['shop.test', 'x.shop.test', 'api.shop.test', 'x.y.shop.test', '', 'other.test'];
    expect(hosts.map((host) => reached(table, host, '/'))).to.deep.equal(['a', 'b', 'c', 'd', 'd', 'd']);
  });

  it('does not look for a path of a host among the rules of others', () => {
    const table = tableOf({ rules: ['shop.test Prefix /a a', '* Prefix /b b'] });
    expect(reached(table, 'shop.test', '/b')).to.equal(undefined);
  });

  it('sends what no rule matches to the default backend of the Ingress, then to that of one without rules', () => {
    const table = tableOf(
      { rules: ['shop.test Prefix /a a'], fallback: 'b' },
      { name: 'plain', rules: ['plain.test Prefix /a a'] },
      { name: 'all', fallback: 'c' },
    );
    const asked = ['shop.test /a', 'shop.test /x', 'plain.test /x', 'other.test /x'].map((text) =>
      text.split(' '),
    );
    expect(asked.map(([host = '', path = '']) => reached(table, host, path))).to.deep.equal([
      'a',
      'b',
      'c',
      'c',
    ]);
  });

  it('finds nothing in no Ingress', () => {
    expect(route(tableOf().tables.http, { host: 'shop.test', path: '/' })).to.equal(undefined);
  });
});

describe('the routing table', () => {
  /** As the words of the documentation, without an order to rely on. */
  function naive(rules: readonly string[], host: string, path: string): string | undefined {
    const elements = (text: string) => text.split('/').filter(Boolean);
    const parsed = rules.map((text) => text.split(' ') as [string, string, string, string]);
    const isOf = (pattern: string) =>
      pattern.startsWith('*.') &&
      host.split('.').slice(1).join('.') === pattern.slice(2) &&
      host.split('.')[0] !== '';
    const own = parsed.filter(([pattern]) => pattern === host);
    const wild = parsed.filter(([pattern]) => isOf(pattern));
    const chosen =
      own.length > 0 ? own : wild.length > 0 ? wild : parsed.filter(([pattern]) => pattern === '*');
    const exact = chosen.find(([, type, at]) => type === 'Exact' && at === path);
    if (exact) return exact[3];
    const prefixes = chosen.filter(
      ([, type, at]) => type === 'Prefix' && elements(at).every((one, i) => elements(path)[i] === one),
    );
    const length = Math.max(...prefixes.map(([, , at]) => elements(at).length));
    return prefixes.find(([, , at]) => elements(at).length === length)?.[3];
  }

  it('decides as a naive reading of the rules does', () => {
    let seed = 42;
    const pick = <T>(list: readonly T[]): T => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return list[Math.floor((seed / 2 ** 32) * list.length)] as T;
    };
    const hosts = ['a.test', 'b.a.test', '*.a.test', '*'];
    const paths = ['/', '/x', '/x/y', '/x/y/z', '/xy', '/x/yz'];
    for (let round = 0; round < 500; round++) {
      const rules = Array.from({ length: 1 + (round % 8) }, () =>
        [pick(hosts), pick(['Exact', 'Prefix']), pick(paths), pick(['a', 'b', 'c', 'd', 'e'])].join(' '),
      );
      const table = tableOf({ rules });
      const [host, path] = [pick(['a.test', 'b.a.test', 'c.a.test', 'd.c.a.test', 'x.test']), pick(paths)];
      expect(reached(table, host, path), `${rules.join('; ')}: ${host}${path}`).to.equal(
        naive(rules, host, path),
      );
    }
  });
});
