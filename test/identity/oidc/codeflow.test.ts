import { expect } from 'chai';
import { createCodeFlow, loopbackUri } from '../../../src/identity/oidc/codeflow.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { messageOf, reasonOf } from '../refusals.ts';
import { FakeIssuer } from './issuer.ts';

describe('identity: the code flow of OpenID Connect', () => {
  let clock: FakeClock;
  let issuer: FakeIssuer;
  beforeEach(() => {
    clock = new FakeClock();
    issuer = new FakeIssuer();
  });
  const begin = async (flow = createCodeFlow(issuer, clock)) => {
    const { attempt, url } = await flow.begin(loopbackUri(40_000), '');
    const state = new URL(url).searchParams.get('state') ?? '';
    return { flow, attempt, state, query: `?${new URLSearchParams({ code: `code of ${state}`, state })}` };
  };

  it('leads a browser to the provider and back to this machine, and gives what the provider says', async () => {
    const { flow, attempt, state, query } = await begin();
    expect(issuer.begun.get(state)?.redirectUri).to.equal('http://127.0.0.1:40000/callback');
    expect(await flow.finish(attempt, query)).to.equal(issuer.claims);
  });

  it('tells the browser no more than the state: neither the attempt, nor what it is proved with', async () => {
    const { attempt, state } = await begin();
    const kept = issuer.begun.get(state);
    expect(new Set([attempt, state, kept?.nonce, kept?.verifier]).size).to.equal(4);
    for (const secret of [state, kept?.nonce, kept?.verifier]) expect(secret).to.match(/^[\w-]{43}$/);
  });

  it('refuses an answer with another state', async () => {
    const { flow, attempt, query } = await begin();
    const wrong = query.replace(/state=[^&]+/, 'state=other');
    expect(await messageOf(flow.finish(attempt, wrong))).to.contain('the answer to another sign-in');
  });

  it('takes an answer once: one that is replayed is refused', async () => {
    const { flow, attempt, query } = await begin();
    await flow.finish(attempt, query);
    expect(await messageOf(flow.finish(attempt, query))).to.contain('has been used');
  });

  it('takes no answer after ten minutes', async () => {
    const { flow, attempt, query } = await begin();
    await clock.advance(10 * 60_000);
    expect(await messageOf(flow.finish(attempt, query))).to.contain('longer than ten minutes');
  });

  it('is gone on with by whoever began it: the answer alone is nobody’s', async () => {
    const [mine, theirs] = [await begin(), await begin()];
    expect(await reasonOf(theirs.flow.finish(theirs.attempt, mine.query))).to.equal('Unauthorized');
    expect(await reasonOf(mine.flow.finish(mine.state, mine.query))).to.equal('Unauthorized');
  });

  it('ends at a port of this machine, and nowhere else', async () => {
    for (const port of [0, 65_536, 1.5, Number.NaN])
      expect(await reasonOf((async () => loopbackUri(port))())).to.equal('BadRequest');
  });

  it('goes on although another client has begun more than are kept', async () => {
    const mine = await begin();
    for (let i = 0; i < 10_100; i++) await mine.flow.begin(loopbackUri(40_000), 'a stranger');
    expect(await mine.flow.finish(mine.attempt, mine.query)).to.equal(issuer.claims);
  });

  it('says that the provider cannot be asked', async () => {
    issuer.isDown = true;
    expect(await reasonOf(begin())).to.equal('Unavailable');
  });
});
