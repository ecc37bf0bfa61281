// `npm run test:kubernetes`: the KubeClient contract suite and the delivery of a repository against a real kube-apiserver and etcd.
import { startPeerCluster, stopPeerCluster } from './peercluster.mjs';
import { peerPrograms } from './peers.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

const PEER_TESTS = [
  'test/contract/kubernetes.peer.ts',
  'test/e2e/realcluster.peer.ts',
  'test/e2e/realexamples.peer.ts',
  'test/e2e/realmanifests.peer.ts',
  'test/e2e/homecluster.peer.ts',
  'test/e2e/realadopt.peer.ts',
];

ensureInstalled();
await ensureBuilt();
try {
  const { etcd, kubeconfig } = await startPeerCluster();
  const { createSuite } = await import('./suite.mjs');
  const suite = createSuite();
  await suite.mocha([process.argv.length > 2 ? process.argv.slice(2) : PEER_TESTS], {
    CONTRACT_KUBECONFIG: kubeconfig,
    CONTRACT_ETCD: etcd,
    // What realadopt.peer.ts installs with; built once.
    PILOTAGE_PROGRAMS: peerPrograms(['helm4']),
  });
  await stopPeerCluster();
  suite.finish();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stopPeerCluster();
  process.exit(1);
}
