import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Logger } from '../../../src/base/log.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { createGitHost } from '../../../src/git/host/host.ts';
import { HostedRepositories } from '../../../src/git/host/hosted.ts';
import type { OpenRepository } from '../../../src/git/repository.ts';
import { RefStore } from '../../../src/git/store/refs.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { NAMESPACES } from '../../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { createRemotes, type Remotes } from '../../../src/sync/intake/remotes.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';
import { until } from '../../fakes/until.ts';
import { drop, scratch } from '../../git/support/git.ts';
import { commit } from '../../git/support/history.ts';

const CANARY = 'canary-7f3a91';
type Fault = (response: ServerResponse, path: string) => boolean;

const answers =
  (status: number, type = 'text/plain', body = 'no'): Fault =>
  (response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
    return true;
  };

/** What a server does in place of an answer, and what status says of it. */
const FAULTS: Readonly<Record<string, readonly [Fault, RegExp]>> = {
  'answers with a page in HTML': [
    answers(200, 'text/html', '<html>Sign in</html>'),
    /does not answer as a git repository/,
  ],
  'answers 401': [answers(401), /refuses these credentials \(HTTP 401\)/],
  'answers 403': [answers(403), /refuses these credentials \(HTTP 403\)/],
  'answers 404': [answers(404), /there is no repository at/],
  'answers 429': [answers(429), /answers HTTP 429/],
  'answers 500': [answers(500), /answers HTTP 500/],
  'cuts the connection': [
    (response) => {
      response.destroy();
      return true;
    },
    /cannot be reached/,
  ],
  'says nothing': [() => true, /cannot be reached: no answer for 1 seconds/],
  'breaks off inside a pack': [
    (response, path) => {
      if (!path.endsWith('/git-upload-pack')) return false;
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
      response.write('000dpackfile\n0020\u0001PACK');
      setImmediate(() => response.destroy());
      return true;
    },
    /cannot be read/,
  ],
};

describe('a remote that fails', () => {
  let dir: string;
  let server: Server;
  let repositories: HostedRepositories;
  let clock: FakeClock;
  let far: OpenRepository;
  let home: KubeClient;
  let remotes: Remotes;
  let fault: Fault | undefined;
  let seen: Readonly<Record<string, string>>[];
  const logged: string[] = [];
  const lifetime = { now: new AbortController() };
  const note = (...words: unknown[]): void => void logged.push(JSON.stringify(words));
  const logger: Logger = { ...silentLogger, debug: note, info: note, warn: note, error: note };
  const message = async () =>
    (await home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' })).status?.message ?? '';

  beforeEach(async () => {
    dir = scratch();
    [fault, seen, lifetime.now] = [undefined, [], new AbortController()];
    logged.length = 0;
    clock = new FakeClock();
    repositories = new HostedRepositories(join(dir, 'root'));
    const host = createGitHost({
      repositories,
      clock: new FakeClock(),
      logger: silentLogger,
      authorize: () => ({ name: 'ada' }),
      policy: () => undefined,
      onPush: async () => {},
    });
    far = await repositories.create('shop');
    server = createServer((request, response) => {
      if (!fault?.(response, request.url ?? '')) void host.handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    home = createFakeCluster().client;
    await home.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: PILOTAGE_NAMESPACE },
    });
    await far.moveBranch('main', await commit(far, { 'a.yaml': 'a: 1\n' }), null);
    const { port } = server.address() as AddressInfo;
    const url = `http://ada:${CANARY}@127.0.0.1:${port}/git/shop.git`;
    const { message: said } = await connect(home, { name: 'shop', url });
    note(said);
    remotes = createRemotes({
      home,
      root: join(dir, 'mirrors'),
      ground: { path: '', sshDir: join(dir, 'ssh'), idleMs: 1000 },
      clock,
      logger,
      random: () => 0.5,
    });
    await remotes.start(lifetime.now.signal, async (_, branches) => void seen.push(branches));
    await remotes.poke('shop');
  });
  afterEach(async () => {
    lifetime.now.abort();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    repositories.close();
    drop(dir);
  });

  for (const [what, [how, says]] of Object.entries(FAULTS))
    it(`and ${what} loses nothing, is named in status within a poll, heals by itself, and its password is nowhere`, async () => {
      const first = (await far.branches()).main ?? '';
      expect(seen).to.deep.equal([{ main: first }]);
      const second = await commit(far, { 'a.yaml': 'a: 2\n' }, [first]);
      await far.moveBranch('main', second, first);
      fault = how;
      await remotes.poke('shop');
      expect(await message())
        .to.match(says)
        .and.contain('what is deployed stays');
      note(await message());
      expect(seen).to.have.length(1);
      expect(await (await remotes.repository('shop'))?.branches()).to.deep.equal({ main: first });

      fault = undefined;
      await remotes.poke('shop');
      expect(await message()).to.equal('');
      expect(seen).to.deep.equal([{ main: first }, { main: second }]);

      const config = readFileSync(join(dir, 'mirrors', 'shop.git', 'config'), 'utf8');
      const delivery = JSON.stringify(
        await home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' }),
      );
      for (const text of [config, delivery, ...logged]) {
        expect(text).to.not.contain(CANARY);
        expect(text).to.not.contain(Buffer.from(`ada:${CANARY}`).toString('base64'));
      }
    });

  it('is asked one question a turn, however many branches there are', async () => {
    const tip = (await far.branches()).main ?? '';
    for (let at = 0; at < 50; at++) await far.moveBranch(`env-${at}`, tip, null);
    await remotes.poke('shop');
    const asked: string[] = [];
    fault = (_, path) => {
      asked.push(path.replace(/^.*\.git/, ''));
      return false;
    };
    await remotes.poke('shop');
    expect(asked).to.deep.equal(['/info/refs?service=git-upload-pack', '/git-upload-pack']);
  });

  it('and lists no branch any more takes none from the mirror', async () => {
    const first = (await far.branches()).main ?? '';
    new RefStore(far.dir).update('refs/heads/main', null, first);
    await remotes.poke('shop');
    expect(seen).to.deep.equal([{ main: first }, {}]);
    expect(await (await remotes.repository('shop'))?.branches()).to.deep.equal({ main: first });
  });

  it('and has lost its history to a forced push is followed', async () => {
    const first = (await far.branches()).main ?? '';
    const other = await commit(far, { 'a.yaml': 'a: other\n' });
    await far.moveBranch('main', other, first);
    await remotes.poke('shop');
    expect(seen).to.deep.equal([{ main: first }, { main: other }]);
    expect(await message()).to.equal('');
  });

  it('by 429 with Retry-After is not asked before, whatever the interval says', async () => {
    let asked = 0;
    fault = (response) => {
      asked += 1;
      response.writeHead(429, { 'retry-after': '600' }).end();
      return true;
    };
    await remotes.poke('shop');
    expect(await message()).to.match(/answers HTTP 429.*asked again in 600 seconds/s);
    await clock.advance(599_000);
    expect(asked).to.equal(1);
    fault = undefined;
    await clock.advance(2_000);
    await until(async () => (await message()) === '');
  });
});
