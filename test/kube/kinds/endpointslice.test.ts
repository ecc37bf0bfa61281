import { expect } from 'chai';
import { ENDPOINT_SLICE } from '../../../src/kube/kinds/endpointslice.ts';

describe('addresses of an EndpointSlice', () => {
  const faults = (addressType: string, ...addresses: readonly string[]) =>
    (ENDPOINT_SLICE.validate?.({ addressType, endpoints: [{ addresses }] }, undefined) ?? []).map(
      ({ field }) => field,
    );

  it('are those of its type, and such as traffic can be sent to', () => {
    expect(faults('IPv4', '127.72.0.3')).to.deep.equal([]);
    expect(faults('IPv6', '2001:db8::1')).to.deep.equal([]);
    for (const address of ['0.0.0.0', '169.254.169.254', '2001:db8::1', '::ffff:127.0.0.1', 'localhost', ''])
      expect(faults('IPv4', address), address).to.deep.equal(['endpoints[0].addresses[0]']);
    for (const address of ['::', '10.0.0.1', '::ffff:127.0.0.1'])
      expect(faults('IPv6', address), address).to.deep.equal(['endpoints[0].addresses[0]']);
  });

  it('are a hundred for an endpoint at most', () => {
    const many = Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`);
    expect(faults('IPv4', ...many)).to.deep.equal(['endpoints[0].addresses']);
  });
});
