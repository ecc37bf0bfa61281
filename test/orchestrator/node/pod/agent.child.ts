/** An agent in a process of its own, so that a test can kill it: arguments are its directory, its pod range and the pod as JSON. */
import { join } from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { createNode } from '../../../../src/orchestrator/node.ts';
import { fakeApi } from '../fakeapi.ts';

const [dir = '', podCidr = '', pod = ''] = process.argv.slice(2);
const api = fakeApi();
api.put(PODS, JSON.parse(pod));
const node = createNode({
  client: api.client,
  nodeName: 'here',
  dir,
  podCidr,
  hostIP: '127.0.0.1',
  imageStoreDir: join(dir, 'images'),
  link: { url: 'http://127.0.0.1:1' },
  hostEnvironment: { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin` },
  clock: systemClock,
  logger: silentLogger,
});
await node.start();
setInterval(() => {
  const status = api.list(PODS)[0]?.status;
  const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  if (isReady) process.stdout.write(`${JSON.stringify(status)}\n`);
}, 20);
