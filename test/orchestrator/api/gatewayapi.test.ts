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
import { startTestApi, type TestApi } from './harness.ts';
import { readOnly, refusal } from './notation.ts';

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
});
