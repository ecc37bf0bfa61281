import { expect } from 'chai';
import { responseHeaders } from '../../../../../src/orchestrator/network/ingress/headers.ts';
import { compiled, decided, messageOf, parentOf, reached, route, short, to } from './notation.ts';

const one = (rule: object, rest: object = {}) => compiled({ routes: [route({ rules: [rule], ...rest })] });
const forwarded = (all: ReturnType<typeof compiled>, url: string, rest: object = {}) => {
  const decision = decided(all, url, rest);
  if (decision.type !== 'forward') throw new Error(`answered ${decision.status} ${decision.text}`);
  return decision;
};

describe('the filters of HTTPRoutes', () => {
  const redirect = (requestRedirect: object, url: string) => {
    const decision = decided(
      one({
        matches: [{ path: { type: 'PathPrefix', value: '/a' } }],
        filters: [{ type: 'RequestRedirect', requestRedirect }],
      }),
      url,
    );
    return decision.type === 'answer' ? `${decision.status} ${decision.headers.location}` : decision.type;
  };

  it('redirect to what they name, and keep the rest of what was asked for', () => {
    expect(redirect({ hostname: 'new.test' }, 'http://shop.test/a?b=c')).to.equal(
      '302 http://new.test/a?b=c',
    );
    expect(redirect({ scheme: 'https', statusCode: 301 }, 'http://shop.test/a')).to.equal(
      '301 https://shop.test/a',
    );
    expect(redirect({ port: 8443, scheme: 'https' }, 'http://shop.test/a')).to.equal(
      '302 https://shop.test:8443/a',
    );
    expect(redirect({ hostname: 'x.test' }, 'http://shop.test:7081/a')).to.equal('302 http://x.test:7081/a');
    const full = { path: { type: 'ReplaceFullPath', replaceFullPath: '/new' } };
    expect(redirect(full, 'http://shop.test/a/b?c')).to.equal('302 http://shop.test/new?c');
    const prefix = { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new/' } };
    expect(redirect(prefix, 'http://shop.test/a/b')).to.equal('302 http://shop.test/new/b');
  });

  it('redirect by the usual port of HTTPS to that of the ingress who has come by its own', () => {
    for (const port of [{}, { port: 443 }])
      expect(redirect({ scheme: 'https', ...port }, 'http://shop.test:7081/a')).to.equal(
        '302 https://shop.test:7444/a',
      );
  });

  it('rewrite the host and the path that the backend sees', () => {
    const rewrite = (path: object, url: string) =>
      forwarded(
        one({
          matches: [{ path: { type: 'PathPrefix', value: '/a' } }],
          filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'inner.test', path } }],
          backendRefs: [to('a')],
        }),
        url,
      );
    const prefix = (replacePrefixMatch: string) => ({ type: 'ReplacePrefixMatch', replacePrefixMatch });
    expect(rewrite(prefix('/x'), 'http://shop.test/a/b?c').path).to.equal('/x/b?c');
    expect(rewrite(prefix('/'), 'http://shop.test/a/b').path).to.equal('/b');
    expect(rewrite(prefix('/'), 'http://shop.test/a').path).to.equal('/');
    expect(rewrite(prefix(''), 'http://shop.test/a/').path).to.equal('/');
    const full = { type: 'ReplaceFullPath', replaceFullPath: '/one' };
    expect(rewrite(full, 'http://shop.test/a/b?c')).to.include({ path: '/one?c' });
    expect(rewrite(full, 'http://shop.test/a').policy.upstreamHost).to.equal('inner.test');
  });

  it('change headers of requests and of answers, those of a backend after those of its rule', () => {
    const change = (value: string) => ({
      set: [{ name: 'X-A', value }],
      add: [{ name: 'X-B', value }],
      remove: ['X-C'],
    });
    const request = (value: string) => ({
      type: 'RequestHeaderModifier',
      requestHeaderModifier: change(value),
    });
    const answer = { type: 'ResponseHeaderModifier', responseHeaderModifier: change('1') };
    const { policy, changes } = forwarded(
      one({ filters: [request('1'), answer], backendRefs: [to('a', { filters: [request('2')] })] }),
      'http://shop.test/',
    );
    const made = (value: string) => ({ set: { 'x-a': value }, add: [['x-b', value]], remove: ['x-c'] });
    expect(policy.requestHeaders).to.deep.equal([made('1'), made('2')]);
    expect(changes).to.deep.equal([made('1')]);
  });

  it('add headers with the names of what every object has like any others', () => {
    const add = ['constructor', '__proto__'].map((name) => [name, 'x'] as const);
    const changed = responseHeaders({}, {}, undefined, [{ set: {}, add, remove: [] }]);
    expect(Object.entries(changed)).to.deep.equal([
      ['constructor', ['x']],
      ['__proto__', ['x']],
    ]);
  });

  it('that are not done here keep their rule from being forwarded without them', () => {
    const mirror = { type: 'RequestMirror', requestMirror: { backendRef: to('b') } };
    const bad = {
      matches: [{ path: { type: 'PathPrefix', value: '/bad' } }],
      filters: [mirror],
      backendRefs: [to('a')],
    };
    const all = one(bad);
    expect(reached(all, 'http://shop.test/bad')).to.equal(500);
    expect(short(parentOf(all))).to.deep.equal([
      'Accepted=False UnsupportedValue',
      'ResolvedRefs=True ResolvedRefs',
    ]);
    const partly = compiled({ routes: [route({ rules: ['/ a', bad] })] });
    expect(['/bad', '/'].map((path) => reached(partly, `http://shop.test${path}`))).to.deep.equal([500, 'a']);
    expect(short(parentOf(partly))).to.include('PartiallyInvalid=True UnsupportedValue');
    expect(messageOf(parentOf(partly), 'PartiallyInvalid')).to.equal(
      'Dropped Rule: rule 2: the filter RequestMirror is not done here',
    );
    const host = { type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['Content-Length'] } };
    expect(messageOf(parentOf(one({ filters: [host], backendRefs: [to('a')] })), 'Accepted')).to.contain(
      'the header Content-Length is not changed by a filter here',
    );
  });

  it('and a path that is no regular expression are named', () => {
    const all = one({
      matches: [{ path: { type: 'RegularExpression', value: '/(a' } }],
      backendRefs: [to('a')],
    });
    expect(messageOf(parentOf(all), 'Accepted')).to.match(/^rule 1: the path \/\(a: /);
  });

  it('and time-outs are read in the units of the Gateway API, where 0 is none', () => {
    const { policy } = forwarded(
      one({ timeouts: { request: '1m30s', backendRequest: '500ms' }, backendRefs: [to('a')] }),
      'http://shop.test/',
    );
    expect(policy).to.include({ requestMs: 90_000, attemptMs: 500, readMs: 90_000 });
    const none = forwarded(one({ timeouts: { request: '0s' }, backendRefs: [to('a')] }), 'http://shop.test/');
    expect(none.policy).to.not.have.property('requestMs');
  });
});
