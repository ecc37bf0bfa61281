import { expect } from 'chai';
import type { User } from '../../../../src/kube/client/client.ts';
import { createAccess } from '../../../../src/orchestrator/api/admission/access.ts';
import type { Attributes, Authorizer } from '../../../../src/orchestrator/api/authorization.ts';

const ADA: User = { name: 'ada', groups: ['shop'] };
const NOTHING_SET = { subresource: '', namespace: '', name: '', fieldSelector: '' };
const PODS = { verb: 'get', group: '', resource: 'pods', ...NOTHING_SET };

describe('what expressions ask of rights', () => {
  const asked: { readonly user: User; readonly attributes: Attributes }[] = [];
  const noting =
    (answer: ReturnType<Authorizer>): Authorizer =>
    (user, attributes) => {
      asked.push({ user, attributes });
      return answer;
    };
  beforeEach(() => asked.splice(0));

  it('is asked of the one authorizer, once for each question', () => {
    const { ask } = createAccess(noting({ allowed: true, reason: 'a role' }), ADA);
    for (const _ of 'twice') expect(ask(undefined, PODS)).to.deep.equal({ allowed: true, reason: 'a role' });
    ask(undefined, { ...PODS, name: 'web', fieldSelector: 'metadata.name=web' });
    expect(asked).to.deep.equal([
      { user: ADA, attributes: { verb: 'get', group: '', resource: 'pods', isUnread: true } },
      {
        user: ADA,
        attributes: {
          verb: 'get',
          group: '',
          resource: 'pods',
          name: 'web',
          fieldSelector: 'metadata.name=web',
          isUnread: true,
        },
      },
    ]);
  });

  it('leaves out a selector that cannot be read', () => {
    createAccess(noting({ allowed: true }), ADA).ask(undefined, { ...PODS, fieldSelector: 'nonsense' });
    expect(asked[0]?.attributes).not.to.have.property('fieldSelector');
  });

  it('is asked for a service account as one that has not signed in', () => {
    createAccess(noting({ allowed: true }), ADA).ask({ namespace: 'shop', name: 'robot' }, PODS);
    expect(asked[0]?.user).to.deep.equal({
      name: 'system:serviceaccount:shop:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop'],
    });
  });

  it('is evaluated again when an authorizer that takes its time has answered', async () => {
    const { ask, settle } = createAccess(noting(Promise.resolve({ allowed: true })), ADA);
    let evaluations = 0;
    const settled = settle(() => {
      evaluations += 1;
      return ask(undefined, PODS).allowed && ask(undefined, { ...PODS, verb: 'list' }).allowed;
    });
    expect(settled).to.be.an.instanceOf(Promise);
    expect(await settled).to.equal(true);
    expect([evaluations, asked.length]).to.deep.equal([3, 2]);
  });

  it('is an error, and no yes, where the authorizer fails', async () => {
    const failing: readonly Authorizer[] = [
      () => {
        throw new Error('no answer');
      },
      () => Promise.reject(new Error('no answer')),
    ];
    for (const authorize of failing) {
      const { ask, settle } = createAccess(authorize, ADA);
      expect(await settle(() => ask(undefined, PODS))).to.deep.equal({
        allowed: false,
        reason: '',
        error: 'no answer',
      });
    }
  });
});
