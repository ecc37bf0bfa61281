import { expect } from 'chai';
import { SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, type Delivery, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { readSecret } from '../../../src/sync/state/ownsecret.ts';
import { createHarness } from '../harness.ts';

describe('the Prometheus of a delivery', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  const says = (request: object) => connect(world.home.client, { name: 'shop', ...request });
  const spec = async () => {
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    return (await world.home.client.get<Delivery>(DELIVERIES, key)).spec.prometheus;
  };
  const refusal = (request: object) =>
    says(request).then(
      () => 'not refused',
      (error: Error) => error.message,
    );

  it('is kept with a token that is in a Secret alone, until it is taken back', async () => {
    await says({ prometheus: 'https://prom.example.com/', prometheusToken: 's3cret' });
    expect(await spec()).to.deep.equal({
      url: 'https://prom.example.com',
      secretRef: { name: 'prometheus-shop' },
    });
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'prometheus-shop' };
    expect(await world.home.client.get(SECRETS, key)).to.have.property('type', 'Opaque');
    expect(await readSecret(world.home.client, 'prometheus-shop')).to.deep.equal({
      token: 's3cret',
      url: 'https://prom.example.com',
    });
    await says({ prometheus: 'none' });
    expect(await spec()).to.equal(undefined);
  });

  it('elsewhere is not shown the token that was given for the one before', async () => {
    await says({ prometheus: 'https://prom.example.com', prometheusToken: 's3cret' });
    await says({ prometheus: 'https://evil.example.com' });
    expect(await spec()).to.deep.equal({ url: 'https://evil.example.com' });
  });

  it('is an address without credentials, and a token needs one', async () => {
    expect(await refusal({ prometheusToken: 's3cret' })).to.contain('nobody to show a token to');
    const inside = await refusal({ prometheus: 'https://ada:s3cret@prom.example.com' });
    expect(inside).to.contain('does not say where a Prometheus is').and.not.contain('s3cret');
    expect(await refusal({ prometheus: 'prom.example.com' })).to.contain('does not say where');
  });
});
