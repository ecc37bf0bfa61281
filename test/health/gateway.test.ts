import { expect } from 'chai';
import { verdictOf } from '../../src/health/verdicts.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';

/** `Accepted=False NoMatchingParent`, of generation 2 unless `@1` says another. */
function condition(text: string): object {
  const [, type, status, reason, generation = '2'] = /^(\w+)=(\w+) (\w+)(?:@(\d))?$/.exec(text) ?? [];
  return { type, status, reason, message: `m of ${type}`, observedGeneration: Number(generation) };
}

const object = (kind: string, spec: object, status: object): KubeObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: { name: 'edge', namespace: 'shop', generation: 2 },
  spec,
  status,
});

const GOOD = ['Accepted=True Accepted', 'Programmed=True Programmed'];
const JOINED = ['Accepted=True Accepted', 'ResolvedRefs=True ResolvedRefs'];

describe('the verdict on a Gateway', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[], string, RegExp?])[] = [
    ['nobody has looked at', [], [], 'Progressing', /no controller/],
    [
      'as its definition begins',
      ['Accepted=Unknown Pending', 'Programmed=Unknown Pending'],
      [],
      'Progressing',
    ],
    ['served', GOOD, ['Accepted=True Accepted', 'Conflicted=False NoConflicts'], 'Healthy'],
    [
      'served as it was before',
      ['Accepted=True Accepted@1', 'Programmed=True Programmed@1'],
      [],
      'Progressing',
    ],
    ['refused', ['Accepted=False ListenersNotValid'], [], 'Degraded', /m of Accepted/],
    [
      'without an address yet',
      ['Accepted=True Accepted', 'Programmed=False AddressNotAssigned'],
      [],
      'Progressing',
    ],
    [
      'with a listener without its Secret',
      GOOD,
      ['ResolvedRefs=False InvalidCertificateRef'],
      'Degraded',
      /listener http: m/,
    ],
    [
      'with a listener that another one is in the way of',
      GOOD,
      ['Conflicted=True HostnameConflict'],
      'Degraded',
    ],
  ];
  for (const [name, own, listener, state, message] of cases)
    it(`is ${state} of one that is ${name}`, () => {
      const conditions = own.map(condition);
      const listeners = [{ name: 'http', attachedRoutes: 0, conditions: listener.map(condition) }];
      const verdict = verdictOf(object('Gateway', { listeners: [] }, { conditions, listeners }));
      expect(verdict.state).to.equal(state);
      if (message) expect(verdict.message).to.match(message);
    });
});

describe('the verdict on an HTTPRoute', () => {
  const verdict = (...parents: readonly (readonly string[])[]) =>
    verdictOf(
      object(
        'HTTPRoute',
        { parentRefs: parents.map(() => ({ name: 'edge' })) },
        {
          parents: parents.filter((one) => one.length > 0).map((one) => ({ conditions: one.map(condition) })),
        },
      ),
    );

  it('is Healthy where every parent has accepted it and finds its backends', () => {
    expect(verdict(JOINED, JOINED).state).to.equal('Healthy');
  });

  it('is Progressing while a parent has said nothing', () => {
    expect(verdict(JOINED, []).state).to.equal('Progressing');
  });

  it('is Degraded where one parent refuses it, misses a backend, or leaves a rule out', () => {
    expect(verdict(JOINED, ['Accepted=False NotAllowedByListeners']).reason).to.equal(
      'NotAllowedByListeners',
    );
    expect(verdict(['Accepted=True Accepted', 'ResolvedRefs=False BackendNotFound'])).to.include({
      state: 'Degraded',
      message: 'm of ResolvedRefs',
    });
    expect(verdict([...JOINED, 'PartiallyInvalid=True UnsupportedValue']).state).to.equal('Degraded');
  });
});
