import { expect } from 'chai';
import { gatewayIn, hasAddress, namespaceOf } from '../../../../src/orchestrator/network/policy/place.ts';

const TRIE = `Main:
     +-- 10.4.0.0/16 2 0 2
        |-- 10.4.0.0
           /16 link UNICAST
Local:
        |-- 10.4.0.7
           /32 host LOCAL
        |-- 10.4.255.255
           /32 link BROADCAST
`;

describe('where the network of a pod is seen', () => {
  it('is where its address is one of its own', () => {
    expect(hasAddress(TRIE, '10.4.0.7')).to.equal(true);
    for (const other of ['10.4.0.0', '10.4.255.255', '10.4.0.70', '10.4.0'])
      expect(hasAddress(TRIE, other)).to.equal(false);
  });

  it('is nowhere when another process of this machine has the number that an engine elsewhere gave: no rules are set there', () => {
    const proc = String(process.pid);
    expect(namespaceOf({ proc, address: '10.4.0.7' })).to.equal(undefined);
    expect(namespaceOf({ proc: '999999999', address: '127.0.0.1' })).to.equal(undefined);
    expect(namespaceOf({ proc, address: '127.0.0.1' })).to.equal(`/proc/${proc}/ns/net`);
  });

  it('has the node where its way to everywhere leads', () => {
    const heading = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n';
    const own = 'eth0\t00000004\t00000000\t0001\t0\t0\t0\t0000FFFF\n';
    const everywhere = 'eth0\t00000000\t0100040A\t0003\t0\t0\t0\t00000000\n';
    expect(gatewayIn(`${heading}${own}${everywhere}`)).to.equal('10.4.0.1');
    expect(gatewayIn(`${heading}${own}`)).to.equal(undefined);
  });
});
