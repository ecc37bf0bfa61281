import { expect } from 'chai';
import type { Listener } from '../../../../../src/kube/kinds/gateways/objects.ts';
import {
  gatewayStatus,
  routeStatus,
} from '../../../../../src/orchestrator/network/ingress/gateway/status.ts';
import { selfSigned } from '../ingressbench.ts';
import { secret, service } from '../notation.ts';
import {
  compiled,
  gateway,
  gatewayClass,
  grant,
  http,
  https,
  messageOf,
  namespace,
  parentOf,
  reached,
  route,
  short,
  to,
} from './notation.ts';

const { cert, key } = selfSigned('shop.test');
const shopTls = secret('shop', { 'tls.crt': cert, 'tls.key': key });
const FACE = { address: '127.0.0.1', now: '2026-01-01T00:00:00Z' };

describe('which Gateways are served', () => {
  it('serves those of a class of ours', () => {
    const classes = [gatewayClass('pilotage', 'example.com/other')];
    const all = compiled({ classes, routes: [route({ rules: ['/ a'] })] });
    expect(
      [all.gateways.classes, all.gateways.gateways, all.gateways.routes].map((list) => list.length),
    ).to.deep.equal([0, 0, 0]);
    expect(reached(all, 'http://shop.test/')).to.equal(404);
  });

  it('says of a class with parameters that it has none', () => {
    const plain = gatewayClass();
    const classes = [{ ...plain, spec: { ...plain.spec, parametersRef: { kind: 'X' } } }];
    expect(short(compiled({ classes }).gateways.classes[0]?.conditions)).to.deep.equal([
      'Accepted=False InvalidParameters',
    ]);
  });
});

describe('the listeners of a Gateway', () => {
  const judged = (listener: Listener, rest: Parameters<typeof compiled>[1] = {}) => {
    const all = compiled({ gateways: [gateway([listener])], routes: [route({ rules: ['/ a'] })] }, rest);
    const found = all.gateways.gateways[0];
    if (!found?.listeners[0]) throw new Error('no listener');
    return { all, gateway: found, listener: found.listeners[0] };
  };

  it('are served at the ports 80 and 443, which stand for those of the ingress, and at no other', () => {
    const { all, listener, gateway: whole } = judged(http({ port: 8080 }));
    expect(short(listener.conditions).slice(0, 2)).to.deep.equal([
      'Accepted=False PortUnavailable',
      'Programmed=False Invalid',
    ]);
    expect(short(whole.conditions)).to.deep.equal([
      'Accepted=False ListenersNotValid',
      'Programmed=False Invalid',
    ]);
    expect(reached(all, 'http://shop.test/')).to.equal(404);
    expect(messageOf(parentOf(all), 'Accepted')).to.match(
      /^its listener is not served: HTTP is served at the port 80/,
    );
    expect(listener.attached).to.equal(1);
  });

  it('speak HTTP and HTTPS', () => {
    const { listener } = judged({ name: 'db', port: 5432, protocol: 'TCP' });
    expect(short(listener.conditions)[0]).to.equal('Accepted=False UnsupportedProtocol');
    expect(listener.takesRoutes).to.equal(false);
  });

  it('take HTTPRoutes, and say which other kinds they do not', () => {
    const { listener } = judged(
      http({ allowedRoutes: { kinds: [{ kind: 'HTTPRoute' }, { kind: 'GRPCRoute' }] } }),
    );
    expect(short(listener.conditions)).to.include('ResolvedRefs=False InvalidRouteKinds');
    expect(listener.takesRoutes).to.equal(true);
  });

  it('have the certificate of their Secret for their hostname, and serve HTTPS alone', () => {
    const { all } = judged(https('shop', { hostname: '*.test' }), { secrets: [shopTls] });
    expect(all.certificates.map(({ host }) => host)).to.deep.equal(['**.test']);
    expect([reached(all, 'https://a.b.test/'), reached(all, 'http://a.b.test/')]).to.deep.equal(['a', 404]);
  });

  it('say what is wrong with their certificate, and are not served without', () => {
    const bad = secret('shop', { 'tls.crt': cert, 'tls.key': 'x' });
    const other = https('shop', { tls: { certificateRefs: [{ name: 'shop', namespace: 'vault' }] } });
    const kind = https('shop', { tls: { certificateRefs: [{ name: 'shop', kind: 'Vault', group: 'x.y' }] } });
    const cases: readonly (readonly [Listener, readonly (typeof shopTls)[], string, RegExp])[] = [
      [https('shop'), [], 'InvalidCertificateRef', /there is no Secret shop\/shop/],
      [https('shop'), [bad], 'InvalidCertificateRef', /are no certificate and key in PEM/],
      [other, [], 'RefNotPermitted', /no ReferenceGrant of the namespace vault lets Gateways of shop/],
      [kind, [], 'InvalidCertificateRef', /a certificate is a Secret, not a Vault/],
    ];
    for (const [one, secrets, reason, message] of cases) {
      const { all, listener } = judged(one, { secrets });
      expect(short(listener.conditions)).to.include(`ResolvedRefs=False ${reason}`);
      expect(messageOf(listener.conditions, 'Programmed')).to.match(message);
      expect(reached(all, 'https://shop.test/')).to.equal(404);
    }
  });

  it('keep the Gateway going where another one is served', () => {
    const all = compiled({ gateways: [gateway([http(), http({ name: 'more', port: 81 })])] });
    expect(short(all.gateways.gateways[0]?.conditions)).to.deep.equal([
      'Accepted=True ListenersNotValid',
      'Programmed=True Programmed',
    ]);
  });
});

