import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { remoteClient } from '../../src/kube/remote/remote.ts';
import { describeKubeClient } from './kubeclient.ts';

/** Run by scripts/test-kubernetes.mjs against the kube-apiserver and etcd that it has started. */
const { CONTRACT_KUBECONFIG: path, CONTRACT_ETCD: etcd } = process.env;

describeKubeClient('a real kube-apiserver', async () => {
  if (!path || !etcd) throw new Error('start this through: npm run test:kubernetes');
  const client = remoteClient({
    kubeconfig: { path },
    clock: systemClock,
    logger: silentLogger,
    freeze: true,
  });
  return {
    client,
    compact: () => compact(etcd),
    close: async () => client.close(),
  };
});

/** Through etcd's JSON gateway: kube-apiserver itself compacts only every five minutes. */
async function compact(etcd: string): Promise<void> {
  const call = async (path: string, body: object) => {
    const answer = await fetch(`${etcd}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { header: { revision: string } };
  };
  const { header } = await call('range', { key: 'AA==' });
  await call('compaction', { revision: header.revision, physical: true });
}
