import { expect } from 'chai';
import { silentLogger } from '../../../../../src/base/log.ts';
import { statusError } from '../../../../../src/kube/values/status.ts';
import { NO_GATEWAYS } from '../../../../../src/orchestrator/network/ingress/gateway/objects.ts';
import { watchGateways } from '../../../../../src/orchestrator/network/ingress/gateway/watch.ts';
import { FakeClock } from '../../../../fakes/clock.ts';
import { ListWatchServer } from '../../../../fakes/listwatch.ts';
import { eventually } from '../../proxybench.ts';
import { echo, IngressBench } from '../ingressbench.ts';
import { gateway, route } from './notation.ts';

const KINDS = ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants', 'namespaces'];
const REFUSALS = ['Forbidden', 'InternalError', 'ServiceUnavailable'] as const;

describe('the kinds of the Gateway API, as the ingress knows them', () => {
  const stopping = new AbortController();
  after(() => stopping.abort(new Error('over')));

  const watch = (prepare: (server: ListWatchServer) => void, saved = NO_GATEWAYS) => {
    const [server, clock, told] = [new ListWatchServer(), new FakeClock(), { warnings: [] as string[] }];
    const logger = { ...silentLogger, warn: (_: object, text: string) => void told.warnings.push(text) };
    const gateways = watchGateways({ client: server.client(), clock, logger, onChange: () => {} });
    prepare(server);
    gateways.start(stopping.signal, saved);
    const names = () => gateways.list().routes.map(({ metadata }) => metadata.name);
    return { server, clock, gateways, names, ...told };
  };

  for (const reason of REFUSALS)
    it(`that cannot be listed (${reason}) are those that were saved, with one warning, until they can`, async () => {
      const saved = { ...NO_GATEWAYS, routes: [route({ name: 'saved', rules: ['/ a'] })] };
      const { server, clock, gateways, names, warnings } = watch((api) => {
        api.refuse('httproutes', statusError(reason, 'the webhook is away'));
        api.put(route({ name: 'new', rules: ['/ a'] }));
      }, saved);
      expect(gateways.isKnown).to.equal(false);
      await clock.advance(20_000);
      expect(gateways.isKnown).to.equal(true);
      expect(names()).to.deep.equal(['saved']);
      expect(warnings).to.deep.equal([
        'httproutes cannot be listed: the ingress goes on with those that it knew',
      ]);
      server.refuse('httproutes', undefined);
      await clock.advance(20_000);
      expect(names()).to.deep.equal(['new']);
    });

  it('that the cluster does not serve are none, without a warning, and are there as soon as it serves them', async () => {
    const saved = { ...NO_GATEWAYS, gateways: [gateway()] };
    const { server, clock, gateways, warnings } = watch((api) => {
      for (const kind of KINDS) api.refuse(kind, statusError('NotFound', 'no such kind'));
    }, saved);
    await clock.advance(1_000);
    expect(gateways.isKnown).to.equal(true);
    expect(gateways.list()).to.deep.equal(NO_GATEWAYS);
    expect(warnings).to.deep.equal([]);
    server.put(gateway());
    for (const kind of KINDS) server.refuse(kind, undefined);
    await clock.advance(20_000);
    expect(gateways.list().gateways).to.have.length(1);
  });

  it('are not known while the API is away', async () => {
    const { clock, gateways } = watch((api) => api.down());
    await clock.advance(20_000);
    expect(gateways.isKnown).to.equal(false);
  });
});

describe('an ingress before an API that cannot list a kind of the Gateway API', () => {
  const bench = new IngressBench();
  after(() => bench.dispose());

  it('applies Ingresses all the same, and saves whose their hosts are', async () => {
    for (const kind of KINDS) bench.cluster.refuse(kind, statusError('ServiceUnavailable', 'not now'));
    await bench.pod(echo);
    await bench.start({ rules: ['shop.test Prefix / web'] });
    await eventually(() => bench.saved?.holders?.['shop.test'] === 'shop', 'it is saved');
    expect((await bench.ask('http://shop.test/')).status).to.equal(200);
  });
});
