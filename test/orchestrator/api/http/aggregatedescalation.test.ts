import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { PolicyRule } from '../../../../src/kube/kinds/objects.data.ts';
import {
  API_SERVICES,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
} from '../../../../src/kube/kinds/resources.data.ts';
import { type AggregatedWorld, SHIPS, startAvailable } from '../aggregation/world.ts';

/** Whatever a client sends, an aggregated API server believes of it what our server knows, and is asked what our server has allowed. */
describe('escalation by aggregated API', () => {
  let world: AggregatedWorld;
  before(async () => {
    world = await startAvailable();
    await allow('ann', { verbs: ['get'], apiGroups: ['sea.example.com'], resources: ['ships'] });
    await allow('bob', { verbs: ['impersonate'], apiGroups: [''], resources: ['users', 'groups'] });
  });
  after(() => world.close());

  async function allow(user: string, rule: PolicyRule): Promise<void> {
    const { client } = world;
    const [apiGroup, metadata] = ['rbac.authorization.k8s.io', { name: user }];
    const type = (kind: string) => ({ apiVersion: `${apiGroup}/v1`, kind, metadata });
    await client.create(CLUSTER_ROLES, { ...type('ClusterRole'), rules: [rule] });
    await client.create(CLUSTER_ROLE_BINDINGS, {
      ...type('ClusterRoleBinding'),
      roleRef: { apiGroup, kind: 'ClusterRole', name: user },
      subjects: [{ apiGroup, kind: 'User', name: user }],
    });
  }

  const as = (user: string, headers = {}) => ({ headers: { authorization: `Bearer ${user}`, ...headers } });
  /** Refused here, without a question to the server. */
  async function refused(path: string, code: number, options: object): Promise<string> {
    const before = world.requests.length;
    const answer = await world.http.ask(path, options);
    expect(answer.code, path).to.equal(code);
    expect(world.requests, path).to.have.length(before);
    return JSON.parse(answer.text).message;
  }

  it('fails by headers that say who one is: in any spelling, they are not passed on', async () => {
    const forged = {
      'X-Remote-User': 'admin',
      'X-Remote-Uid': '0',
      'X-Remote-Group': 'system:masters',
      'X-Remote-Extra-Scopes': 'all',
      X_Remote_User: 'admin',
      'X-REMOTE-OTHER': 'admin',
      Connection: 'close, X-Remote-User, X-Remote-Group',
    };
    const { headers } = await world.http.json(`${SHIPS}/ark`, as('ann', forged));
    const said = Object.entries(headers).filter(([name]) => name.replaceAll('_', '-').startsWith('x-remote'));
    expect(Object.fromEntries(said)).to.deep.equal({
      'x-remote-user': ['ann'],
      'x-remote-uid': ['uid-of-ann'],
      'x-remote-group': ['crew', 'deck', 'system:authenticated'],
    });
  });

  it('fails by impersonation: one must be allowed it here, and the server hears of the other alone', async () => {
    const group = { 'Impersonate-User': 'ann', 'Impersonate-Group': 'crew' };
    const denied = await refused(`${SHIPS}/ark`, 403, as('ann', { 'Impersonate-User': 'admin' }));
    expect(denied).to.contain('User "ann" cannot impersonate resource "users"');
    const { headers } = await world.http.json(`${SHIPS}/ark`, as('bob', group));
    expect(headers).to.deep.include({
      'x-remote-user': ['ann'],
      'x-remote-group': ['crew', 'system:authenticated'],
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('impersonate-'))).to.deep.equal([]);
  });

  it('fails by the token: it proves who one is, and is not passed on', async () => {
    const { headers } = await world.http.json(`${SHIPS}/ark`, as('ann'));
    expect(JSON.stringify(headers)).not.to.contain('Bearer');
  });

  it('fails by a verb, a resource or a scope that no role allows', async () => {
    expect(await refused(SHIPS, 403, as('ann'))).to.contain('User "ann" cannot list resource "ships"');
    expect(await refused(`${SHIPS}?watch=1`, 403, as('ann'))).to.contain('cannot watch resource "ships"');
    for (const [method, verb] of [
      ['POST', 'create'],
      ['PUT', 'update'],
      ['PATCH', 'patch'],
      ['DELETE', 'delete'],
    ])
      expect(await refused(`${SHIPS}/ark`, 403, { ...as('ann'), method })).to.contain(
        `cannot ${verb} resource`,
      );
    expect(await refused(SHIPS, 403, { ...as('ann'), method: 'DELETE' })).to.contain(
      'cannot deletecollection',
    );
    expect(await refused(`${SHIPS}/ark/crew`, 403, as('ann'))).to.contain('cannot get resource "ships/crew"');
  });

  it('fails by a path below what may be discovered: it is read as a resource however deep it is', async () => {
    expect(await refused(`${SHIPS}/ark/crew/noah/x`, 403, as('ann'))).to.contain('"ships/crew"');
    expect(await refused('/apis/sea.example.com/v1/watch', 403, as('ann'))).to.contain('resource "watch"');
  });

  it('fails by a path that reads differently once it is decoded: what was allowed is what is sent', async () => {
    const { url } = await world.http.json('/apis/sea.example.com/v1/ships%2Fark', as('ann'));
    expect(url).to.equal('/apis/sea.example.com/v1/ships/ark');
    const crew = '/apis/sea.example.com/v1/ships/ark%2Fcrew';
    expect(await refused(crew, 403, as('ann'))).to.contain('cannot get resource "ships/crew"');
    for (const up of [`${SHIPS}/..`, `${SHIPS}/%2e%2e/crew`, `${SHIPS}/x%2F..%2F../crew`])
      expect(await refused(up, 400, as('ann'))).to.contain('leads up');
  });

  it('fails by a query that reads differently elsewhere', async () => {
    const { url } = await world.http.json(`${SHIPS}/ark?a=1;watch=true&b=%zz`, as('ann'));
    expect(url).to.equal(`${SHIPS}/ark?a=1%3Bwatch%3Dtrue&b=%25zz`);
  });

  it('fails by a second request in a body: no header Connection takes the length away by which a body ends', async () => {
    const second = `GET ${SHIPS}/gold HTTP/1.1\r\nHost: fleet\r\nX-Remote-User: admin\r\n\r\n`;
    const headers = { Connection: 'Content-Length, Host', 'Content-Length': String(second.length) };
    const { body } = await world.http.json(`${SHIPS}/ark`, { ...as('ann', headers), body: second });
    expect(body).to.equal(second);
  });

  it('fails by the name of an APIService that reads as another group and version', async () => {
    expect(await refused('/apis/example.com/v1.sea/ships/ark', 404, as('admin'))).to.contain(
      'could not find',
    );
  });

  it('fails by a redirect: the client is not sent elsewhere with its token', async () => {
    world.serve((_request, response) => response.writeHead(307, { location: 'https://127.0.0.1:1/' }).end());
    const { code, headers, text } = await world.http.ask(`${SHIPS}/ark`, as('ann'));
    expect(code).to.equal(502);
    expect(text).to.equal('the backend attempted to redirect this request, which is not permitted');
    expect(headers).not.to.have.property('location');
  });

  it('fails by a change of protocol that no role allows', async () => {
    const before = world.requests.length;
    const socket = new WebSocket(`wss://127.0.0.1:${world.server.port}${SHIPS}`, {
      rejectUnauthorized: false,
      headers: { authorization: 'Bearer ann' },
    });
    const code = await new Promise((resolve) =>
      socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
    );
    expect(code).to.equal(403);
    expect(world.requests).to.have.length(before);
    socket.on('error', () => {});
    socket.terminate();
  });

  it('fails by an APIService for what is served here: that stays here, and its condition says so', async () => {
    const spec = { service: { namespace: 'shop', name: 'fleet' }, insecureSkipTLSVerify: true };
    const before = world.requests.length;
    for (const [name, path] of [
      ['v1.apps', '/apis/apps/v1/deployments'],
      ['v1.rbac.authorization.k8s.io', '/apis/rbac.authorization.k8s.io/v1/clusterroles'],
      ['v1beta1.metrics.k8s.io', '/apis/metrics.k8s.io/v1beta1/nodes'],
      ['v1.', '/api/v1/secrets'],
    ] as const) {
      await world.client.patch(API_SERVICES, { name }, { type: 'merge', body: { spec } });
      expect((await world.http.ask(path)).code, path).to.equal(200);
      const { status } = await world.client.get(API_SERVICES, { name });
      expect(status?.conditions?.[0], name).to.include({ status: 'True', reason: 'Local' });
    }
    expect(world.requests).to.have.length(before);
  });
});
