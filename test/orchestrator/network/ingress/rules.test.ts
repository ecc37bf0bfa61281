import { expect } from 'chai';
import { compileServed } from '../../../../src/orchestrator/network/ingress/compile.ts';
import { problemsText } from '../../../../src/orchestrator/network/ingress/findings.ts';
import type { IngressObjects } from '../../../../src/orchestrator/network/ingress/rules.ts';
import { route } from '../../../../src/orchestrator/network/ingress/table.ts';
import { ingress, ingressClass, NGINX, objects, secret, service } from './notation.ts';

const compile = (given: Partial<IngressObjects>) => compileServed(objects(given));

/** What is wrong with the Ingress of that name. */
const findings = ({ judged }: ReturnType<typeof compile>, name = 'web'): readonly string[] =>
  (judged.find((one) => one.ingress.metadata.name === name)?.findings ?? []).map(
    ({ reason, message }) => `${reason}: ${message}`,
  );

const served = (given: Partial<IngressObjects>): readonly (string | undefined)[] =>
  compile(given).judged.flatMap((one) => (one.state === 'served' ? [one.ingress.metadata.name] : []));

describe('which Ingresses are served', () => {
  const rules = ['shop.test Prefix / a'];

  it('serves those of a class of ours, by the field and by the older annotation', () => {
    const classes = [
      ingressClass('pilotage'),
      ingressClass('mine'),
      ingressClass('nginx', 'k8s.io/ingress-nginx'),
    ];
    const ingresses = [
      ingress({ name: 'own', rules }),
      ingress({ name: 'mine', className: 'mine', rules: ['b.test Prefix / a'] }),
      ingress({
        name: 'old',
        className: null,
        annotations: { 'kubernetes.io/ingress.class': 'mine' },
        rules: ['c.test Prefix / a'],
      }),
      ingress({ name: 'other', className: 'nginx', rules }),
      ingress({ name: 'none', className: null, rules }),
    ];
    expect(served({ classes, ingresses })).to.deep.equal(['mine', 'old', 'own']);
  });

  it('serves one that names no class where a class of ours is the default', () => {
    const ingresses = [ingress({ className: null, rules })];
    expect(served({ ingresses, classes: [ingressClass('pilotage', undefined, true)] })).to.deep.equal([
      'web',
    ]);
    expect(
      served({ ingresses, classes: [ingressClass('x', 'x/y', true), ingressClass('pilotage')] }),
    ).to.deep.equal([]);
  });

  it('says of one whose class does not exist how that is mended', () => {
    const found = findings(compile({ ingresses: [ingress({ className: 'nginx', rules })] }));
    expect(found).to.deep.equal([
      'ClassMissing: there is no IngressClass nginx: name pilotage, or create nginx with the controller pilotage.dev/ingress',
    ]);
  });
});

describe('two Ingresses for the same requests', () => {
  const older = ingress({ name: 'older', rules: ['shop.test Prefix /a a', 'shop.test Exact /a a'] });
  const younger = ingress({
    name: 'younger',
    age: 5,
    rules: ['shop.test Prefix /a/ b', 'shop.test Prefix /b b'],
  });
  const compiled = compile({ ingresses: [younger, older] });

  it('are served by the older one, and the younger one is told', () => {
    expect(route(compiled.tables.http, { host: 'shop.test', path: '/a/x' })?.owner).to.equal('shop/older');
    expect(route(compiled.tables.http, { host: 'shop.test', path: '/b' })?.owner).to.equal('shop/younger');
    expect(findings(compiled, 'older')).to.deep.equal([]);
    expect(findings(compiled, 'younger')).to.deep.equal([
      'PathConflict: shop.test /a/ (prefix) is served by the Ingress shop/older, which is older',
    ]);
  });

  it('have one default backend of all', () => {
    const both = compile({
      ingresses: [ingress({ name: 'x', age: 1, fallback: 'b' }), ingress({ fallback: 'a' })],
    });
    expect(route(both.tables.http, { host: 'any', path: '/' })?.owner).to.equal('shop/web');
    expect(findings(both, 'x')[0]).to.match(/^PathConflict: the default backend of all hosts/);
  });
});

