import { expect } from 'chai';
import { readAnnotations, UNDERSTOOD } from '../../../../src/orchestrator/network/ingress/annotations.ts';
import { compileServed } from '../../../../src/orchestrator/network/ingress/compile.ts';
import type { RequestFacts } from '../../../../src/orchestrator/network/ingress/decide.ts';
import { decide } from '../../../../src/orchestrator/network/ingress/decide.ts';
import { facts, ingress, NGINX, objects, PORTS } from './notation.ts';

type Short = Readonly<Record<string, string>>;

const prefixed = (annotations: Short): Short =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [NGINX + key, value]));

function decided(annotations: Short, url: string, rest: Partial<RequestFacts> = {}, path = 'Prefix /') {
  const [type, at] = path.split(' ');
  const given = ingress({ rules: [`shop.test ${type} ${at} a`], annotations: prefixed(annotations) });
  return decide(compileServed(objects({ ingresses: [given] })).tables.http, facts(url, rest), PORTS);
}

/** Status and location, or the path that the backend is asked for. */
function outcome(...given: Parameters<typeof decided>): string {
  const decision = decided(...given);
  return decision.type === 'forward'
    ? decision.path
    : [decision.status, decision.headers.location].filter(Boolean).join(' ');
}

const WISHES: readonly (readonly [annotations: Short, wishes: object])[] = [
  [{ 'proxy-body-size': '8m' }, { largestBody: 8 * 2 ** 20 }],
  [{ 'proxy-body-size': '0' }, { largestBody: 0 }],
  [{ 'proxy-connect-timeout': '7' }, { connectMs: 7_000 }],
  [{ 'proxy-read-timeout': '3600' }, { readMs: 3_600_000 }],
  [{ 'proxy-send-timeout': '30s' }, { sendMs: 30_000 }],
  [{ 'backend-protocol': 'HTTPS' }, { scheme: 'https' }],
  [{ 'upstream-vhost': 'inside.test' }, { upstreamHost: 'inside.test' }],
  [{ 'x-forwarded-prefix': '/shop' }, { forwardedPrefix: '/shop' }],
  [{ 'use-regex': 'true' }, { useRegex: true }],
  [
    {
      affinity: 'cookie',
      'session-cookie-name': 'route',
      'session-cookie-max-age': '60',
      'session-cookie-samesite': 'Lax',
    },
    { stickyCookie: { name: 'route', attributes: '; Path=/; Max-Age=60; SameSite=Lax; HttpOnly' } },
  ],
  [
    { 'auth-type': 'basic', 'auth-secret': 'people', 'auth-realm': 'Only "us"' },
    { authSecret: { value: 'people', realm: 'Only us', type: 'auth-file' } },
  ],
  [{ 'proxy-buffering': 'off' }, {}],
];

const BAD: readonly Short[] = [
  { 'proxy-body-size': 'much' },
  { 'proxy-read-timeout': '0' },
  { 'ssl-redirect': 'maybe' },
  { 'backend-protocol': 'GRPC' },
  { 'permanent-redirect': 'javascript:alert(1)' },
  { 'permanent-redirect': 'https://a.test', 'permanent-redirect-code': '200' },
  { 'app-root': '//elsewhere.test' },
  { 'upstream-vhost': 'a\r\nb' },
  { affinity: 'cookie', 'session-cookie-path': '/; Domain=.test' },
];

