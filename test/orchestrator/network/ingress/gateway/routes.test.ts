import { expect } from 'chai';
import { ingress } from '../notation.ts';
import { compiled, gateway, http, messageOf, parentOf, reached, route, short, to } from './notation.ts';

const one = (rule: object, rest: object = {}) => compiled({ routes: [route({ rules: [rule], ...rest })] });

describe('the hosts of HTTPRoutes', () => {
  const served = (listener: string | undefined, hosts: readonly string[] | undefined, url: string) =>
    reached(
      compiled({
        gateways: [gateway([http(listener === undefined ? {} : { hostname: listener })])],
        routes: [route({ rules: ['/ a'], ...(hosts ? { hosts } : {}) })],
      }),
      url,
    );

  it('are those that the listener and the route have in common', () => {
    const cases: readonly (readonly [
      string | undefined,
      readonly string[] | undefined,
      string,
      string | number,
    ])[] = [
      [undefined, undefined, 'any.test', 'a'],
      [undefined, ['shop.test'], 'shop.test', 'a'],
      [undefined, ['shop.test'], 'any.test', 404],
      ['shop.test', undefined, 'shop.test', 'a'],
      ['shop.test', undefined, 'any.test', 404],
      ['*.test', ['shop.test'], 'shop.test', 'a'],
      ['*.test', ['shop.test'], 'other.test', 404],
      ['*.test', ['*.shop.test'], 'a.b.shop.test', 'a'],
      ['*.test', ['*.shop.test'], 'shop.test', 404],
      ['shop.test', ['*.test'], 'shop.test', 'a'],
      ['*.test', ['shop.example'], 'shop.example', 404],
      ['*.test', ['test'], 'test', 404],
    ];
    for (const [listener, hosts, host, expected] of cases)
      expect(served(listener, hosts, `http://${host}/`), `${listener} ${hosts} ${host}`).to.equal(expected);
  });

  it('decide by the most specific one alone', () => {
    const all = compiled({
      routes: [
        route({ name: 'wide', hosts: ['*.test'], rules: ['/ a'] }),
        route({ name: 'own', hosts: ['shop.test'], rules: ['/b b'] }),
      ],
    });
    expect(['/b', '/'].map((path) => reached(all, `http://shop.test${path}`))).to.deep.equal(['b', 404]);
    expect(reached(all, 'http://other.test/')).to.equal('a');
  });
});

