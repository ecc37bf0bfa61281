import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { User } from '../../../../src/kube/client/client.ts';
import { CONFIG_MAPS } from '../../../../src/kube/kinds/resources.data.ts';
import { ADMINS } from '../../../../src/orchestrator/api/auth/authorizer.ts';
import {
  assertMayImpersonate,
  impersonatedBy,
  impersonatedUser,
} from '../../../../src/orchestrator/api/auth/impersonation.ts';
import type { Attributes } from '../../../../src/orchestrator/api/authorization.ts';
import { createAuthorizer } from '../authorization.ts';
import { startTestApi } from '../harness.ts';
import { refusal } from '../notation.ts';

const ANN: User = { name: 'ann', groups: [] };

/** What is asked of the authorizer about somebody who acts as `other`: `group/resource[/subresource] [namespace/]name`. */
function asked(other: User): string[] {
  const seen: Attributes[] = [];
  assertMayImpersonate(
    (_user, attributes) => {
      seen.push(attributes);
      return { allowed: true };
    },
    ANN,
    other,
  );
  return seen.map((one) => {
    if (!('group' in one)) return one.path;
    const what = [one.group, one.resource, ...(one.subresource ? [one.subresource] : [])].join('/');
    return `${one.verb} ${what} ${[...(one.namespace ? [one.namespace] : []), one.name].join('/')}`;
  });
}

/** The user that a request with these headers is answered as. */
function actingAs(headers: Record<string, string | string[]>): User | undefined {
  const distinct = Object.entries(headers).map(([name, value]) => [name, [value].flat()]);
  const single = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  const request = { headers: Object.fromEntries(single), headersDistinct: Object.fromEntries(distinct) };
  const asked = impersonatedBy(request as unknown as IncomingMessage);
  return asked && impersonatedUser(asked);
}

describe('the headers of a request', () => {
  it('name a user, who is authenticated', () => {
    expect(actingAs({})).to.equal(undefined);
    expect(actingAs({ 'impersonate-user': 'bob' })).to.deep.equal({
      name: 'bob',
      groups: ['system:authenticated'],
    });
  });

  it('name groups, a uid and extras, whose keys are percent-encoded', () => {
    const user = actingAs({
      'impersonate-user': 'bob',
      'impersonate-group': ['a', 'b'],
      'impersonate-uid': '7',
      'impersonate-extra-example.com%2freason': ['one', 'two'],
      'impersonate-extra-odd%': 'three',
    });
    expect(user).to.deep.equal({
      name: 'bob',
      groups: ['a', 'b', 'system:authenticated'],
      uid: '7',
      extra: { 'example.com/reason': ['one', 'two'], 'odd%': ['three'] },
    });
  });

  it('leave out the groups of a service account, which go without saying, unless they say others', () => {
    const name = 'system:serviceaccount:shop:web';
    expect(actingAs({ 'impersonate-user': name })?.groups).to.deep.equal([
      'system:serviceaccounts',
      'system:serviceaccounts:shop',
      'system:authenticated',
    ]);
    expect(actingAs({ 'impersonate-user': name, 'impersonate-group': 'a' })?.groups).to.deep.equal([
      'a',
      'system:authenticated',
    ]);
  });

  it('make nobody authenticated who is said not to be', () => {
    const anonymous = { 'impersonate-user': 'system:anonymous' };
    expect(actingAs(anonymous)?.groups).to.deep.equal(['system:unauthenticated']);
    const said = { 'impersonate-user': 'bob', 'impersonate-group': 'system:unauthenticated' };
    expect(actingAs(said)?.groups).to.deep.equal(['system:unauthenticated']);
  });

  it('are refused without a user', () => {
    const headers = { 'impersonate-group': 'ops', 'impersonate-uid': '7', 'impersonate-extra-k': 'v' };
    expect(() => actingAs(headers)).to.throw(
      'requested [{Group  ops    } {UserExtra  v  authentication.k8s.io/v1  k} {UID  7  authentication.k8s.io/v1  }] without impersonating a user',
    );
  });
});

describe('acting as another user', () => {
  it('asks about the name, each group, the uid and each extra', () => {
    expect(asked({ name: 'bob', groups: ['a', 'b'], uid: '7', extra: { k: ['v', 'w'] } })).to.deep.equal([
      'impersonate /users bob',
      'impersonate /groups a',
      'impersonate /groups b',
      'impersonate authentication.k8s.io/uids 7',
      'impersonate authentication.k8s.io/userextras/k v',
      'impersonate authentication.k8s.io/userextras/k w',
    ]);
  });

  it('asks about a service account in its namespace', () => {
    expect(asked({ name: 'system:serviceaccount:shop:web', groups: [] })).to.deep.equal([
      'impersonate /serviceaccounts shop/web',
    ]);
  });

  it('is refused at the first that is not allowed', async () => {
    const attempt = async () =>
      assertMayImpersonate(createAuthorizer(), ANN, { name: 'bob', groups: [ADMINS] });
    expect(await refusal(attempt())).to.equal(
      'Forbidden: users "bob" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  it('is refused to a client in this process as to one over the network', async () => {
    const plane = await startTestApi();
    const asAnn = plane.client().as(ANN);
    const asAdministrator = asAnn.as({ name: 'root', groups: [ADMINS] });
    expect(await refusal(asAdministrator.list(CONFIG_MAPS))).to.match(
      /^Forbidden: .*User "ann" cannot impersonate resource "users"/,
    );
    await plane.dispose();
  });
});
