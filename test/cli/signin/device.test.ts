import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { signInByDevice } from '../../../src/cli/signin/device.ts';
import { HastyClock } from '../../fakes/clock.ts';
import { terminal } from '../harness.ts';
import { FakeDaemon } from './daemon.ts';

const ADA = { user: 'ada', token: 'plt_ada', expiresAt: '2026-01-01T12:00:00Z' };

describe('cli: sign-in with a browser on another machine', () => {
  const begun = {
    attempt: 'secret',
    userCode: 'ABCD-EFGH',
    verificationUri: 'https://login.example.com/device',
    seconds: 5,
  };

  it('prints the code and where to type it, and asks as slowly as the daemon says', async () => {
    const answers = [
      { type: 'waiting', seconds: 5 },
      { type: 'waiting', seconds: 10 },
      { type: 'signedIn', as: ADA },
    ];
    const clock = new HastyClock();
    const began = clock.now();
    const daemon = new FakeDaemon({
      '/login/device': () => begun,
      '/login/device/poll': () => answers.shift() ?? {},
    });
    const { context, stderr } = terminal({}, { clock });
    expect(await signInByDevice(context, daemon)).to.deep.equal(ADA);
    expect(stderr()).to.contain('https://login.example.com/device').and.to.contain('ABCD-EFGH');
    expect(clock.now() - began).to.equal(20_000);
  });

  it('ends when it is refused, when nobody types the code, and when the daemon is gone', async () => {
    for (const reason of ['Denied', 'Expired', 'Unavailable']) {
      const daemon = new FakeDaemon({ '/login/device': () => begun });
      daemon.refuse('/login/device/poll', { reason, message: 'It is over.' });
      const { context } = terminal();
      expect(
        await signInByDevice(context, daemon).catch((error: unknown) => problemOf(error).reason),
      ).to.equal(reason);
    }
  });
});
