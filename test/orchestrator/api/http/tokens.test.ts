import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { NAMESPACES, PODS, SERVICE_ACCOUNTS } from '../../../../src/kube/kinds/resources.data.ts';
import type { StatusError } from '../../../../src/kube/values/status.ts';
import type { Json, JsonObject } from '../../../../src/kube/values/types.ts';
import { type Ask, askAsBearer } from '../bearer.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

describe('tokens of service accounts over HTTPS', () => {
  let server: RunningServer;
  let ask: Ask;
  let client: KubeClient;
  before(async () => {
    server = await startHttpsServer();
    ask = askAsBearer(server);
    client = server.client();
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    const metadata = { name: 'robot', namespace: 'shop' };
    await client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  });
  after(() => server.close());

  async function tokenOf(spec: JsonObject = {}, by = client): Promise<string> {
    const metadata = { name: 'robot', namespace: 'shop' };
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec };
    const answer = await by.create(SERVICE_ACCOUNTS, request, { namespace: 'shop', subresource: 'token' });
    return (answer as unknown as { status: { token: string } }).status.token;
  }
  const review = async (token: string, spec: JsonObject = {}) => {
    const body = { spec: { token, ...spec } };
    const { body: answer } = await ask(
      '/apis/authentication.k8s.io/v1/tokenreviews',
      server.token,
      body as Json,
    );
    return answer.status;
  };
  async function pod(name: string, nodeName?: string) {
    const spec = {
      containers: [{ name: 'main', image: 'host' }],
      serviceAccountName: 'robot',
      ...(nodeName ? { nodeName } : {}),
    };
    const metadata = { name, namespace: 'shop' };
    return client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  }
  const boundTo = ({ metadata: { name = '', uid = '' } }: { metadata: { name?: string; uid?: string } }) => ({
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
  });

  it('sign their bearer in, as the account and its groups', async () => {
    const { code, body } = await ask(SELF, await tokenOf(), {});
    expect(code).to.equal(201);
    expect(body.status.userInfo).to.deep.include({
      username: 'system:serviceaccount:shop:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    });
  });

  it('for other audiences sign nobody in here, and are good there', async () => {
    const token = await tokenOf({ audiences: ['vault'] });
    expect((await ask(SELF, token, {})).body).to.deep.include({ code: 401, message: 'Unauthorized' });
    expect(await review(token)).to.deep.equal({
      user: {},
      error: `token audiences ["vault"] is invalid for the target audiences ["${ISSUER}"]`,
    });
    expect(await review(token, { audiences: ['vault', 'bank'] })).to.deep.include({
      authenticated: true,
      audiences: ['vault'],
    });
  });

  it('are reviewed with the pod that they are bound to, and refused with a reason once it is gone', async () => {
    const bound = await pod('worker');
    const token = await tokenOf(boundTo(bound));
    const { authenticated, user } = await review(token);
    expect(authenticated).to.equal(true);
    expect(user.extra['authentication.kubernetes.io/pod-name']).to.deep.equal(['worker']);
    await client.delete(PODS, { namespace: 'shop', name: 'worker' }, { gracePeriodSeconds: 0 });
    expect((await ask(SELF, token, {})).code).to.equal(401);
    expect(await review(token)).to.deep.equal({
      user: {},
      error: 'service account token has been invalidated',
    });
  });

  it('of nobody are no tokens', async () => {
    expect(await review('guess')).to.deep.equal({ user: {} });
    expect(await review(server.token)).to.deep.include({ authenticated: true, audiences: [ISSUER] });
    expect(await review(server.token, { audiences: ['vault'] })).not.to.have.property('authenticated');
  });

  it('are explained to those who want to check them', async () => {
    const token = await tokenOf();
    const { body: configuration } = await ask('/.well-known/openid-configuration', token);
    expect(configuration).to.deep.include({
      issuer: ISSUER,
      jwks_uri: `https://127.0.0.1:${server.port}/openid/v1/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
    });
    const keys = await ask('/openid/v1/jwks', token);
    expect(keys.type).to.equal('application/jwk-set+json');
    expect(keys.body.keys[0]).to.include({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' });
  });

  describe('asked for by a node', () => {
    let node: KubeClient;
    before(() => {
      node = server.client(server.nodeKubeconfig('here'));
    });
    const refusalOf = async (spec: JsonObject) => {
      const error: StatusError = await tokenOf(spec, node).then(
        () => expect.fail('it was given'),
        (refused) => refused,
      );
      return error.message;
    };

    it('are those of accounts of its pods, bound to such a pod', async () => {
      expect(await refusalOf({})).to.contain('no relationship found between node and this object');
      const own = await pod('own', 'here');
      expect(await tokenOf(boundTo(own), node)).to.be.a('string');
      expect(await refusalOf({})).to.contain('node requested token not bound to a pod');
      const other = await pod('other', 'elsewhere');
      expect(await refusalOf(boundTo(other))).to.contain(
        'node requested token bound to a pod scheduled on a different node',
      );
      const { boundObjectRef } = boundTo(own);
      expect(await refusalOf({ boundObjectRef: { ...boundObjectRef, uid: '' } })).to.contain(
        'node requested token with a pod binding without a uid',
      );
      expect(await refusalOf({ boundObjectRef: { ...boundObjectRef, uid: 'old' } })).to.contain(
        'the UID in the bound object reference (old) does not match the UID in record',
      );
    });

    it('are for the audiences that the pod asks for alone', async () => {
      const own = await client.get(PODS, { namespace: 'shop', name: 'own' });
      expect(await refusalOf({ ...boundTo(own), audiences: ['vault'] })).to.contain(
        'audience "vault" not found in pod spec volume',
      );
    });
  });
});
