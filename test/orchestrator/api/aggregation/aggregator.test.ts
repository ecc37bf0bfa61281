import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { API_SERVICES, ENDPOINT_SLICES, SERVICES } from '../../../../src/kube/kinds/resources.data.ts';
import { LeapingClock } from '../../../fakes/clock.ts';
import {
  type AggregatedWorld,
  createService,
  createSlice,
  SHIPS,
  startAggregated,
  startAvailable,
} from './world.ts';

const FLEET = { namespace: 'shop', name: 'fleet' };
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

describe('the aggregator', () => {
  let world: AggregatedWorld;
  afterEach(() => world.close());
  const ask = (path: string, accept = 'application/json') =>
    world.http.ask(path, { headers: { authorization: 'Bearer admin', accept } });
  const read = async (path: string, accept?: string) => JSON.parse((await ask(path, accept)).text);
  const sea = async () =>
    (await read('/apis', AGGREGATED)).items.find(
      ({ metadata }: { metadata: { name: string } }) => metadata.name === 'sea.example.com',
    );

  it('says what is missing on the way to the server, each as soon as the one before is there', async () => {
    world = await startAggregated();
    expect(await world.available('ServiceNotFound')).to.include({ status: 'False' });
    await createService(world, 80);
    await world.available('ServicePortError');
    const spec = { ports: [{ name: 'https', port: 443 }] };
    await world.client.patch(SERVICES, FLEET, { type: 'merge', body: { spec } });
    await world.available('EndpointsNotFound');
    await createSlice(world, false);
    await world.available('MissingEndpoints');
    await createSlice(world);
    expect(await world.available('Passed')).to.deep.equal({ status: 'True', message: 'all checks passed' });
  });

  it('refuses requests for a server that is not available, to those who may ask for it', async () => {
    world = await startAggregated();
    await world.available('ServiceNotFound');
    const { code, text } = await ask(SHIPS);
    expect(code).to.equal(503);
    expect(JSON.parse(text)).to.include({ reason: 'ServiceUnavailable', message: 'service unavailable' });
    expect((await ask('/apis/sea.example.com/v1')).code).to.equal(503);
    const ann = { headers: { authorization: 'Bearer ann' } };
    expect((await world.http.ask(SHIPS, ann)).code).to.equal(403);
  });

  it('believes no certificate but one of the authority in caBundle, for the name of the Service', async () => {
    const other = Buffer.from(rootCertificates[0] ?? '').toString('base64');
    world = await startAggregated({ spec: { caBundle: other } });
    await createService(world);
    await createSlice(world);
    const { message } = await world.available('FailedDiscoveryCheck');
    expect(message).to.match(
      /^failing or missing response from https:\/\/127.0.0.1:\d+\/apis\/sea\.example\.com\/v1: /,
    );
    expect((await ask(SHIPS)).code).to.equal(503);
    const spec = { caBundle: null, insecureSkipTLSVerify: true };
    await world.client.patch(API_SERVICES, { name: 'v1.sea.example.com' }, { type: 'merge', body: { spec } });
    await world.available('Passed');
    expect((await ask(SHIPS)).code).to.equal(200);
  });

  it('lists the group in every form of discovery, behind what is served here', async () => {
    world = await startAvailable();
    const { groups } = await read('/apis');
    expect(groups.at(-1)).to.deep.equal({
      name: 'sea.example.com',
      versions: [{ groupVersion: 'sea.example.com/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'sea.example.com/v1', version: 'v1' },
    });
    expect(await read('/apis/sea.example.com')).to.include({ kind: 'APIGroup', name: 'sea.example.com' });
    const { versions } = await sea();
    expect(versions[0]).to.include({ version: 'v1', freshness: 'Current' });
    expect(versions[0].resources[0]).to.include({ resource: 'ships', scope: 'Namespaced' });
    expect((await read('/')).paths).to.include('/apis/sea.example.com/v1');
  });

  it('lists the OpenAPI document of the group-version, which the server is asked for, and no other of the server', async () => {
    world = await startAvailable();
    const { paths } = await read('/openapi/v3');
    const { serverRelativeURL } = paths['apis/sea.example.com/v1'];
    expect(serverRelativeURL).to.equal('/openapi/v3/apis/sea.example.com/v1?hash=7');
    expect(paths['apis/apps/v1'].serverRelativeURL).not.to.contain('extension');
    const { url, headers } = await read(serverRelativeURL);
    expect([url, headers['x-remote-user']]).to.deep.equal([serverRelativeURL, ['admin']]);
  });

  it('keeps the resources of a server that is gone as stale, and forgets them with the APIService', async () => {
    const clock = new LeapingClock();
    world = await startAvailable({ clock });
    world.extension.closeAllConnections();
    world.extension.close();
    clock.leap(30_000);
    await world.available('FailedDiscoveryCheck');
    const [version] = (await sea()).versions;
    expect(version.freshness).to.equal('Stale');
    expect(version.resources[0].resource).to.equal('ships');
    await world.client.delete(API_SERVICES, { name: 'v1.sea.example.com' });
    expect(await sea()).to.equal(undefined);
    expect((await ask(SHIPS)).code).to.equal(404);
  });

  it('notices at once that the last endpoint has gone', async () => {
    world = await startAvailable();
    await world.client.deleteCollection(ENDPOINT_SLICES, { namespace: 'shop' });
    await world.available('EndpointsNotFound');
  });

  it('calls an APIService local that gives nothing away any more', async () => {
    world = await startAggregated();
    await world.available('ServiceNotFound');
    const spec = { service: null, caBundle: null };
    await world.client.patch(API_SERVICES, { name: 'v1.sea.example.com' }, { type: 'merge', body: { spec } });
    expect(await world.available('Local')).to.deep.equal({
      status: 'True',
      message: 'Local APIServices are always available',
    });
  });
});
