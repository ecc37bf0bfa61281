import { expect } from 'chai';
import { SECRETS, SERVICE_ACCOUNTS } from '../../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../src/kube/values/status.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';

const TOKEN = { namespace: 'shop', name: 'robot-token' };
const ROBOT = { namespace: 'shop', name: 'robot' };

describe('a Secret for the token of a service account', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startCluster();
    await cluster.createNamespace('shop');
  });
  afterEach(() => cluster.stop());
  const find = () => cluster.client.get(SECRETS, TOKEN).catch(notFoundAsUndefined);
  const account = () =>
    cluster.client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ROBOT });
  const create = (annotations: Record<string, string> = {}) =>
    cluster.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { ...TOKEN, annotations: { 'kubernetes.io/service-account.name': 'robot', ...annotations } },
    });
  const text = (base64 = '') => Buffer.from(base64, 'base64').toString('utf8');

  it('is filled with one that is bound to it, the authority and the namespace', async () => {
    const { metadata } = await account();
    const { metadata: own } = await create();
    const filled = await eventually(find, (secret) => secret?.data?.token !== undefined);
    expect(text(filled?.data?.['ca.crt'])).to.contain('BEGIN CERTIFICATE');
    expect(text(filled?.data?.namespace)).to.equal('shop');
    expect(filled?.metadata.annotations?.['kubernetes.io/service-account.uid']).to.equal(metadata.uid);
    const claims = JSON.parse(
      Buffer.from(text(filled?.data?.token).split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    expect(claims['kubernetes.io'].secret).to.deep.equal({ name: 'robot-token', uid: own.uid });
    expect(claims.exp - claims.iat).to.equal(2 ** 32);
  });

  it('goes with its account', async () => {
    await account();
    await create();
    await eventually(find, (secret) => secret?.data?.token !== undefined);
    await cluster.client.delete(SERVICE_ACCOUNTS, ROBOT);
    await eventually(find, (secret) => secret === undefined);
  });

  it('of an account that does not exist, or is another one now, is deleted', async () => {
    await create();
    await eventually(find, (secret) => secret === undefined);
    await account();
    await create({ 'kubernetes.io/service-account.uid': 'an-older-one' });
    await eventually(find, (secret) => secret === undefined);
  });
});
