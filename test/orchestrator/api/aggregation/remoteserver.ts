import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { RemoteServer, RemoteServers } from '../../../../src/orchestrator/api/aggregation/connection.ts';
import type { RemoteVersion } from '../../../../src/orchestrator/api/wire/remoteversion.ts';

export interface FakeRemoteServer {
  /** `METHOD path user` of each request. */
  readonly asked: string[];
  /** Default: an empty list. */
  answer: RequestListener;
  /** It alone, with what it is to serve. */
  serving(versions: readonly RemoteVersion[], connectTo?: RemoteServer['connect']): RemoteServers;
  stop(): void;
}

/** An aggregated API server on loopback, without TLS. */
export async function startRemoteServer(): Promise<FakeRemoteServer> {
  const server = createServer((request, response) => {
    remote.asked.push(`${request.method} ${request.url} ${request.headers['x-remote-user']}`);
    remote.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dial = async () => connect((server.address() as AddressInfo).port, '127.0.0.1') as TLSSocket;
  const remote: FakeRemoteServer = {
    asked: [],
    answer: (_, response) => response.end('{"items":[]}'),
    serving: (versions, connectTo = dial) => ({
      versions: () => versions,
      serverFor: () => ({ host: 'x', connect: connectTo }),
    }),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return remote;
}
