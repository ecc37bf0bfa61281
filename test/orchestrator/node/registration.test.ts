import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import type { Node } from '../../../src/kube/kinds/objects.data.ts';
import { NODES } from '../../../src/kube/kinds/resources.data.ts';
import { allocatableOf, keepRegistered } from '../../../src/orchestrator/node/registration.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { fakeApi } from './fakeapi.ts';
import { until } from './helpers.ts';

describe('a node whose containers cannot reach Services and names', () => {
  const conditionFor = async (problem: string | undefined) => {
    const api = fakeApi();
    const ending = new AbortController();
    const registered = keepRegistered(
      {
        client: api.client,
        nodeName: 'here',
        podCidr: '127.201.0.0/16',
        hostIP: '127.0.0.1',
        network: 'here',
        runtime: { version: 'fake://1' },
        findEngine: async () => ({ ok: false, message: 'none' }),
        containerServices: { problem },
        dir: tmpdir(),
        localVolumes: '/nowhere',
        clock: new FakeClock(),
        logger: silentLogger,
      },
      ending.signal,
    );
    const found = () =>
      api
        .get(NODES, 'here')
        ?.status?.conditions?.find(({ type }) => type === 'pilotage.dev/ContainerServices');
    await until('the condition', () => found() !== undefined);
    ending.abort();
    await registered;
    return found();
  };

  it('says why in a condition, and that nothing is in the way where nothing is', async () => {
    const why = 'the relay of containers cannot listen for names at 10.7.255.254:53 (EADDRINUSE)';
    expect(await conditionFor(why)).to.include({ status: 'False', reason: 'CannotListen', message: why });
    expect(await conditionFor(undefined)).to.include({ status: 'True', reason: 'NothingInTheWay' });
  });
});

describe('what a node has to give', () => {
  const own = { cpu: '2', memory: '4Gi', pods: '250' };
  const node = (status: Node['status']): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    ...(status ? { status } : {}),
  });

  it('is what the machine has, and the extended resources that others say it has', () => {
    expect(allocatableOf(node(undefined), own)).to.deep.equal(own);
    const gpu = { 'nvidia.com/gpu': '2' };
    expect(allocatableOf(node({ capacity: { ...own, cpu: '1', ...gpu } }), own)).to.deep.equal({
      ...own,
      ...gpu,
    });
  });

  it('is no longer what others have taken away', () => {
    const allocatable = { ...own, 'nvidia.com/gpu': '2' };
    expect(allocatableOf(node({ capacity: own, allocatable }), own)).to.deep.equal({
      ...own,
      'nvidia.com/gpu': null,
    });
  });
});
