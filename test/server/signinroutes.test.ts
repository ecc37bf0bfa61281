import { expect } from 'chai';
import { answerSignIn, type BrowserSignIn } from '../../src/server/signinroutes.ts';
import { reasonOf } from '../identity/refusals.ts';

const ADA = { user: 'ada', token: 'plt_ada', expiresAt: '2026-01-01T12:00:00Z' };

const provider: BrowserSignIn = {
  provider: 'login.example.com',
  beginPage: async () => ({ attempt: '', url: '' }),
  finishPage: async () => ({ user: '', secret: '', seconds: 0 }),
  begin: async (port, party) => ({ attempt: `to ${port} of ${party}`, url: 'https://login.example.com' }),
  finish: async () => ADA,
  beginDevice: async () => ({ attempt: 'a', userCode: 'c', verificationUri: 'u', seconds: 5 }),
  pollDevice: async (attempt) =>
    attempt === 'typed' ? { type: 'signedIn', as: ADA } : { type: 'waiting', seconds: 5 },
};

describe('server: sign-in with a browser', () => {
  const ask = (path: string, body?: object, signIn: BrowserSignIn | undefined = provider) =>
    answerSignIn(signIn, { method: body ? 'POST' : 'GET', path, body, party: '192.0.2.7' });

  it('says which ways there are', async () => {
    expect((await ask('/login'))?.body).to.deep.equal({ ways: ['password', 'oidc'] });
    const none = await answerSignIn(undefined, { method: 'GET', path: '/login', body: undefined, party: '' });
    expect(none?.body).to.deep.equal({ ways: ['password'] });
  });

  it('begins and ends either flow, and says who has signed in', async () => {
    expect((await ask('/login/browser', { port: 40_000 }))?.body).to.include({
      attempt: 'to 40000 of 192.0.2.7',
    });
    const answer = { attempt: 'a', query: '?code=c&state=s' };
    expect(await ask('/login/browser/finish', answer)).to.deep.equal({ body: ADA, user: 'ada' });
    expect((await ask('/login/device', {}))?.body).to.include({ userCode: 'c' });
    expect(await ask('/login/device/poll', { attempt: 'typed' })).to.deep.include({ user: 'ada' });
    expect(await ask('/login/device/poll', { attempt: 'other' })).not.to.have.property('user');
  });

  it('refuses a body that does not say what it needs, and knows nothing else', async () => {
    expect(await reasonOf(ask('/login/browser', {}))).to.equal('BadRequest');
    expect(await reasonOf(ask('/login/browser/finish', { attempt: 'a' }))).to.equal('BadRequest');
    expect(await ask('/login/elsewhere', {})).to.equal(undefined);
    expect(await ask('/login/browser')).to.equal(undefined);
    const none = await answerSignIn(undefined, {
      method: 'POST',
      path: '/login/device',
      body: {},
      party: '',
    });
    expect(none).to.equal(undefined);
  });
});
