import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { GATEWAY_CLASSES, HTTP_ROUTES } from '../../../src/kube/kinds/gateways/objects.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { worker } from '../../../src/orchestrator/api/auth/workers.ts';
import {
  createGatewayInstaller,
  ensureGatewayDefinitions,
  gatewayDefinitions,
} from '../../../src/orchestrator/api/gatewayapi/install.ts';
import { inProcessClient } from '../../../src/orchestrator/api/inprocess.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { until } from '../../fakes/until.ts';
import { startTestApi, type TestApi } from './harness.ts';
import { readOnly, refusal } from './notation.ts';

const API = 'gateway.networking.k8s.io/v1';
const BUNDLE = 'gateway.networking.k8s.io/bundle-version';
const NAME = { name: 'httproutes.gateway.networking.k8s.io' };

describe('the kinds of the Gateway API', function () {
  // Checking the rules of four definitions takes a second.
  this.timeout(30_000);
  let server: TestApi<typeof systemClock>;
  let client: KubeClient;
  let apiserver: KubeClient;
  const stopping = new AbortController();

  before(async () => {
    server = await startTestApi({ clock: systemClock });
    client = server.client();
    apiserver = inProcessClient(server.api, worker('system:apiserver'));
    const installer = createGatewayInstaller({ client: apiserver, clock: systemClock, logger: silentLogger });
    installer.start(stopping.signal);
    await installer.stop();
  });
  after(async () => {
    stopping.abort(new Error('over'));
    await server.dispose();
  });

  const releaseOf = async () =>
    (await client.get(CUSTOM_RESOURCE_DEFINITIONS, NAME)).metadata.annotations?.[BUNDLE];
  const asIf = async (release: string) => {
    const live = await client.get(CUSTOM_RESOURCE_DEFINITIONS, NAME);
    const annotations = { ...live.metadata.annotations, [BUNDLE]: release };
    await client.update(CUSTOM_RESOURCE_DEFINITIONS, {
      ...live,
      metadata: { ...live.metadata, annotations },
    });
  };

  it('are custom resources as the project publishes them, with a class of the built-in ingress', async () => {
    const { items } = await client.list(GATEWAY_CLASSES);
    expect(items.map(({ metadata, spec }) => [metadata.name, spec.controllerName])).to.deep.equal([
      ['pilotage', 'pilotage.dev/gateway'],
    ]);
  });

  it('have their defaults and rules', async () => {
    const route = (spec: object, name = 'web') =>
      ({
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name, namespace: 'default' },
        spec,
      }) as KubeObject as Parameters<typeof client.create<KubeObject>>[1];
    const made = await client.create<KubeObject>(
      HTTP_ROUTES,
      route({ rules: [{ backendRefs: [{ name: 'a', port: 80 }] }] }),
    );
    const { rules } = made.spec as { rules: { backendRefs: object[]; matches: object[] }[] };
    expect(rules[0]?.backendRefs[0]).to.deep.equal({
      group: '',
      kind: 'Service',
      name: 'a',
      port: 80,
      weight: 1,
    });
    expect(rules[0]?.matches[0]).to.deep.equal({ path: { type: 'PathPrefix', value: '/' } });
    const portless = route({ rules: [{ backendRefs: [{ name: 'a' }] }] }, 'portless');
    expect(await refusal(client.create<KubeObject>(HTTP_ROUTES, portless))).to.contain(
      'Must have port for Service reference',
    );
  });

  it('are brought once, and without a request to write when they are there', async () => {
    await ensureGatewayDefinitions(readOnly(apiserver));
  });

  it('are raised from an older release, and left as they are where somebody has brought a newer one', async () => {
    const ours = gatewayDefinitions()[0]?.metadata.annotations?.[BUNDLE];
    await asIf('v1.2.0');
    await ensureGatewayDefinitions(apiserver);
    expect(await releaseOf()).to.equal(ours);
    await asIf('v9.0.0');
    await ensureGatewayDefinitions(readOnly(apiserver));
    expect(await releaseOf()).to.equal('v9.0.0');
  });

  it('are said once not to be served where somebody has applied definitions without the version that is read', async () => {
    const name = { name: 'gatewayclasses.gateway.networking.k8s.io' };
    const served = async (isServed: boolean) => {
      const live = await client.get(CUSTOM_RESOURCE_DEFINITIONS, name);
      const versions = live.spec.versions.map((one) =>
        one.name === 'v1' ? { ...one, served: isServed } : one,
      );
      await client.update(CUSTOM_RESOURCE_DEFINITIONS, { ...live, spec: { ...live.spec, versions } });
      const known = () => apiserver.resourceFor({ apiVersion: API, kind: 'GatewayClass' });
      await until(async () => ((await known()) !== undefined) === isServed);
    };
    await served(false);
    const [ending, clock, warnings] = [new AbortController(), new FakeClock(), [] as string[]];
    const logger = { ...silentLogger, warn: (_: object, text: string) => void warnings.push(text) };
    const installer = createGatewayInstaller({ client: apiserver, clock, logger });
    installer.start(ending.signal);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await until(() => clock.pending > 0);
      await clock.advance(10_000);
    }
    ending.abort(new Error('seen'));
    await installer.stop();
    expect(warnings).to.deep.equal([
      'the ingress serves no Gateways: the definitions that somebody has applied do not serve gatewayclasses of gateway.networking.k8s.io/v1; apply those of a release that does',
    ]);
    await served(true);
  });
});
