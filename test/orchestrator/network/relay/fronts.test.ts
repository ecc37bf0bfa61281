import { expect } from 'chai';
import { zoneOf } from '../../../../src/orchestrator/network/dns/zone.ts';
import { relayFronts } from '../../../../src/orchestrator/network/relay/fronts.ts';
import { containerView } from '../../../../src/orchestrator/network/relay/ranges.ts';
import { route } from '../../../../src/orchestrator/network/route.ts';
import { service, slice } from '../notation.ts';

const view = containerView(
  { processes: '127.72.0.0/16', services: '127.200.0.0/16' },
  { pods: '10.4.0.0/16', relay: '10.4.255.254', processes: '10.6.0.0/16', services: '10.7.0.0/16' },
);

describe('where the relay listens', () => {
  const fronts = (clusterIP: string, ...endpoints: string[]) => {
    const [services, slices] = [
      [service(clusterIP, 80)],
      [slice(Object.fromEntries(endpoints.map((one) => [one, 'ready'])), 8080)],
    ];
    const found = relayFronts(route(services, slices), zoneOf(services, slices), view);
    return [...found.values()].map(({ front, behind }) => [front.host, front.port, behind.type]);
  };

  it('is the address of a Service for containers, at its own port, whoever is behind it', () =>
    expect(fronts('127.200.1.2', '127.72.0.5', '10.4.0.7')).to.deep.equal([['10.7.1.2', 80, 'route']]));

  it('is there for datagrams as well, of Services and of pods', () => {
    const udp = { protocol: 'UDP' };
    const names = (clusterIP: string) => {
      const pods = slice({ '127.72.0.5': 'ready' }, 53);
      const ports = pods.ports?.map((port) => ({ ...port, ...udp })) ?? [];
      const [services, slices] = [[service(clusterIP, 53, {}, udp)], [{ ...pods, ports }]];
      return [...relayFronts(route(services, slices), zoneOf(services, slices), view).values()];
    };
    for (const ip of ['127.200.1.2', 'None'])
      expect(names(ip).map(({ front }) => front.protocol)).to.deep.equal(['UDP']);
  });

  it('is that of each pod of processes of a headless Service; containers are reached without it', () =>
    expect(fronts('None', '127.72.0.5', '10.4.0.7', '127.0.0.1')).to.deep.equal([['10.6.0.5', 8080, 'pod']]));
});
