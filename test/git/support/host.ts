import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '../../../src/base/log.ts';
import { createGitHost, type GitHost, type GitHostOptions } from '../../../src/git/host/host.ts';
import { basicCredentials } from '../../../src/git/host/host-http.ts';
import { HostedRepositories } from '../../../src/git/host/hosted.ts';
import type { Push } from '../../../src/git/host/push-answer.ts';
import { FakeClock } from '../../fakes/clock.ts';

export const TOKEN = 'secret-token';

export interface TestHost {
  readonly host: GitHost;
  readonly repositories: HostedRepositories;
  /** With the token in it, without a trailing slash. */
  readonly url: string;
  readonly origin: string;
  readonly pushes: Push[];
  readonly requests: IncomingMessage[];
  stop(): Promise<void>;
}

/** The host behind a real HTTP server on a free port. */
export async function startHost(root: string, options: Partial<GitHostOptions> = {}): Promise<TestHost> {
  const pushes: Push[] = [];
  const requests: IncomingMessage[] = [];
  const repositories = new HostedRepositories(root);
  const host = createGitHost({
    repositories,
    clock: new FakeClock(),
    logger: silentLogger,
    authorize: (req) => (basicCredentials(req)?.password === TOKEN ? { name: 'ada' } : undefined),
    policy: () => undefined,
    onPush: async (push) => void pushes.push(push),
    ...options,
  });
  const server = createServer((req, res) => {
    requests.push(req);
    void host.handle(req, res).then((handled) => {
      if (!handled) res.writeHead(418).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host,
    repositories,
    url: `http://git:${TOKEN}@127.0.0.1:${port}/git`,
    origin: `http://127.0.0.1:${port}/git`,
    pushes,
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      repositories.close();
    },
  };
}
