import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Container, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { EVENTS, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { createNode, type PilotageNode, stopAllPods } from '../../../../src/orchestrator/node.ts';
import { fakeApi } from '../fakeapi.ts';
import { scratch, until } from '../helpers.ts';

/** Answers with its process id and its address. */
export const SERVER = `
const http = require('http');
const server = http.createServer((req, res) => res.end(process.pid + ' ' + process.env.HOST));
server.listen(process.env.PORT, process.env.HOST, () => console.log('listening'));
process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });`;

/** Counts the tests of all suites in this process: none has the addresses and the port of another. */
let range = 210;

export const pod = (name: string, container: Partial<Container>, spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-${name}` },
  spec: { nodeName: 'here', containers: [{ name: 'web', image: 'host', ...container }], ...spec },
});

export const shell = (script: string): Partial<Container> => ({ command: ['sh', '-c', script] });

export const server = (more: Partial<Container> = {}): Partial<Container> => ({
  command: ['node', '-e', SERVER],
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: { httpGet: { port: 'http' } },
  ...more,
});

/** What an agent that runs real processes needs, made anew for each test of the suite that calls it; ends with all of its pods. */
export function useAgent() {
  let place: ReturnType<typeof scratch>;
  let api: ReturnType<typeof fakeApi>;
  let nodes: PilotageNode[];
  beforeEach(() => {
    place = scratch();
    api = fakeApi();
    nodes = [];
    range++;
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await stopAllPods(place.path, { graceMs: 0 });
    place.dispose();
  });

  const podCidr = () => `127.${range}.0.0/16`;
  const status = (name: string) => api.get(PODS, name)?.status;
  const condition = (name: string, type: string) =>
    status(name)?.conditions?.find((one) => one.type === type);
  return {
    get api() {
      return api;
    },
    /** The directory of the agent. */
    get path() {
      return place.path;
    },
    get podCidr() {
      return podCidr();
    },
    /** One that no other test declares. */
    get port() {
      return 28_000 + range;
    },
    async startNode(engineSockets: readonly string[] = []): Promise<PilotageNode> {
      const node = createNode({
        client: api.client,
        nodeName: 'here',
        dir: place.path,
        hostIP: '127.0.0.1',
        podCidr: podCidr(),
        imageStoreDir: join(place.path, 'images'),
        link: { url: 'http://127.0.0.1:1' },
        engineSockets,
        hostEnvironment: { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: place.path },
        clock: systemClock,
        logger: silentLogger,
        random: () => 0,
      });
      nodes.push(node);
      await node.start();
      return node;
    },
    status,
    condition,
    web: (name: string) => status(name)?.containerStatuses?.[0],
    logOf: (name: string, attempt = 0) =>
      readFileSync(join(place.path, 'pods', `uid-${name}`, 'web', String(attempt), 'log'), 'utf8'),
    events: (reason: string) => api.list(EVENTS).filter((one) => one.reason === reason),
    ready: (name: string) => until(`${name} to be ready`, () => condition(name, 'Ready')?.status === 'True'),
  };
}
