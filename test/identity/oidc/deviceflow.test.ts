import { expect } from 'chai';
import { createDeviceFlow } from '../../../src/identity/oidc/deviceflow.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { reasonOf } from '../refusals.ts';
import { FakeIssuer } from './issuer.ts';

describe('identity: the device flow of OpenID Connect', () => {
  let clock: FakeClock;
  let issuer: FakeIssuer;
  beforeEach(() => {
    clock = new FakeClock();
    issuer = new FakeIssuer();
  });
  const begin = async (flow = createDeviceFlow(issuer, clock)) => ({ flow, ...(await flow.begin('')) });

  it('waits until somebody has typed the code, and gives what the provider says', async () => {
    const { flow, attempt, userCode, seconds } = await begin();
    expect([userCode, seconds]).to.deep.equal(['ABCD-EFGH', 5]);
    issuer.answers = [{ type: 'pending' }, { type: 'claims', claims: issuer.claims }];
    await clock.advance(5_000);
    expect(await flow.poll(attempt)).to.deep.equal({ type: 'waiting', seconds: 5 });
    await clock.advance(5_000);
    expect(await flow.poll(attempt)).to.deep.equal({ type: 'claims', claims: issuer.claims });
    expect(await reasonOf(flow.poll(attempt))).to.equal('Unauthorized');
  });

  it('asks the provider as often as that wishes, however often it is asked itself', async () => {
    const { flow, attempt } = await begin();
    for (let i = 0; i < 10; i++) await flow.poll(attempt);
    expect(issuer.polls).to.equal(0);
    await clock.advance(5_000);
    await Promise.all([flow.poll(attempt), flow.poll(attempt)]);
    expect(issuer.polls).to.equal(1);
  });

  it('asks five seconds later from then on when the provider says that it is too fast', async () => {
    const { flow, attempt } = await begin();
    issuer.answers = [{ type: 'slowDown' }];
    await clock.advance(5_000);
    expect(await flow.poll(attempt)).to.deep.equal({ type: 'waiting', seconds: 10 });
    await clock.advance(10_000);
    expect(await flow.poll(attempt)).to.deep.equal({ type: 'waiting', seconds: 10 });
  });

  it('ends when it is refused in the browser, and when nobody types the code', async () => {
    for (const [type, reason] of [
      ['denied', 'Denied'],
      ['expired', 'Expired'],
    ] as const) {
      const { flow, attempt } = await begin();
      issuer.answers = [{ type }];
      await clock.advance(5_000);
      expect(await reasonOf(flow.poll(attempt))).to.equal(reason);
      expect(await reasonOf(flow.poll(attempt))).to.equal('Unauthorized');
    }
    const { flow, attempt } = await begin();
    await clock.advance(10 * 60_000);
    expect(await reasonOf(flow.poll(attempt))).to.equal('Unauthorized');
  });

  it('is begun by so many and no more: each is a request to the provider', async () => {
    const { flow, attempt } = await begin();
    for (let i = 1; i < 100; i++) await flow.begin('');
    expect(await reasonOf(flow.begin(''))).to.equal('Unavailable');
    expect((await flow.poll(attempt)).type).to.equal('waiting');
    await clock.advance(10 * 60_000);
    expect(await reasonOf(flow.begin(''))).to.equal('not refused');
  });

  it('is begun by somebody else although one client has begun as many as there may be', async () => {
    const flow = createDeviceFlow(issuer, clock);
    for (let i = 0; i < 100; i++) await flow.begin('a stranger');
    const { attempt } = await flow.begin('somebody');
    expect(await reasonOf(flow.begin('a stranger'))).to.equal('Unavailable');
    expect((await flow.poll(attempt)).type).to.equal('waiting');
  });

  it('is begun by no more of them at the same moment, and one that fails makes room again', async () => {
    const flow = createDeviceFlow(issuer, clock);
    const all = await Promise.all(Array.from({ length: 150 }, () => reasonOf(flow.begin(''))));
    expect(all.filter((reason) => reason === 'Unavailable')).to.have.length(50);
    const other = createDeviceFlow(issuer, clock);
    issuer.isDown = true;
    await Promise.all(Array.from({ length: 100 }, () => reasonOf(other.begin(''))));
    issuer.isDown = false;
    expect(await reasonOf(other.begin(''))).to.equal('not refused');
  });
});
