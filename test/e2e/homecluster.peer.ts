import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { type RemoteClient, remoteClient } from '../../src/kube/remote/remote.ts';
import { homeClusterSuite } from './homecluster.ts';

/** Run by scripts/test-kubernetes.mjs, which has started the kube-apiserver. */
const { CONTRACT_KUBECONFIG: kubeconfig = '' } = process.env;

let client: RemoteClient | undefined;

homeClusterSuite('e2e: a home that is a real kube-apiserver', async () => {
  if (kubeconfig === '') throw new Error('start this through: npm run test:kubernetes');
  client = remoteClient({ kubeconfig: { path: kubeconfig }, clock: systemClock, logger: silentLogger });
  return { kubeconfig, context: 'peer', client };
});

after(() => client?.close());
