import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { type RunningServer, startHttpsServer } from '../orchestrator/api/httpserver.ts';
import { eventually, Pilotage } from './harness.ts';
import { homeClusterSuite, PILOTAGE_FILE, settings } from './homecluster.ts';

let server: RunningServer | undefined;

homeClusterSuite('e2e: a home that is another cluster, here the API of a second Pilotage', async () => {
  server = await startHttpsServer({ controllers: true });
  return { kubeconfig: server.kubeconfig, context: 'pilotage', client: server.client() };
});

after(() => server?.close());

/** Passes connections on to a port of this machine, until it is shut. */
class Gate {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;
  constructor(target: number) {
    this.#target = target;
  }

  async open(): Promise<void> {
    const server = createServer((from) => {
      const to = connect(this.#target, '127.0.0.1');
      for (const socket of [from, to]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          (socket === from ? to : from).destroy();
        });
      }
      from.pipe(to).pipe(from);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
  }

  async shut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

describe('e2e: a home that does not answer for a while', function () {
  this.timeout(120_000);
  let home: RunningServer;
  let gate: Gate;
  let pilotage: Pilotage;

  before(async () => {
    home = await startHttpsServer({ controllers: true });
    gate = new Gate(home.port);
    await gate.open();
    const through = async (dir: string): Promise<string> => {
      const text = readFileSync(home.kubeconfig, 'utf8');
      const path = join(dir, 'through-gate.yaml');
      writeFileSync(path, text.replace(`127.0.0.1:${home.port}`, `127.0.0.1:${gate.port}`), { mode: 0o600 });
      return path;
    };
    pilotage = await Pilotage.start([], through, undefined, ['--home', 'pilotage']);
  });
  after(async () => {
    await pilotage?.stop();
    await gate?.shut();
    await home?.close();
  });

  it('takes pushes meanwhile, says why they wait, and delivers them once it answers', async () => {
    const work = await pilotage.repository('afar');
    await work.write('pilotage.yaml', PILOTAGE_FILE);
    await work.write('settings/settings.yaml', settings('red'));
    await work.commit('red');
    expect((await work.push()).stderr).to.contain('afar-dev is healthy');

    await gate.shut();
    await work.write('settings/settings.yaml', settings('green'));
    await work.commit('green');
    const meanwhile = await work.push();
    expect(meanwhile.code, meanwhile.stderr).to.equal(0);
    expect(meanwhile.stderr).to.contain('it is pushed, and tried again by itself');

    await gate.open();
    await eventually('green is delivered', async () => {
      const { data } = await home.client().get(CONFIG_MAPS, { namespace: 'afar-dev', name: 'settings' });
      return data?.color === 'green';
    });
  });
});
