import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildNetworkOf, type Confinement } from '../../src/base/confinement.ts';
import type { Pilotage, Work } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { plain } from './deliver.ts';

/** A registry of this machine, and something else that listens on it. Neither keeps the run of other attacks from ending. */
const listening = (says: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((_request, response) => void response.end(says)).unref();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
const [registry, other] = await Promise.all([listening('{"packages":1}'), listening('REACHED other')]);
const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** Says REACHED for each address that answers: asked directly, and through the proxy. */
const spy = `
import { connect } from 'node:net';
import { request } from 'node:http';
const proxy = new URL(process.env.HTTP_PROXY);
const directly = ({ hostname, port }) => new Promise((resolve) => {
  const socket = connect({ host: hostname, port: port || 80 }, () => resolve('answers'));
  socket.setTimeout(5000, () => resolve('SILENT'));
  socket.on('error', ({ code }) => resolve(code));
});
const asked = (options) => new Promise((resolve) => {
  const asking = request({ host: proxy.hostname, port: proxy.port, timeout: 20000, ...options });
  asking.on('timeout', () => resolve({ status: 'SILENT' }));
  asking.on('error', ({ code }) => resolve({ status: code }));
  asking.on('connect', ({ statusCode }, socket) => { socket.destroy(); resolve({ status: statusCode }); });
  asking.on('response', async (answer) => {
    let text = '';
    for await (const piece of answer) text += piece;
    resolve({ status: answer.statusCode, text });
  });
  asking.end();
});
for (const text of process.argv.slice(3)) {
  const url = new URL(text);
  const authority = url.hostname + ':' + (url.port || 80);
  const began = Date.now();
  const found = {
    directly: await directly(url),
    connect: (await asked({ method: 'CONNECT', path: authority })).status,
    passed: (await asked({ path: text, headers: { host: url.host } })).status,
  };
  const reached = found.directly === 'answers' || found.connect === 200 || found.passed === 200;
  console.log((reached ? 'REACHED ' : 'kept from ') + text + ' ' + JSON.stringify(found) + ' ' + (Date.now() - began) + ' ms');
}
const own = await asked({ path: process.argv[2] });
console.log('registry: ' + own.status + ' ' + own.text);
`;

async function withSpy(target: Pilotage): Promise<Work> {
  const { http, api } = target.ready;
  const port = new URL(http).port;
  const places = [
    ...[http, api.replace('https', 'http'), urlOf(other)],
    ...['localhost', '127.9.9.9', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]', '0x7f000001', '2130706433'].map(
      (host) => `http://${host}:${port}/`,
    ),
    ...['http://169.254.169.254/', 'http://192.0.2.1/', 'http://example.com/'],
  ];
  const work = await target.repository('network');
  await work.write('app/spy.mjs', spy);
  const build = `node spy.mjs ${[urlOf(registry), ...places].map((place) => `'${place}'`).join(' ')}`;
  await work.edit('pilotage.yaml', (text) =>
    text.replace('web: {path: app}', `web: {path: app, build: "${build}"}`),
  );
  await work.commit('spy');
  return work;
}

async function attack(target: Pilotage): Promise<string> {
  const config = await readFile(join(target.dataDir, 'agent', 'config.json'), 'utf8');
  const { confinement } = JSON.parse(config) as { confinement: Confinement };
  const network = buildNetworkOf(confinement);
  // What the machine does not permit is said by `up`, and is all that can be held up here.
  if (network.type === 'shared') return `nothing is possible here: ${network.reason}`;
  const { code, stderr } = await (await withSpy(target)).push();
  const said = plain(stderr);
  if (code !== 0) throw new Error(said);
  const found = said.split('\n').filter((line) => /REACHED|SILENT/.test(line));
  if (found.length > 0) throw new Error(found.join('; '));
  if (!said.includes('registry: 200 {"packages":1}')) throw new Error(`no registry: ${said.slice(-2_000)}`);
  for (const told of ['leads to this machine', '--allow-registry example.com'])
    if (!said.includes(told)) throw new Error(`not told: ${told}\n${said}`);
  return `${said.split('kept from').length - 1} places kept from it, the registry answered, by ${confinement.type}`;
}

const configured = ['env', `npm_config_registry=${urlOf(registry)}`];
const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
const reaches =
  'a build that asks for the daemon, its API, other listeners and addresses of this machine, directly and by the proxy';

export const attacks: readonly Attack[] = [
  { input: reaches, isolated: true, under: configured, run: attack },
  ...(process.geteuid?.() === 0
    ? [
        {
          input: `${reaches}; all of an ordinary user`,
          isolated: true,
          under: [...nobody, ...configured],
          run: attack,
        },
      ]
    : []),
];
