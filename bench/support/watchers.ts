/** A process of its own: watches ConfigMaps with the given kubeconfig as often as its argument says, and counts events without reading them. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type LoadedKubeconfig, loadKubeconfig } from '../../src/kube/remote/kubeconfig.ts';
import { inParallel } from './load.ts';

export type Message = { readonly type: 'watching' } | { readonly type: 'seen'; readonly events: number };

const NEWLINE = 10;
const REPORT_MS = 5;

const [kubeconfig = '', count = '0'] = process.argv.slice(2);
const credentials = plain(loadKubeconfig({ text: await readFile(kubeconfig, 'utf8') }));
const path = '/api/v1/namespaces/default/configmaps?watch=1';
const { resourceVersion } = (
  (await json('/api/v1/namespaces/default/configmaps?limit=1')) as { metadata: { resourceVersion: string } }
).metadata;

let events = 0;
let sent = 0;
// Not all at once: a thousand handshakes take longer than a server waits for one.
await inParallel(50, Number(count), watch);
send({ type: 'watching' });
setInterval(() => {
  if (events === sent) return;
  sent = events;
  send({ type: 'seen', events });
}, REPORT_MS);

/** Resolves once the server has begun to answer. */
function watch(): Promise<void> {
  return new Promise((resolve, reject) => {
    open(`${path}&resourceVersion=${resourceVersion}`, (response) => {
      response.on('data', (chunk: Buffer) => {
        for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) events += 1;
      });
      resolve();
    }).on('error', reject);
  });
}

function json(of: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    open(of, async (response) =>
      resolve(JSON.parse(Buffer.concat(await response.toArray()).toString('utf8'))),
    ).on('error', reject);
  });
}

function open(of: string, answered: (response: import('node:http').IncomingMessage) => void) {
  const { server, ca, cert, key, authorization } = credentials;
  const { hostname, port } = server;
  const headers = authorization === undefined ? {} : { authorization };
  const outgoing = request({ hostname, port, path: of, ca, cert, key, headers, agent: false }, answered);
  outgoing.end();
  return outgoing;
}

function plain({ credentials }: LoadedKubeconfig) {
  if (credentials.type !== 'plain')
    throw new Error('the kubeconfig of the built-in cluster says everything outright');
  return credentials;
}

function send(message: Message): void {
  process.send?.(message);
}
