import { request } from 'node:http';
import { expect } from 'chai';
import { eventually, fetchText, Pilotage, statusOf, type Work } from './harness.ts';

/** examples/shop as it is: several apps with an order, charts below a chart, and what is different in each environment. */
describe('e2e: a shop of several apps', function () {
  this.timeout(120_000);
  let pilotage: Pilotage;
  let work: Work;
  before(async () => {
    pilotage = await Pilotage.start();
    work = await pilotage.repository('shop', '../../../examples/shop');
  });
  after(() => pilotage?.stop());

  const urlOf = async (environment: string): Promise<string> =>
    (await statusOf(pilotage, 'shop', environment))?.urls[0] ?? '';
  const left = async (environment: string): Promise<Record<string, number>> => {
    const { text } = await fetchText(`${await urlOf(environment)}/products`);
    const products = JSON.parse(text) as { name: string; left: number }[];
    return Object.fromEntries(products.map((product) => [product.name, product.left]));
  };
  const order = async (environment: string, name: string): Promise<number> => {
    const url = `${await urlOf(environment)}/order/${name}`;
    return new Promise((resolve, reject) => {
      request(url, { method: 'POST', agent: false }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });
  };

  it('is delivered app by app, each when those that it needs are healthy', async () => {
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('shop-dev is healthy');
    const made = async (kind: string, name: string): Promise<string> =>
      (
        await pilotage.kubectl(
          '-n',
          'shop-dev',
          'get',
          kind,
          name,
          '-o',
          'jsonpath={.metadata.creationTimestamp}',
        )
      ).stdout;
    const filled = (
      await pilotage.kubectl(
        '-n',
        'shop-dev',
        'get',
        'job',
        'store-fill',
        '-o',
        'jsonpath={.status.completionTime}',
      )
    ).stdout;
    const order = [
      await made('statefulset', 'store'),
      filled,
      await made('deployment', 'catalog'),
      await made('deployment', 'front'),
    ];
    expect(order)
      .to.deep.equal([...order].sort())
      .and.not.include('');
  });

  it('sells what its store has, and no more', async () => {
    expect(await left('dev')).to.deep.equal({ bicycle: 3, bell: 100 });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await order('dev', 'bicycle'));
    expect(answers).to.deep.equal([200, 200, 200, 409]);
    expect((await fetchText(await urlOf('dev'))).text)
      .to.contain('The shop (for trying out) (dev)')
      .and.contain('bicycle: 490 EUR, 0 left');
  });

  it('keeps its stock over a restart of the store, and over the Job that fills it', async () => {
    await work.edit('charts/store/values.yaml', (text) => text.replace('bell: 100', 'bell: 100, lamp: 5'));
    await work.edit('charts/backend/values.yaml', (text) => text.replace('bell: 9', 'bell: 9, lamp: 20'));
    await work.commit('lamps');
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    await pilotage.kubectl('-n', 'shop-dev', 'delete', 'pod', 'store-0');
    await eventually('the store is back', async () => (await left('dev')).lamp === 5);
    expect(await left('dev')).to.deep.equal({ bicycle: 0, bell: 100, lamp: 5 });
  });

  it('is promoted as it was tested, to a stock and a size of its own', async () => {
    expect((await pilotage.cli('wait', 'shop/dev', '--for', 'healthy', '--timeout', '60s')).code).to.equal(0);
    await eventually(
      'it has been healthy for as long as the gate asks',
      async () => (await pilotage.cli('promote', 'shop/preprod')).code === 0,
      60_000,
    );
    const { code, stdout, stderr } = await pilotage.cli('wait', 'shop/preprod', '--timeout', '60s');
    expect(code, stdout + stderr).to.equal(0);
    expect(await left('preprod')).to.deep.equal({ bicycle: 3, bell: 100, lamp: 5 });
    const { stdout: replicas } = await pilotage.kubectl(
      '-n',
      'shop-preprod',
      'get',
      'deployments',
      '-o',
      'jsonpath={.items[*].spec.replicas}',
    );
    expect(replicas).to.equal('2 2 2');
  });
});
