import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { findingsOf } from '../../../../src/orchestrator/network/policy/findings.ts';
import { remedyOf } from '../../../../src/orchestrator/network/policy/nft.ts';
import { namespaces, pod, policy } from './notation.ts';

const found = (pods: readonly Pod[], lack?: string): readonly string[] =>
  findingsOf({ policies: [policy({ podSelector: {} })], pods, namespaces }, 'n1', lack).map(
    ({ message }) => message,
  );

describe('what a node does not hold pods to', () => {
  it('is nothing where all pods that a policy selects are containers', () =>
    expect(found([pod('shop/web', '10.4.0.1')])).to.deep.equal([]));

  it('is named for pods of processes, with what would help', () => {
    const pods = ['a', 'b', 'c', 'd'].map((name, i) => pod(`shop/${name}`, `127.72.0.${i + 1}`));
    expect(found(pods)[0]).to.contain('a, b, c and 1 more').and.to.contain('container image');
  });

  it('is every pod where the node can set no rules, and no pod of another node or namespace', () => {
    const [said = ''] = found([pod('shop/web', '10.4.0.1')], 'install nftables');
    expect(said).to.contain('n1').and.to.contain('install nftables');
    const others = [pod('shop/web', '127.72.0.1', { nodeName: 'n2' }), pod('other/web', '127.72.0.2')];
    expect(found(others, 'install nftables')).to.deep.equal([]);
  });
});

describe('what keeps a node from setting rules', () => {
  for (const [said, remedy] of [
    ['unshare: failed to execute nft: No such file or directory', 'install nftables'],
    ['unshare: unshare failed: Operation not permitted', 'run Pilotage as root'],
    ['/dev/stdin:3:1-2: Error: Could not process rule: Protocol not supported', 'a kernel with nf_tables'],
  ] as const)
    it(`is said with its remedy: ${remedy}`, () => expect(remedyOf(new Error(said))).to.contain(remedy));
});