describe('an HTTPRoute and its Gateway', () => {
  const elsewhere = route({ namespace: 'blog', parent: { namespace: 'shop' }, rules: ['/ a'] });
  const from = (allowed: object) =>
    parentOf(
      compiled({
        gateways: [gateway([http({ allowedRoutes: { namespaces: allowed } })])],
        namespaces: [namespace('blog', { team: 'web' })],
        routes: [elsewhere],
      }),
    );

  it('are joined where the listener allows its namespace', () => {
    const web = { matchLabels: { team: 'web' } };
    expect(short(from({ from: 'Same' }))[0]).to.equal('Accepted=False NotAllowedByListeners');
    expect(short(from({ from: 'All' }))[0]).to.equal('Accepted=True Accepted');
    expect(short(from({ from: 'Selector', selector: web }))[0]).to.equal('Accepted=True Accepted');
    expect(short(from({ from: 'Selector', selector: { matchLabels: { team: 'x' } } }))[0]).to.equal(
      'Accepted=False NotAllowedByListeners',
    );
  });

  it('are joined by the listener that it names, and by a hostname of both', () => {
    const parent = (ref: object, rest: object = {}) =>
      short(
        parentOf(
          compiled({
            gateways: [gateway([http({ hostname: 'shop.test' })])],
            routes: [route({ parent: ref, rules: ['/ a'], ...rest })],
          }),
        ),
      )[0];
    expect(parent({ sectionName: 'http', port: 80 })).to.equal('Accepted=True Accepted');
    expect(parent({ sectionName: 'other' })).to.equal('Accepted=False NoMatchingParent');
    expect(parent({ port: 81 })).to.equal('Accepted=False NoMatchingParent');
    expect(parent({}, { hosts: ['blog.test'] })).to.equal('Accepted=False NoMatchingListenerHostname');
  });

  it('reach a Service of another namespace where a ReferenceGrant of that one lets them', () => {
    const routes = [route({ rules: [{ backendRefs: [to('a', { namespace: 'data' })] }] })];
    const services = [service('a', 'data')];
    const lets = (from: string, name?: string) => [
      grant(
        'data',
        { kind: 'HTTPRoute', namespace: from },
        { group: '', kind: 'Service', ...(name ? { name } : {}) },
      ),
    ];
    const reach = (grants: ReturnType<typeof lets>) =>
      reached(compiled({ routes, grants }, { services }), 'http://x.test/');
    expect(reach(lets('shop'))).to.equal('a');
    expect(reach(lets('shop', 'a'))).to.equal('a');
    expect(reach(lets('shop', 'b'))).to.equal(500);
    expect(reach(lets('blog'))).to.equal(500);
  });
});

describe('the status of Gateways and HTTPRoutes', () => {
  it('is written once, with the generation that it is about, and keeps the time of what has not changed', () => {
    const first = compiled({ routes: [route({ rules: ['/ a'] })] }).gateways.gateways[0];
    if (!first) throw new Error('no Gateway');
    const status = gatewayStatus(first, FACE);
    expect(status?.addresses).to.deep.equal([{ type: 'IPAddress', value: '127.0.0.1' }]);
    expect(status?.listeners?.[0]).to.deep.include({ name: 'http', attachedRoutes: 1 });
    expect(status?.conditions?.[0]).to.include({
      type: 'Accepted',
      observedGeneration: 1,
      lastTransitionTime: FACE.now,
    });
    const again = compiled({
      gateways: [{ ...gateway(), ...(status ? { status } : {}) }],
      routes: [route({ rules: ['/ a'] })],
    });
    const later = { ...FACE, now: '2026-02-02T00:00:00Z' };
    expect(again.gateways.gateways.map((one) => gatewayStatus(one, later))).to.deep.equal([undefined]);
  });

  it('says that a Gateway has no address while the ingress does not listen, and no other than its own', () => {
    const [first] = compiled({}).gateways.gateways;
    const [other] = compiled({ gateways: [gateway([http()], { addresses: [{ value: '192.0.2.9' }] })] })
      .gateways.gateways;
    if (!first || !other) throw new Error('no Gateway');
    expect(gatewayStatus(first, { ...FACE, address: undefined })?.conditions?.[1]?.reason).to.equal(
      'AddressNotAssigned',
    );
    expect(gatewayStatus(other, FACE)?.conditions?.[1]?.reason).to.equal('AddressNotUsable');
  });

  it('leaves to other controllers what they say of a route, and takes ours off one that has left', () => {
    const theirs = { parentRef: { name: 'mesh' }, controllerName: 'example.com/mesh', conditions: [] };
    const ours = { parentRef: { name: 'edge' }, controllerName: 'pilotage.dev/gateway', conditions: [] };
    const left = {
      ...route({ rules: ['/ a'], parent: { name: 'mesh' } }),
      status: { parents: [theirs, ours] },
    };
    const [judged] = compiled({ routes: [left] }).gateways.routes;
    if (!judged) throw new Error('no route');
    expect(routeStatus(judged, FACE)).to.deep.equal({ parents: [theirs] });
  });
});
