import { get } from 'node:http';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { signInByBrowser } from '../../../src/cli/signin/browser.ts';
import type { LoggedIn } from '../../../src/model/identityfaces.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { until } from '../../fakes/until.ts';
import { terminal } from '../harness.ts';
import { FakeDaemon } from './daemon.ts';

const ADA: LoggedIn = { user: 'ada', token: 'plt_ada', expiresAt: '2026-01-01T12:00:00Z' };
const URL_OF_PROVIDER = 'https://login.example.com/auth?client_id=pilotage&state=ours';

describe('cli: sign-in with a browser', () => {
  let daemon: FakeDaemon;
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
    daemon = new FakeDaemon({
      '/login/browser': () => ({ attempt: 'secret', url: URL_OF_PROVIDER }),
      '/login/browser/finish': () => ADA,
    });
  });
  const begin = () => {
    const { context, stderr } = terminal({}, { clock });
    return { signedIn: signInByBrowser(context, daemon), stderr };
  };
  const port = async (): Promise<number> => {
    await until(() => daemon.asked.length > 0);
    const [{ body } = { body: {} }] = daemon.asked;
    return (body as { port: number }).port;
  };
  /** What a browser gets there. */
  const visit = async (path: string): Promise<{ status: number; text: string }> => {
    const url = `http://127.0.0.1:${await port()}${path}`;
    return new Promise((resolve, reject) => {
      get(url, { agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      }).on('error', reject);
    });
  };

  it('prints the address, waits for the browser to come back, and hands what it brings to the daemon', async () => {
    const { signedIn, stderr } = begin();
    const { status, text } = await visit('/callback?code=c&state=ours&iss=https%3A%2F%2Flogin.example.com');
    expect([status, text]).to.deep.equal([
      200,
      'Go back to the terminal: it says whether you are signed in. This window can be closed.\n',
    ]);
    expect(await signedIn).to.deep.equal(ADA);
    expect(stderr()).to.contain(URL_OF_PROVIDER);
    expect(daemon.asked[1]).to.deep.equal({
      path: '/login/browser/finish',
      body: { attempt: 'secret', query: '?code=c&state=ours&iss=https%3A%2F%2Flogin.example.com' },
    });
  });

  it('turns an answer with another state away, and goes on waiting', async () => {
    const { signedIn } = begin();
    for (const path of ['/callback?code=evil&state=theirs', '/callback', '/callback?state='])
      expect((await visit(path)).status, path).to.equal(400);
    expect((await visit('/')).status).to.equal(404);
    expect(daemon.asked).to.have.length(1);
    await visit('/callback?code=c&state=ours');
    expect((await signedIn).user).to.equal('ada');
  });

  it('ends after ten minutes, and listens no longer', async () => {
    const { signedIn } = begin();
    const failure = signedIn.catch((error: unknown) => problemOf(error).reason);
    const there = await port();
    await until(() => clock.pending > 0);
    await clock.advance(10 * 60_000);
    expect(await failure).to.equal('Expired');
    expect(await visit('/callback?state=ours').catch(({ code }) => code)).to.equal('ECONNREFUSED');
    expect(there).to.be.greaterThan(0);
  });

  it('ends with what the daemon says when the provider cannot be asked', async () => {
    daemon.refuse('/login/browser', { reason: 'Unavailable', message: 'It cannot be asked.' });
    const { signedIn } = begin();
    expect(await signedIn.catch((error: unknown) => problemOf(error).reason)).to.equal('Unavailable');
    expect(clock.pending).to.equal(0);
  });
});