describe('the matches of HTTPRoutes', () => {
  it('match a path as it says: exactly, by whole elements, or all of it by a regular expression in its case', () => {
    const path = (type: string, value: string) =>
      one({ matches: [{ path: { type, value } }], backendRefs: [to('a')] });
    const cases: readonly (readonly [string, string, string, string | number])[] = [
      ['Exact', '/a', '/a', 'a'],
      ['Exact', '/a', '/a/', 404],
      ['PathPrefix', '/a', '/a/b', 'a'],
      ['PathPrefix', '/a', '/ab', 404],
      ['RegularExpression', '/v[0-9]+/x', '/v12/x', 'a'],
      ['RegularExpression', '/v[0-9]+', '/v1/x', 404],
      ['RegularExpression', '/a', '/A', 404],
    ];
    for (const [type, value, asked, expected] of cases)
      expect(reached(path(type, value), `http://shop.test${asked}`), `${type} ${value} ${asked}`).to.equal(
        expected,
      );
  });

  it('match method, headers and query, of which all must hold', () => {
    const all = one({
      matches: [
        {
          path: { type: 'PathPrefix', value: '/' },
          method: 'POST',
          headers: [
            { name: 'X-Version', value: 'two' },
            { name: 'x-kind', value: 'a.c', type: 'RegularExpression' },
          ],
          queryParams: [{ name: 'q', value: '1' }],
        },
      ],
      backendRefs: [to('a')],
    });
    const headers = { 'x-version': 'two', 'x-kind': 'abc' };
    expect(reached(all, 'http://shop.test/?q=1', { method: 'POST', headers })).to.equal('a');
    expect(reached(all, 'http://shop.test/?q=1', { method: 'GET', headers })).to.equal(404);
    expect(reached(all, 'http://shop.test/?q=2', { method: 'POST', headers })).to.equal(404);
    expect(reached(all, 'http://shop.test/', { method: 'POST', headers })).to.equal(404);
    const other = { ...headers, 'x-kind': 'abcd' };
    expect(reached(all, 'http://shop.test/?q=1', { method: 'POST', headers: other })).to.equal(404);
  });

  it('on a header with the name of something that every object has take those alone who send it', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const match = { headers: [{ name, value: 'x' }] };
      const rules = [{ matches: [match], backendRefs: [to('a')] }, '/ b'];
      const all = compiled({ routes: [route({ rules })] });
      expect(reached(all, 'http://shop.test/'), name).to.equal('b');
      const headers = Object.fromEntries([[name.toLowerCase(), 'x']]);
      expect(reached(all, 'http://shop.test/', { headers }), name).to.equal('a');
    }
  });

  it('are tried exact path first, then the longest, a method, the most headers, the most of the query, the oldest route', () => {
    const rule = (service: string, match: object) => ({ matches: [match], backendRefs: [to(service)] });
    const at = (type: string, value: string, rest: object = {}) => ({ path: { type, value }, ...rest });
    const header = { headers: [{ name: 'v', value: '2' }] };
    const query = { queryParams: [{ name: 'q', value: '1' }] };
    const all = compiled({
      routes: [
        route({
          name: 'young',
          age: 9,
          rules: [rule('e', at('PathPrefix', '/')), rule('a', at('Exact', '/x'))],
        }),
        route({
          name: 'old',
          rules: [
            rule('b', at('PathPrefix', '/', query)),
            rule('c', at('PathPrefix', '/', header)),
            rule('d', at('PathPrefix', '/')),
          ],
        }),
      ],
    });
    const headers = { v: '2' };
    expect(reached(all, 'http://shop.test/x?q=1', { headers })).to.equal('a');
    expect(reached(all, 'http://shop.test/?q=1', { headers })).to.equal('c');
    expect(reached(all, 'http://shop.test/?q=1')).to.equal('b');
    expect(reached(all, 'http://shop.test/')).to.equal('d');
  });

  it('leave what an Ingress serves to it', () => {
    const ingresses = [ingress({ rules: ['shop.test Prefix / b'] })];
    const all = compiled(
      { routes: [route({ hosts: ['shop.test'], rules: ['/ a', '/more c'] })] },
      { ingresses },
    );
    expect(['/', '/more'].map((path) => reached(all, `http://shop.test${path}`))).to.deep.equal(['b', 'c']);
  });
});

describe('the backends of HTTPRoutes', () => {
  it('share requests by their weights, as the draw of each request says', () => {
    const all = one({
      backendRefs: [to('a', { weight: 1 }), to('b', { weight: 0 }), to('c', { weight: 3 })],
    });
    const drawn = [0, 0.24, 0.26, 0.99].map((roll) => reached(all, 'http://shop.test/', { roll }));
    expect(drawn).to.deep.equal(['a', 'a', 'c', 'c']);
  });

  it('answer 500 where no backend has any weight, none is named, or the share is of one that leads nowhere', () => {
    expect(reached(one({ backendRefs: [to('a', { weight: 0 })] }), 'http://shop.test/')).to.equal(500);
    expect(reached(one({ matches: [] }), 'http://shop.test/')).to.equal(500);
    const half = one({ backendRefs: [to('a'), to('gone')] });
    expect([0.2, 0.7].map((roll) => reached(half, 'http://shop.test/', { roll }))).to.deep.equal(['a', 500]);
    expect(short(parentOf(half))).to.deep.equal([
      'Accepted=True Accepted',
      'ResolvedRefs=False BackendNotFound',
    ]);
  });

  it('are told apart by what is wrong with them', () => {
    const cases: readonly (readonly [object, string, RegExp])[] = [
      [to('gone'), 'BackendNotFound', /there is no Service shop\/gone/],
      [{ name: 'a', port: 81 }, 'BackendNotFound', /has no port 81/],
      [
        to('a', { kind: 'Bucket', group: 'example.com' }),
        'InvalidKind',
        /Bucket of example.com is not carried/,
      ],
      [
        to('a', { namespace: 'other' }),
        'RefNotPermitted',
        /no ReferenceGrant of the namespace other lets HTTPRoutes of shop/,
      ],
    ];
    for (const [ref, reason, message] of cases) {
      const said = parentOf(one({ backendRefs: [ref] }));
      expect(short(said)[1]).to.equal(`ResolvedRefs=False ${reason}`);
      expect(messageOf(said, 'ResolvedRefs')).to.match(message);
    }
  });
});
