import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { makeWebhook, manageWebhook, webhookKind } from '../../../src/server/webhooks/manage.ts';
import { install } from '../../../src/sync/cluster/install.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { createWebhookStore } from '../../../src/sync/intake/webhooks.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../orchestrator/api/harness.ts';

describe('the webhook of a delivery', () => {
  let api: TestApi<FakeClock>;
  let home: KubeClient;
  beforeEach(async () => {
    api = await startTestApi();
    home = api.client();
    await install(home, api.clock, new AbortController().signal);
    await connect(home, { name: 'shop', url: 'https://git.example.com/shop.git' });
  });
  afterEach(() => api.dispose());
  let drawn = 0;
  const options = () => ({
    store: createWebhookStore(home),
    random: (bytes: number) => {
      drawn += 1;
      return Buffer.alloc(bytes, drawn);
    },
    now: () => 0,
  });
  const refusalOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'not refused',
      (error: unknown) => `${problemOf(error).message} ${problemOf(error).remedy}`,
    );

  it('has its secret in a Secret, told once, and not in the Delivery', async () => {
    const made = await makeWebhook(options(), 'shop', 'github');
    expect(made.path).to.equal('/hooks/shop');
    expect(made.secret).to.match(/^[0-9a-f]{64}$/);
    expect(await options().store.find('shop')).to.deep.equal({ kind: 'github', secret: made.secret });
    const delivery = await home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' });
    expect(JSON.stringify(delivery)).not.to.contain(made.secret ?? '');
    expect(await manageWebhook(options(), 'shop', 'show')).not.to.have.property('secret');
  });

  it('has another secret after a rotation, and the one before counts no more', async () => {
    const before = await makeWebhook(options(), 'shop', 'generic');
    const after = await manageWebhook(options(), 'shop', 'rotate');
    expect(after.secret).not.to.equal(before.secret);
    expect(await options().store.find('shop')).to.deep.equal({ kind: 'generic', secret: after.secret });
  });

  it('is gone with its Secret when it is turned off', async () => {
    await makeWebhook(options(), 'shop', 'github');
    await manageWebhook(options(), 'shop', 'off');
    expect(await options().store.find('shop')).to.equal(undefined);
    const { items } = await home.list(SECRETS, { namespace: PILOTAGE_NAMESPACE });
    expect(items.map(({ metadata }) => metadata.name)).not.to.include('webhook-shop');
    expect(await refusalOf(manageWebhook(options(), 'shop', 'test'))).to.contain('connect shop --webhook');
  });

  it('believes nobody while its Secret is missing', async () => {
    await makeWebhook(options(), 'shop', 'github');
    await home.delete(SECRETS, { namespace: PILOTAGE_NAMESPACE, name: 'webhook-shop' });
    expect(await options().store.find('shop')).to.equal(undefined);
  });

  it('is refused for what is hosted here, for no delivery, and of an unknown kind', async () => {
    await connect(home, { name: 'here' });
    expect(await refusalOf(makeWebhook(options(), 'here', 'github'))).to.contain('connect here URL');
    expect(await refusalOf(makeWebhook(options(), 'nothing', 'github'))).to.contain('no delivery nothing');
    expect(() => webhookKind('gitbub')).to.throw('not a kind of webhook');
    expect(webhookKind('forgejo')).to.equal('gitea');
  });
});