describe('what an Ingress refers to', () => {
  const rules = ['shop.test Prefix / gone'];
  const whyOf = (given: Partial<IngressObjects>) => {
    const action = route(compile(given).tables.http, { host: 'shop.test', path: '/' })?.action;
    if (action?.type === 'refuse') return action.why;
    return action?.type === 'forward' && action.target.type === 'missing' ? action.target.why : undefined;
  };

  it('is missed by name: Service, port, resource, and what leads out of the cluster', () => {
    const missing = { ingresses: [ingress({ rules })] };
    expect(findings(compile(missing))).to.deep.equal(['ServiceMissing: there is no Service shop/gone']);
    expect(whyOf(missing)).to.equal('there is no Service shop/gone');
    const portless = { ...missing, services: [service('gone', 'shop', { ports: [{ port: 8080 }] })] };
    expect(findings(compile(portless))).to.deep.equal([
      'ServicePortMissing: the Service shop/gone has no port 80',
    ]);
    const external = { ...missing, services: [service('gone', 'shop', { type: 'ExternalName' })] };
    expect(findings(compile(external))[0]).to.match(/^BackendNotSupported: .* is an ExternalName/);
    const resource = ingress({ fallback: 'a' });
    const { spec, ...rest } = resource;
    const other = { ...rest, spec: { ...spec, defaultBackend: { resource: { kind: 'Bucket', name: 'b' } } } };
    expect(findings(compile({ ingresses: [other] }))[0]).to.match(
      /^BackendNotSupported: a backend that is a resource/,
    );
  });

  it('is not served without the protection that it asks for', () => {
    const guarded = (
      annotations: object,
      secrets = [secret('people', { auth: 'ann:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n' })],
    ) => ({
      secrets,
      ingresses: [
        ingress({
          rules: ['shop.test Prefix / a'],
          annotations: Object.fromEntries(
            Object.entries(annotations).map(([key, value]) => [NGINX + key, value]),
          ),
        }),
      ],
    });
    const basic = { 'auth-type': 'basic', 'auth-secret': 'people' };
    expect(findings(compile(guarded(basic)))).to.deep.equal([]);
    const refused: readonly (readonly [object, RegExp])[] = [
      [{ ...basic, 'auth-secret': 'gone' }, /there is no Secret gone/],
      [{ ...basic, 'auth-secret': 'other/people' }, /is not of its namespace/],
      [{ ...basic, 'auth-type': 'digest' }, /auth-type must be basic/],
      [{ 'auth-secret': 'people' }, /does nothing without auth-type/],
      [{ 'auth-url': 'https://sso.test' }, /auth-url is not done here/],
      [{ 'whitelist-source-range': '10.0.0.0/33' }, /whitelist-source-range must be/],
    ];
    for (const [annotations, why] of refused) {
      const given = guarded(annotations);
      expect(findings(compile(given))[0], JSON.stringify(annotations))
        .to.match(/^NotProtected: /)
        .and.to.match(why);
      expect(whyOf(given), 'to strangers').to.equal(
        'the Ingress shop/web cannot be protected as it asks: its events say why',
      );
    }
    const hashed = (hash: string) =>
      findings(compile(guarded(basic, [secret('people', { auth: `ann:${hash}` })])))[0];
    expect(hashed('$2y$05$abcdefghijklmnopqrstuv')).to.contain('the user ann').and.to.contain('bcrypt');
    expect(hashed('')).to.contain('names no user');
  });

  it('has what is not understood named at once, which keeps nothing from being served', () => {
    const annotations = { [`${NGINX}limit-rps`]: '5', [`${NGINX}canary`]: 'true', 'example.com/other': 'x' };
    const compiled = compile({ ingresses: [ingress({ rules: ['shop.test Prefix / a'], annotations })] });
    expect(findings(compiled)).to.deep.equal([
      `UnknownAnnotations: not understood here, without effect: ${NGINX}limit-rps, ${NGINX}canary`,
    ]);
    expect(problemsText(compiled.judged[0]?.findings ?? [])).to.equal(undefined);
  });

  it('has a path that is no regular expression named', () => {
    const annotations = { [`${NGINX}use-regex`]: 'true' };
    const compiled = compile({ ingresses: [ingress({ rules: ['shop.test Specific /(a a'], annotations })] });
    expect(findings(compiled)[0]).to.match(/^BadPattern: the path \/\(a is no regular expression: /);
  });

  it('has no more regular expressions for a host than a request can be compared with', () => {
    const annotations = { [`${NGINX}use-regex`]: 'true' };
    const large = (i: number) => `shop.test Specific /${i}(a|b|c){60} a`;
    const small = Array.from({ length: 50 }, (_, i) => `shop.test Specific /${i}.* a`);
    const rules = [...Array.from({ length: 10 }, (_, i) => large(i)), ...small];
    const compiled = compile({ ingresses: [ingress({ rules, annotations })] });
    const kept = compiled.tables.http.get('shop.test')?.rules.length ?? 0;
    const left = findings(compiled);
    expect(kept).to.be.greaterThan(0).and.lessThan(60);
    expect(left).to.have.length(60 - kept);
    expect(left[0]).to.match(/^BadPattern: the regular expressions of shop.test have more than 2000 instr/);
  });

  it('has as many regular expressions for a host as people write', () => {
    const annotations = { [`${NGINX}use-regex`]: 'true' };
    const rules = Array.from({ length: 60 }, (_, i) => `shop.test Specific /${i}(/|$)(.*) a`);
    const compiled = compile({ ingresses: [ingress({ rules, annotations })] });
    expect(compiled.tables.http.get('shop.test')?.rules).to.have.length(60);
  });
});
