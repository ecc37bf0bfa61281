import { expect } from 'chai';
import { compileServed } from '../../../../src/orchestrator/network/ingress/compile.ts';
import { problemsText } from '../../../../src/orchestrator/network/ingress/findings.ts';
import { route } from '../../../../src/orchestrator/network/ingress/table.ts';
import { selfSigned } from './ingressbench.ts';
import { type IngressNotation, ingress, objects, secret } from './notation.ts';

const SHARED = 'pilotage.dev/host-shared-with';

describe('a host of two namespaces', () => {
  const compile = (...ingresses: readonly IngressNotation[]) =>
    compileServed(objects({ ingresses: ingresses.map((one) => ingress(one)) }));
  const owner = ({ tables: { http: table } }: ReturnType<typeof compile>, path: string, host = 'shop.test') =>
    route(table, { host, path })?.owner;
  const problem = ({ judged }: ReturnType<typeof compile>, namespace: string) =>
    problemsText(judged.find((one) => one.ingress.metadata.namespace === namespace)?.findings ?? []);

  const shop = { namespace: 'shop', rules: ['shop.test Prefix / a'] };
  const login = { namespace: 'thief', age: 5, rules: ['shop.test Prefix /login b'] };

  it('belongs to the one whose Ingress is older: a longer path of the other takes nothing over, and is named', () => {
    const compiled = compile(login, shop);
    expect(owner(compiled, '/login')).to.equal('shop/web');
    expect(problem(compiled, 'shop')).to.equal(undefined);
    expect(problem(compiled, 'thief')).to.equal(
      'HostConflict: shop.test belongs to the namespace shop, which had it first (Ingress shop/web): the annotation pilotage.dev/host-shared-with: thief there would share it',
    );
  });

  it('is served for the other hosts of an Ingress all the same', () => {
    const compiled = compile(shop, { ...login, rules: [...login.rules, 'own.test Prefix / b'] });
    expect(owner(compiled, '/', 'own.test')).to.equal('thief/web');
  });

  for (const value of ['guest', 'other, guest', 'other guest', '*'])
    it(`is shared with those that its holder names: ${value}`, () => {
      const compiled = compile(
        { ...shop, annotations: { [SHARED]: value } },
        { ...login, namespace: 'guest' },
      );
      expect(owner(compiled, '/login')).to.equal('guest/web');
      expect(problem(compiled, 'guest')).to.not.contain('HostConflict');
    });

  it('is not shared by who came later, nor with others than are named', () => {
    const own = compile(shop, { ...login, annotations: { [SHARED]: '*' } });
    expect(owner(own, '/login')).to.equal('shop/web');
    const named = compile({ ...shop, annotations: { [SHARED]: 'guest' } }, login);
    expect(owner(named, '/login')).to.equal('shop/web');
  });

  it('may have any number of Ingresses of its own namespace, whatever their age', () => {
    const compiled = compile(shop, login, {
      namespace: 'shop',
      name: 'more',
      age: 9,
      rules: ['shop.test Prefix /x a'],
    });
    expect(owner(compiled, '/x')).to.equal('shop/more');
  });

  it('belongs to an older wildcard that stands for it, and not to a younger one', () => {
    const wildcard = { ...shop, rules: ['*.shop.test Prefix / a'] };
    const admin = { ...login, rules: ['admin.shop.test Prefix / b'] };
    const older = compile(wildcard, admin);
    expect(owner(older, '/', 'admin.shop.test')).to.equal('shop/web');
    expect(problem(older, 'thief')).to.contain('which had *.shop.test first (Ingress shop/web)');
    const younger = compile({ ...wildcard, age: 9 }, admin);
    expect(owner(younger, '/', 'admin.shop.test')).to.equal('thief/web');
    expect(owner(younger, '/', 'other.shop.test')).to.equal('shop/web');
  });

  it('has no default backend and no certificate of the other one', () => {
    const tls = [{ hosts: ['shop.test'], secretName: 'pair' }];
    const { cert, key } = selfSigned('shop.test');
    const secrets = [secret('pair', { 'tls.crt': cert, 'tls.key': key }, 'thief')];
    const other = ingress({ ...login, fallback: 'b', tls });
    const { certificates, ...compiled } = compileServed(
      objects({ ingresses: [ingress({ ...shop, rules: ['shop.test Prefix /a a'] }), other], secrets }),
    );
    expect(owner({ ...compiled, certificates }, '/a')).to.equal('shop/web');
    expect(owner({ ...compiled, certificates }, '/any')).to.equal(undefined);
    expect(certificates).to.deep.equal([]);
    expect(compileServed(objects({ ingresses: [other], secrets })).certificates).to.have.length(1);
  });

  describe('that is held', () => {
    const since = (before: ReturnType<typeof compile>, ...ingresses: readonly IngressNotation[]) =>
      compileServed({
        ...objects({ ingresses: ingresses.map((one) => ingress(one)) }),
        // As it comes back from disk.
        holders: JSON.parse(JSON.stringify(before.holders)),
      });
    const young = { ...shop, age: 5 };
    const old = { ...login, age: 0 };

    it('stays with its holder: an older Ingress that names it since today takes nothing over', () => {
      expect(owner(compile(young, old), '/login')).to.equal('thief/web');
      const compiled = since(compile(young), young, old);
      expect(owner(compiled, '/login')).to.equal('shop/web');
      expect(problem(compiled, 'thief')).to.match(/^HostConflict: shop.test belongs to the namespace shop/);
    });

    it('stays with its holder while any Ingress of that namespace names it', () => {
      const other = { ...young, name: 'other', age: 9 };
      const compiled = since(since(compile(young), young, other), other, old);
      expect(owner(compiled, '/login')).to.equal('shop/other');
    });

    it('is not taken by a wildcard, however old', () => {
      const wildcard = { ...old, rules: ['*.test Prefix / b'] };
      expect(owner(compile(young, wildcard), '/')).to.equal('thief/web');
      const compiled = since(compile(young), young, wildcard);
      expect(owner(compiled, '/')).to.equal('shop/web');
      expect(owner(compiled, '/', 'free.test')).to.equal('thief/web');
    });

    it('is free for others when no object of its holder names it', () => {
      const left = since(compile(young), { ...young, rules: ['new.test Prefix / a'] }, old);
      expect(owner(left, '/login')).to.equal('thief/web');
      expect(left.holders).to.deep.equal({ 'new.test': 'shop', 'shop.test': 'thief' });
    });

    it('and has the name of something that every object has is a host like any other', () => {
      const named = { ...young, rules: ['constructor Prefix / a'] };
      const free = compile({ ...old, rules: ['constructor Prefix / b'] });
      expect(owner(free, '/', 'constructor')).to.equal('thief/web');
      expect(owner(since(compile(), named), '/', 'constructor')).to.equal('shop/web');
    });
  });

  it('may be left open: requests for any host belong to nobody', () => {
    const compiled = compile({ ...shop, rules: ['* Prefix /a a'] }, { ...login, rules: ['* Prefix /a/b b'] });
    expect(owner(compiled, '/a/b')).to.equal('thief/web');
  });
});
