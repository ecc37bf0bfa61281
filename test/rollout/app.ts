/** The program behind all doors, the same as a process and in a container, and how the world gets to it. */
import { loadedLibraries } from '../../src/base/proc.ts';
import { BUSYBOX } from '../orchestrator/node/runtime/container/busybox.ts';

export type Runtime = 'processes' | 'containers';

/**
 * Says who answers and how many bytes it has read. Told to end, it serves on for a second and lets nobody keep a connection, as programs are
 * advised to. `/unready` and `/ill` make a probe fail, `/well` makes both succeed.
 */
const SCRIPT = `
const { VERSION, POD_NAME, HOST, PORT } = process.env;
let [isEnding, isReady, isWell] = [false, true, true];
const server = require('node:http').createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk) => { bytes += chunk.length; });
  request.on('end', () => {
    if (request.url === '/unready') isReady = false;
    if (request.url === '/ill') isWell = false;
    if (request.url === '/well') isReady = isWell = true;
    const isFine = request.url === '/ready' ? isReady : request.url === '/alive' ? isWell : true;
    response.writeHead(isFine ? 200 : 503, isEnding ? { connection: 'close' } : {});
    response.end([VERSION, POD_NAME, bytes].join(' ') + '\\n');
  });
});
server.keepAliveTimeout = 60000;
server.listen(Number(PORT), HOST);
process.on('SIGTERM', () => {
  isEnding = true;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, 1000);
});
`;

/** Node.js as it runs here: what a container needs to run it is mounted from this machine. */
function nodeInContainer(): { readonly container: object; readonly volumes: readonly object[] } {
  const libraries = loadedLibraries();
  if (!libraries) throw new Error('which libraries Node.js is made of is not known on this system');
  const places = libraries.folders.map((path, i) => ({ path, name: `lib${i}`, mountPath: `/lib/${i}` }));
  const node = { path: process.execPath, name: 'node', mountPath: '/node' };
  const folder = places.find(({ path }) => libraries.loader.startsWith(`${path}/`));
  const loader = folder ? libraries.loader.replace(folder.path, folder.mountPath) : libraries.loader;
  const all = [...places, node];
  return {
    container: {
      image: BUSYBOX,
      command: [loader, '--library-path', places.map(({ mountPath }) => mountPath).join(':'), '/node'],
      volumeMounts: all.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
    },
    volumes: all.map(({ name, path }) => ({ name, hostPath: { path } })),
  };
}

const probe = (path: string, failureThreshold: number) => ({
  httpGet: { path, port: 'http' },
  periodSeconds: 1,
  timeoutSeconds: 5,
  failureThreshold,
});

export function deployment(runtime: Runtime): object {
  const { container, volumes } =
    runtime === 'containers'
      ? nodeInContainer()
      : { container: { image: 'host', command: ['node'] }, volumes: [] };
  // A process has an address of its own by HOST, a container by its network.
  const address = runtime === 'containers' ? [{ name: 'HOST', value: '0.0.0.0' }] : [];
  const port = runtime === 'containers' ? [{ name: 'PORT', value: '8080' }] : [];
  const main = {
    ...container,
    name: 'web',
    args: ['-e', SCRIPT],
    env: [
      { name: 'VERSION', value: 'one' },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ...address,
      ...port,
    ],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: probe('/ready', 1),
    livenessProbe: probe('/alive', 3),
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { terminationGracePeriodSeconds: 10, containers: [main], volumes },
      },
    },
  };
}

export const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: {
    type: 'NodePort',
    selector: { app: 'web' },
    ports: [{ name: 'http', port: 8000, targetPort: 'http' }],
  },
};

/** Host of whose certificate there is a Secret. */
export const HOST = 'shop.localhost';

export const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', annotations: { 'nginx.ingress.kubernetes.io/ssl-redirect': 'false' } },
  spec: {
    tls: [{ hosts: [HOST], secretName: 'tls' }],
    rules: [
      {
        host: HOST,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'web', port: { name: 'http' } } },
            },
          ],
        },
      },
    ],
  },
};
