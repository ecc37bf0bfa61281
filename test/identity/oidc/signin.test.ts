import { expect } from 'chai';
import { personOf } from '../../../src/identity/oidc/claims.ts';
import type { OidcOptions } from '../../../src/identity/oidc/options.ts';
import { createOidcSignIn } from '../../../src/identity/oidc/signin.ts';
import { sessionAuthenticator } from '../../../src/identity/tokens.ts';
import { TOKEN_HOLDER } from '../../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from '../harness.ts';
import { messageOf, reasonOf } from '../refusals.ts';
import { FakeIssuer } from './issuer.ts';

const OIDC: OidcOptions = {
  issuer: 'https://login.example.com',
  clientId: 'pilotage',
  scopes: ['openid'],
  nameClaim: 'preferred_username',
  groupsClaim: 'groups',
  requiredClaims: {},
};

describe('identity: what a provider says of somebody', () => {
  const person = (claims: object, options: Partial<OidcOptions> = {}) =>
    personOf({ sub: '1', preferred_username: 'ada', ...claims }, { ...OIDC, ...options });

  it('is a name, groups, and an address only where the provider has verified it', () => {
    const claims = { name: 'Ada', email: 'ada@example.com', groups: ['ops', 7] };
    expect(person({ ...claims, email_verified: true })).to.deep.equal({
      id: 'https://login.example.com 1',
      name: 'ada',
      displayName: 'Ada',
      emails: ['ada@example.com'],
      groups: ['ops'],
    });
    for (const verified of [false, 'false', 'true', 1, undefined])
      expect(person({ ...claims, email_verified: verified }).emails).to.deep.equal([]);
    expect(person({ groups: 'ops' }).groups).to.deep.equal(['ops']);
  });

  it('is no name where that is an address that nobody has verified, or missing', async () => {
    const byMail = { nameClaim: 'email' };
    expect(await reasonOf((async () => person({ email: 'root@example.com' }, byMail))())).to.equal(
      'Forbidden',
    );
    expect(person({ email: 'a@b.c', email_verified: true }, byMail).name).to.equal('a@b.c');
    for (const claims of [{ preferred_username: undefined }, { preferred_username: 7 }, { sub: '' }])
      expect(await reasonOf((async () => person(claims))())).to.equal('ClaimMissing');
  });

  it('has to have the claims that are required, with their values', async () => {
    const required = { requiredClaims: { hd: 'example.com' } };
    expect(person({ hd: 'example.com' }, required).name).to.equal('ada');
    for (const claims of [{}, { hd: 'example.org' }])
      expect(await reasonOf((async () => person(claims, required))())).to.equal('Forbidden');
  });
});

describe('identity: people of an OpenID Connect provider', () => {
  let world: IdentityWorld;
  let issuer: FakeIssuer;
  before(async () => {
    world = await createIdentityWorld();
  });
  after(() => world.dispose());
  beforeEach(() => {
    issuer = new FakeIssuer();
  });
  const signIn = async (claims: object) => {
    issuer.claims = { sub: `sub of ${JSON.stringify(claims)}`, ...claims };
    const oidc = createOidcSignIn(world.parts, OIDC, issuer);
    const { attempt, url } = await oidc.begin(40_000, '');
    const state = new URL(url).searchParams.get('state') ?? '';
    return oidc.finish(attempt, `?${new URLSearchParams({ code: `code of ${state}`, state })}`);
  };

  it('have an account with the groups of the provider, none of which is one of the cluster', async () => {
    const groups = ['ops', 'system:masters'];
    const { user, token } = await signIn({ preferred_username: 'Ada', groups });
    expect(user).to.equal('ada');
    expect(await world.known(token)).to.deep.include({ name: 'ada', groups: ['oidc:ops'], verified: true });
  });

  it('do not get the name of a local account, and stay out while they are disabled here', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'root', {});
    expect(await reasonOf(signIn({ preferred_username: 'root' }))).to.equal('NameTaken');
    await signIn({ preferred_username: 'eve' });
    await world.actions.changeUser(TOKEN_HOLDER, 'eve', { disabled: true });
    expect(await messageOf(signIn({ preferred_username: 'eve' }))).to.contain('is disabled here');
  });

  it('sign in with a code on another device as well', async () => {
    const oidc = createOidcSignIn(world.parts, OIDC, issuer);
    const { attempt, seconds } = await oidc.beginDevice('');
    expect(await oidc.pollDevice(attempt)).to.deep.equal({ type: 'waiting', seconds });
    issuer.answers = [{ type: 'claims', claims: { sub: '7', preferred_username: 'carl' } }];
    await world.clock.advance(seconds * 1000);
    const answer = await oidc.pollDevice(attempt);
    expect(answer.type === 'signedIn' && answer.as.user).to.equal('carl');
  });

  it('have a session of half a day in a browser that came back here, and no token of a command line by it', async () => {
    issuer.claims = { sub: 'sub of liz', preferred_username: 'liz' };
    const oidc = createOidcSignIn(world.parts, OIDC, issuer);
    const begin = async () => {
      const { attempt, url } = await oidc.beginPage('https://pilotage.example.com/login/oidc/callback', '');
      const state = new URL(url).searchParams.get('state') ?? '';
      return { attempt, query: `?${new URLSearchParams({ code: `code of ${state}`, state })}` };
    };
    const { attempt, query } = await begin();
    const { user, secret, seconds } = await oidc.finishPage(attempt, query);
    expect([user, seconds]).to.deep.equal(['liz', 12 * 3_600]);
    expect((await sessionAuthenticator(world.parts)(secret))?.name).to.equal('liz');
    expect([...issuer.begun.values()][0]?.redirectUri).to.match(/^https:.*\/login\/oidc\/callback$/);
    const other = await begin();
    expect(await reasonOf(oidc.finish(other.attempt, other.query))).to.equal('Unauthorized');
  });

  it('come back to the address that the file names, where a proxy stands before this face', async () => {
    const callback = 'https://pilotage.example.com/login/oidc/callback';
    const oidc = createOidcSignIn(world.parts, { ...OIDC, callback }, issuer);
    await oidc.beginPage('http://pilotage.example.com/login/oidc/callback', '');
    expect([...issuer.begun.values()][0]?.redirectUri).to.equal(callback);
  });

  it('are out after half a day, so that whoever has left the provider is', async () => {
    const { token } = await signIn({ preferred_username: 'dan' });
    await world.clock.advance(12 * 3_600_000 - 1);
    expect(await world.known(token)).to.include({ name: 'dan' });
    await world.clock.advance(1);
    expect(await world.known(token)).to.equal(undefined);
  });
});
