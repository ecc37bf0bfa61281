import { expect } from 'chai';
import { problemsText } from '../../../../../src/orchestrator/network/ingress/findings.ts';
import { selfSigned } from '../ingressbench.ts';
import { ingress, secret, service } from '../notation.ts';
import { compiled, gateway, http, https, messageOf, parentOf, reached, route, short } from './notation.ts';

describe('the host of an HTTPRoute', () => {
  const own = (name: string): ReturnType<typeof gateway> => {
    const made = gateway();
    return { ...made, metadata: { ...made.metadata, namespace: name, uid: name } };
  };

  it('is left to the namespace whose Ingress has it', () => {
    const ingresses = [ingress({ namespace: 'bank', rules: ['bank.test Prefix / a'] })];
    const services = [service('a', 'bank'), service('b')];
    const routes = [route({ hosts: ['bank.test'], rules: ['/login b'] })];
    const all = compiled({ routes }, { ingresses, services });
    expect(reached(all, 'http://bank.test/login')).to.equal('a');
    expect(short(parentOf(all))[0]).to.equal('Accepted=False HostConflict');
    expect(messageOf(parentOf(all), 'Accepted')).to.match(
      /^bank.test belongs to the namespace bank, which had it first \(Ingress bank\/web\)/,
    );
  });

  it('is left to the Gateway whose oldest route has it, and that of a wildcard likewise', () => {
    const gateways = [own('bank'), own('shop')];
    const bank = (hosts: readonly string[]) =>
      route({ name: 'bank', namespace: 'bank', hosts, rules: ['/ a'] });
    const late = route({ age: 9, hosts: ['login.bank.test', 'shop.test'], rules: ['/login b'] });
    for (const hosts of [['login.bank.test'], ['*.bank.test']]) {
      const services = [service('a', 'bank'), service('b')];
      const all = compiled({ gateways, routes: [bank(hosts), late] }, { services });
      expect(reached(all, 'http://login.bank.test/login')).to.equal('a');
      expect(reached(all, 'http://shop.test/login')).to.equal('b');
      expect(short(parentOf(all))).to.include('PartiallyInvalid=True HostConflict');
    }
  });

  describe('and of an Ingress of another namespace', () => {
    const thief = ingress({ namespace: 'thief', age: 9, rules: ['shop.test Prefix /login a'] });
    const services = [service('a', 'thief'), service('b')];
    const rules = ['/ b'];

    it('is left to the route where that is older, and the Ingress is told', () => {
      const routes = [route({ hosts: ['shop.test'], rules })];
      const all = compiled({ routes }, { ingresses: [thief], services });
      expect(reached(all, 'http://shop.test/login')).to.equal('b');
      expect(problemsText(all.judged[0]?.findings ?? [])).to.match(
        /^HostConflict: shop.test belongs to the namespace shop, which had it first \(HTTPRoute shop\/web\)/,
      );
    });

    it('is left to the route that stands for it by a wildcard, at any depth', () => {
      const deep = ingress({ namespace: 'thief', age: 9, rules: ['a.b.shop.test Prefix / a'] });
      const routes = [route({ hosts: ['*.shop.test'], rules })];
      const all = compiled({ routes }, { ingresses: [deep], services });
      expect(reached(all, 'http://a.b.shop.test/')).to.equal('b');
      expect(problemsText(all.judged[0]?.findings ?? [])).to.contain('which had *.shop.test first');
    });

    it('stays with who has held it, whatever is older', () => {
      const old = ingress({ namespace: 'thief', rules: ['shop.test Prefix /login a'] });
      const routes = [route({ age: 9, hosts: ['shop.test'], rules })];
      const { holders } = compiled({ routes }, { services });
      const all = compiled({ routes }, { ingresses: [old], services, holders });
      expect(reached(all, 'http://shop.test/login')).to.equal('b');
      expect(
        reached(compiled({ routes }, { ingresses: [old], services }), 'http://shop.test/login'),
      ).to.equal('a');
    });

    it('is shared where the annotation of the Gateway names that namespace', () => {
      const made = gateway();
      const annotations = { 'pilotage.dev/host-shared-with': 'thief' };
      const gateways = [{ ...made, metadata: { ...made.metadata, annotations } }];
      const routes = [route({ hosts: ['shop.test'], rules })];
      const all = compiled({ gateways, routes }, { ingresses: [thief], services });
      expect(reached(all, 'http://shop.test/login')).to.equal('a');
    });

    it('is no host for routes of others at a Gateway of the namespace whose Ingress has it', () => {
      const gateways = [gateway([http({ allowedRoutes: { namespaces: { from: 'All' } } })])];
      const ingresses = [ingress({ rules: ['shop.test Prefix / b'] })];
      const parent = { namespace: 'shop' };
      const guest = route({ namespace: 'thief', parent, hosts: ['shop.test'], rules: ['/login a'] });
      const all = compiled({ gateways, routes: [guest] }, { ingresses, services });
      expect(reached(all, 'http://shop.test/login')).to.equal('b');
    });
  });

  describe('and of a listener with a certificate', () => {
    const { cert, key } = selfSigned('shop.test');
    const listener = https('pair', {
      hostname: 'shop.test',
      allowedRoutes: { namespaces: { from: 'All' } },
    });
    const edge = (name: string) => {
      const made = gateway([listener]);
      return { ...made, metadata: { ...made.metadata, namespace: name, uid: name } };
    };
    const secrets = [secret('pair', { 'tls.crt': cert, 'tls.key': key }, 'infra')];
    const hosts = ['shop.test'];

    it('has no certificate of a Gateway while another namespace holds it', () => {
      const gateways = [gateway(), edge('infra')];
      const routes = [route({ hosts, rules: ['/ a'] })];
      expect(compiled({ gateways, routes }, { secrets }).certificates).to.deep.equal([]);
      expect(compiled({ gateways }, { secrets }).certificates).to.have.length(1);
    });

    it('has the certificate of the Gateway where its holder has a route', () => {
      const routes = [route({ hosts, parent: { namespace: 'infra' }, rules: ['/ a'] })];
      const all = compiled(
        { gateways: [edge('infra')], routes },
        { secrets, holders: { 'shop.test': 'shop' } },
      );
      expect(all.holders).to.deep.equal({ 'shop.test': 'shop' });
      expect(all.certificates).to.have.length(1);
      expect(reached(all, 'https://shop.test/')).to.equal('a');
    });
  });
});