describe('the annotations of ingress-nginx', () => {
  for (const [annotations, wishes] of WISHES) {
    it(`reads ${JSON.stringify(annotations)}`, () => {
      const read = readAnnotations(prefixed(annotations));
      expect(read).to.deep.equal({ wishes, unknown: [], bad: [], refusal: undefined });
    });
  }

  it('says what a value must be', () => {
    for (const annotations of BAD) {
      const { wishes, bad } = readAnnotations(prefixed(annotations));
      expect([wishes, bad.length], JSON.stringify(annotations)).to.deep.equal([{}, 1]);
      expect(bad[0]).to.match(/ must be /);
    }
  });

  it('knows none that an object has by nature', () => {
    expect(readAnnotations(prefixed({ constructor: 'x' })).unknown).to.deep.equal([`${NGINX}constructor`]);
    expect(UNDERSTOOD).to.include.members(['rewrite-target', 'auth-type', 'enable-cors']);
  });

  it('rewrites by what the groups of a path hold, and keeps the query', () => {
    const rewrite = { 'rewrite-target': '/$2', 'use-regex': 'true' };
    const path = 'Specific /shop(/|$)(.*)';
    expect(outcome(rewrite, 'http://shop.test/shop/cart/1?x=%20y', {}, path)).to.equal('/cart/1?x=%20y');
    expect(outcome(rewrite, 'http://shop.test/shop', {}, path)).to.equal('/');
    expect(outcome(rewrite, 'http://shop.test/SHOP/a%20b%0d%0ac', {}, path)).to.equal('/a%20b%0D%0Ac');
    expect(outcome(rewrite, 'http://shop.test/shopping', {}, path)).to.equal('404');
    expect(outcome({ 'rewrite-target': '/' }, 'http://shop.test/x/y?z=1', {}, 'Prefix /x')).to.equal('/?z=1');
  });

  it('leaves what is sent as it was sent without a rewrite', () => {
    expect(outcome({}, 'http://shop.test/a//b/%2e/c?d')).to.equal('/a//b/%2e/c?d');
  });

  it('asks for HTTPS where that is forced, at the port beside the one that the client came by', () => {
    const forced = { 'force-ssl-redirect': 'true' };
    expect(outcome(forced, 'http://shop.test:7081/a?b')).to.equal('308 https://shop.test:7444/a?b');
    expect(outcome(forced, 'http://shop.test/a?b')).to.equal('308 https://shop.test/a?b');
    expect(outcome(forced, 'https://shop.test:7444/a?b')).to.equal('/a?b');
  });

  it('asks for HTTPS where the host has TLS, unless that is turned off', () => {
    const withTls = (annotations: Short, host: string) => {
      const rules = ['shop.test Prefix / a', 'plain.test Prefix / a'];
      const given = ingress({ rules, tls: [{ hosts: ['shop.test'] }], annotations: prefixed(annotations) });
      const decision = decide(
        compileServed(objects({ ingresses: [given] })).tables.http,
        facts(`http://${host}/`),
        PORTS,
      );
      return decision.type === 'answer' ? decision.status : 'carried';
    };
    expect(withTls({}, 'shop.test')).to.equal(308);
    expect(withTls({}, 'plain.test')).to.equal('carried');
    expect(withTls({ 'ssl-redirect': 'false' }, 'shop.test')).to.equal('carried');
  });

  it('sends clients elsewhere', () => {
    expect(outcome({ 'permanent-redirect': 'https://new.test/x' }, 'http://shop.test/a')).to.equal(
      '301 https://new.test/x',
    );
    const temporal = { 'temporal-redirect': 'https://new.test/', 'temporal-redirect-code': '307' };
    expect(outcome(temporal, 'http://shop.test/a')).to.equal('307 https://new.test/');
    expect(outcome({ 'app-root': '/app' }, 'http://shop.test/')).to.equal('302 /app');
    expect(outcome({ 'app-root': '/app' }, 'http://shop.test/b')).to.equal('/b');
  });

  it('keeps out who comes from elsewhere', () => {
    const from = (annotations: Short, client: string) =>
      outcome(annotations, 'http://shop.test/', { client });
    const allow = { 'whitelist-source-range': '10.0.0.0/8, 192.0.2.7, 2001:db8::/32' };
    for (const client of ['10.1.2.3', '192.0.2.7', '::ffff:10.1.2.3', '2001:db8::1'])
      expect(from(allow, client), client).to.equal('/');
    for (const client of ['11.0.0.1', '192.0.2.8', '2001:db9::1', ''])
      expect(from(allow, client), client).to.equal('403');
    expect(from({ 'denylist-source-range': '10.0.0.0/8' }, '10.0.0.1')).to.equal('403');
    expect(from({ 'denylist-source-range': '10.0.0.0/8' }, '11.0.0.1')).to.equal('/');
  });

  it('takes no body that says it is larger than it may be', () => {
    const small = { 'proxy-body-size': '1k' };
    expect(outcome(small, 'http://shop.test/', { declared: 1025 })).to.equal('413');
    expect(outcome(small, 'http://shop.test/', { declared: 1024 })).to.equal('/');
    expect(outcome({}, 'http://shop.test/', { declared: 10 ** 12 })).to.equal('/');
  });

  it('answers preflights, and tells browsers which origins may read', () => {
    const cors = {
      'enable-cors': 'true',
      'cors-allow-origin': 'https://a.test, https://*.b.test',
      'cors-max-age': '5',
    };
    const preflight = decided(cors, 'http://shop.test/', { method: 'OPTIONS', origin: 'https://x.b.test' });
    expect(preflight).to.deep.include({ type: 'answer', status: 204 });
    expect(preflight.headers).to.include({
      'access-control-allow-origin': 'https://x.b.test',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, PUT, POST, DELETE, PATCH, OPTIONS',
      'access-control-max-age': '5',
      vary: 'Origin',
    });
    const read = (origin: string | undefined, annotations: Short = cors) =>
      decided(annotations, 'http://shop.test/', { origin }).headers['access-control-allow-origin'];
    expect(read('https://a.test')).to.equal('https://a.test');
    for (const origin of ['https://evil.test', 'https://x.y.b.test', 'https://b.test', undefined])
      expect(read(origin), origin).to.equal(undefined);
    expect(read('https://any.test', { 'enable-cors': 'true' })).to.equal('*');
    expect(decided({}, 'http://shop.test/', { method: 'OPTIONS' }).type).to.equal('forward');
  });
});
