import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { type Deferred, deferred } from '../../../../src/base/deferred.ts';
import { type Backend, proxyRequest } from '../../../../src/orchestrator/api/streaming/httpproxy.ts';
import { until } from '../../../fakes/until.ts';

describe('a request that is passed on', () => {
  const servers: Server[] = [];
  /** The connections of the proxy to what is behind it. */
  let dialled: Socket[];
  let connecting: Deferred<void>;
  beforeEach(() => {
    dialled = [];
    connecting = deferred();
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function listen(listener: (request: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Asks through the proxy, which reaches what is behind it once `connecting` is done. */
  async function asked(more: Partial<Backend> = {}) {
    const behind = await listen(() => {});
    const failures: unknown[] = [];
    const answers: ServerResponse[] = [];
    const backend: Backend = {
      connect: async () => {
        const socket = connect(behind, '127.0.0.1');
        dialled.push(socket);
        await connecting.promise;
        return socket;
      },
      scheme: 'http',
      prefix: '',
      path: '/',
      ...more,
    };
    const port = await listen((incoming, outgoing) => {
      answers.push(outgoing);
      proxyRequest(incoming, outgoing, backend).catch((error) => failures.push(error));
    });
    const client = request({ host: '127.0.0.1', port }).on('error', () => {});
    client.end();
    await until(() => dialled.length > 0);
    return { client, answers, failures };
  }
  const isLetGo = () => until(() => dialled.every(({ destroyed }) => destroyed));

  it('is not made once its client has gone while the connection came about', async () => {
    const { client, answers, failures } = await asked();
    client.destroy();
    await until(() => answers.every(({ closed }) => closed));
    connecting.resolve();
    await isLetGo();
    expect(failures).to.have.length(1);
  });

  it('leaves no connection behind where a header cannot be written', async () => {
    const { failures } = await asked({ headers: { 'x-remote-user': 'ann\nbob' } });
    connecting.resolve();
    await isLetGo();
    expect(String(failures[0])).to.contain('Invalid character in header');
  });
});
