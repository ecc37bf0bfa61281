import { expect } from 'chai';
import { NETWORK } from '../../../src/kube/kinds/nodes/words.ts';
import type { Node } from '../../../src/kube/kinds/objects.data.ts';
import { placeOf } from '../../../src/orchestrator/network/neighbours.ts';

const node = (name: string, network: string, podCIDR: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations: { [NETWORK]: network } },
  spec: { podCIDR },
});
const NODES = [node('near', 'here', '127.2.0.0/16'), node('far', 'there', '127.3.0.0/16')];

describe('where an endpoint is', () => {
  const place = (address: string, nodeName?: string) =>
    placeOf(
      { addresses: [address], ...(nodeName === undefined ? {} : { nodeName }) },
      {
        nodeName: 'own',
        network: 'here',
        nodeNamed: (name) => NODES.find(({ metadata }) => metadata.name === name),
      },
    );

  it('is here where it says so, or says nothing', () => {
    expect(place('127.1.0.1', 'own')).to.equal(undefined);
    expect(place('192.0.2.1')).to.equal(undefined);
  });

  it('is near on a node of this machine, whose pods have addresses of its range and no others', () => {
    expect(place('127.2.0.1', 'near')).to.deep.equal({ node: 'near', far: false });
    expect(place('127.0.0.1', 'near')).to.equal(undefined);
  });

  it('is far on a node of another machine, whatever its address means here', () => {
    for (const address of ['127.3.0.1', '127.1.0.1', '10.0.0.7', '127.0.0.1'])
      expect(place(address, 'far')).to.deep.equal({ node: 'far', far: true });
  });

  it('is strange on a node that nobody knows, where its address would be another pod here', () => {
    expect(place('127.3.0.1', 'gone')).to.equal('strange');
    expect(place('192.0.2.1', 'gone')).to.equal(undefined);
  });
});
