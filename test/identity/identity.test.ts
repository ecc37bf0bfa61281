import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { createAccess } from '../../src/identity/access.ts';
import { NAMESPACES, ROLE_BINDINGS, SECRETS } from '../../src/kube/kinds/resources.data.ts';
import type { Question } from '../../src/model/access.ts';
import { ENVIRONMENTS, TOKENS, USERS } from '../../src/model/types.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';

const PASSWORD = 'correct horse battery';

const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ProblemError ? error.problem.reason : String(error)),
  );
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ProblemError ? error.problem.message : String(error)),
  );

describe('identity: the administrator', () => {
  it('needs nobody to be asked: a home that does not answer keeps them from nothing, but a limit of their token does', async () => {
    const access = createAccess(() => Promise.reject(new Error('the home does not answer')));
    const push = { on: 'environment', verb: 'push', delivery: 'shop', environment: 'prod' } as const;
    expect(await access.refusal(TOKEN_HOLDER, push)).to.equal(undefined);
    const narrow = { ...TOKEN_HOLDER, scope: { deliveries: ['docs'] } };
    expect((await access.refusal(narrow, push))?.reason).to.equal('Forbidden');
  });
});

describe('identity: accounts', () => {
  let world: IdentityWorld;
  before(async () => {
    world = await createIdentityWorld();
    await world.actions.createUser(TOKEN_HOLDER, 'ada', { emails: ['ada@example.com'] }, PASSWORD);
  });
  after(() => world.dispose());

  it('are signed in to by name and password, and get a token that lasts half a day', async () => {
    const { token, user } = await world.actions.logIn('ada', PASSWORD);
    expect(user).to.equal('ada');
    expect(await world.known(token)).to.deep.include({ name: 'ada', verified: true });
    await world.clock.advance(13 * 3_600_000);
    expect(await world.known(token)).to.equal(undefined);
  });

  it('end a sign-in at once when its bearer signs out', async () => {
    const { token } = await world.actions.logIn('ada', PASSWORD);
    const user = await world.known(token);
    await world.actions.logOut(user as User);
    expect(await world.known(token)).to.equal(undefined);
  });

  it('answer the same for a wrong password, for a name that nobody has, and for one that is disabled', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'gone', { disabled: true }, PASSWORD);
    const wrong = await messageOf(world.actions.logIn('ada', 'not the password'));
    expect(wrong).to.contain('wrong');
    expect(await messageOf(world.actions.logIn('nobody-here', PASSWORD))).to.equal(wrong);
    expect(await messageOf(world.actions.logIn('gone', PASSWORD))).to.equal(wrong);
    expect(await messageOf(world.actions.logIn('../../ada', PASSWORD))).to.equal(wrong);
  });

  it('lock a name after five failures, whether anybody has it, and let it in again later', async () => {
    await world.actions.createUser(TOKEN_HOLDER, 'eve', {}, PASSWORD);
    for (const name of ['eve', 'stranger']) {
      for (let guess = 0; guess < 5; guess++)
        await reasonOf(world.actions.logIn(name, `guess number ${guess}`));
      expect(await reasonOf(world.actions.logIn(name, PASSWORD)), name).to.equal('LockedOut');
    }
    await world.clock.advance(6_000);
    expect(await reasonOf(world.actions.logIn('eve', PASSWORD))).to.equal('not refused');
  });

  it('keep of a password a salted hash alone, in a Secret', async () => {
    const secret = await world.admin.get(SECRETS, { namespace: 'pilotage', name: 'pilotage-password-ada' });
    const hash = Buffer.from(secret.data?.hash ?? '', 'base64').toString();
    expect(hash).to.match(/^scrypt\$\d+\$8\$\d\$/);
    expect(hash).not.to.contain(PASSWORD);
  });

  it('are not made with a short password, a reserved name, or a group of the cluster', async () => {
    const make = (name: string, spec: object, password?: string) =>
      reasonOf(world.actions.createUser(TOKEN_HOLDER, name, spec, password));
    expect(await make('short', {}, 'tiny')).to.equal('BadRequest');
    expect(
      await world.admin
        .list(USERS, { namespace: 'pilotage' })
        .then(({ items }) => items.map(({ metadata }) => metadata.name)),
    ).not.to.include('short');
    for (const name of ['git', 'pilotage-admin', 'Ada', 'a.b', 'system:admin'])
      expect(await make(name, {}), name).to.equal('BadRequest');
    expect(await make('root', { groups: ['system:masters'] })).to.contain('Invalid');
  });

  it('let a person change the own password with the present one only', async () => {
    const ann = await world.user('ann');
    await world.actions.setPassword(TOKEN_HOLDER, 'ann', PASSWORD);
    expect(await reasonOf(world.actions.setPassword(ann, 'ann', 'a new long one'))).to.equal('Forbidden');
    expect(await reasonOf(world.actions.setPassword(ann, 'ann', 'a new long one', 'a wrong one'))).to.equal(
      'Unauthorized',
    );
    await world.actions.setPassword(ann, 'ann', 'a new long one', PASSWORD);
    expect((await world.actions.logIn('ann', 'a new long one')).user).to.equal('ann');
  });
});

describe('identity: tokens', () => {
  let world: IdentityWorld;
  let ada: User;
  before(async () => {
    world = await createIdentityWorld();
    ada = await world.user('ada', ['qa']);
    await world.environment('shop', 'dev');
    await world.environment('shop', 'prod');
    await world.grant('admin', ['ada'], { deliveries: ['shop'] });
  });
  after(() => world.dispose());

  const may = async (token: string, question: Question): Promise<boolean> => {
    const user = await world.known(token);
    return user !== undefined && (await world.access.refusal(user, question)) === undefined;
  };
  const of = (environment: string, verb: 'get' | 'sync' | 'promote'): Question => ({
    on: 'environment',
    verb,
    delivery: 'shop',
    environment,
  });

  it('are kept as a hash, and shown once', async () => {
    const { token, name } = await world.actions.createToken(ada, { name: 'laptop', robot: false });
    const stored = await world.admin.get(TOKENS, { namespace: 'pilotage', name });
    expect(JSON.stringify(stored)).not.to.contain(token.slice(-43));
    expect(JSON.stringify(await world.actions.listTokens(ada))).not.to.match(/digest|plt_/);
  });

  it('are refused once they are revoked, have expired, or their owner is disabled', async () => {
    const one = await world.actions.createToken(ada, { name: 'one', robot: false, seconds: 60 });
    const two = await world.actions.createToken(ada, { name: 'two', robot: false });
    const three = await world.actions.createToken(ada, { name: 'three', robot: false });
    expect(await world.known(one.token)).to.include({ name: 'ada' });
    await world.clock.advance(60_000);
    expect(await world.known(one.token)).to.equal(undefined);
    await world.actions.revokeToken(ada, 'ada.two');
    expect(await world.known(two.token)).to.equal(undefined);
    await world.actions.changeUser(TOKEN_HOLDER, 'ada', { disabled: true });
    expect(await world.known(three.token)).to.equal(undefined);
    await world.actions.changeUser(TOKEN_HOLDER, 'ada', { disabled: false });
    expect(await world.known(three.token)).to.include({ name: 'ada' });
  });

  it('are nobody’s with another secret under a known name, and with a name that there is not', async () => {
    const { token } = await world.actions.createToken(ada, { name: 'real', robot: false });
    expect(await world.known(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).to.equal(undefined);
    expect(await world.known(token.replace('ada.real', 'ada.other'))).to.equal(undefined);
    expect(await world.known('plt_')).to.equal(undefined);
  });

  it('do nothing outside their scope, and administer nobody', async () => {
    const scope = { deliveries: ['shop'], environments: ['dev'], verbs: ['get', 'sync'] };
    const { token } = await world.actions.createToken(ada, { name: 'ci', robot: true, ...scope });
    expect(await may(token, of('dev', 'sync'))).to.equal(true);
    expect(await may(token, of('dev', 'promote'))).to.equal(false);
    expect(await may(token, of('prod', 'sync'))).to.equal(false);
    expect(await may(token, { on: 'delivery', verb: 'push', delivery: 'shop' })).to.equal(false);
    expect(await may(token, { on: 'users', verb: 'list' })).to.equal(false);
    const robot = (await world.known(token)) as User;
    expect(robot).to.include({ name: 'robot:ada.ci', owner: 'ada', delegated: true });
    expect(await reasonOf(world.actions.createToken(robot, { name: 'more', robot: false }))).to.equal(
      'Forbidden',
    );
  });

  it('say when somebody else made them for their owner', async () => {
    const { token } = await world.actions.createToken(TOKEN_HOLDER, {
      owner: 'ada',
      name: 'given',
      robot: false,
    });
    expect(await world.known(token)).to.include({ name: 'ada', delegated: true });
  });

  it('of others are neither made, seen nor revoked without the right to', async () => {
    const bob = await world.user('bob');
    expect(
      await reasonOf(world.actions.createToken(bob, { owner: 'ada', name: 'x', robot: false })),
    ).to.equal('Forbidden');
    expect(await world.actions.listTokens(bob)).to.deep.equal([]);
    expect(await reasonOf(world.actions.revokeToken(bob, 'ada.real'))).to.equal('Forbidden');
    expect(await reasonOf(world.actions.revokeToken(bob, 'ada.nothing'))).to.equal('Forbidden');
  });

  it('go with their owner', async () => {
    const { token } = await world.actions.createToken(await world.user('carl'), { name: 'c', robot: false });
    await world.actions.deleteUser(TOKEN_HOLDER, 'carl');
    expect(await world.known(token)).to.equal(undefined);
    await world.user('carl');
    expect(await world.known(token)).to.equal(undefined);
  });
});

describe('identity: roles', () => {
  let world: IdentityWorld;
  let bob: User;
  before(async () => {
    world = await createIdentityWorld();
    bob = await world.user('bob');
    for (const name of ['dev', 'prod']) await world.environment('shop', name);
    await world.environment('pay', 'prod');
  });
  after(() => world.dispose());

  const may = async (user: User, verb: string, where = ''): Promise<boolean> => {
    const [delivery, environment] = where.split('/');
    return (await world.actions.can(user, verb, delivery, environment)).allowed;
  };

  it('give nothing to somebody who has none', async () => {
    expect(await may(bob, 'get', 'shop/dev')).to.equal(false);
    expect(await may(bob, 'pull', 'shop')).to.equal(false);
    expect(await reasonOf(world.actions.listUsers(bob))).to.equal('Forbidden');
  });

  it('hold where they are granted, for CLI, git, HTTP and kubectl alike, and no longer than that', async () => {
    const grant = await world.grant('developer', ['bob'], { deliveries: ['shop'], environments: ['dev'] });
    expect(await may(bob, 'push', 'shop/dev')).to.equal(true);
    expect(await may(bob, 'push', 'shop/prod')).to.equal(false);
    expect(await may(bob, 'promote', 'shop/dev')).to.equal(false);
    expect(await may(bob, 'pull', 'shop')).to.equal(true);
    expect(await may(bob, 'pull', 'pay')).to.equal(false);
    const kubectl = world.admin.as({ name: 'bob', groups: ['system:authenticated'] });
    const read = (name: string) =>
      kubectl.get(ENVIRONMENTS, { namespace: 'pilotage', name }).then(
        () => 'read',
        (error: Error) => error.message,
      );
    expect(await read('shop.dev')).to.equal('read');
    expect(await read('shop.prod')).to.contain('forbidden');
    const bound = async () =>
      (await world.admin.list(ROLE_BINDINGS, { labelSelector: `pilotage.dev/grant=${grant}` })).items.map(
        ({ metadata, roleRef }) => `${metadata.namespace} ${roleRef.name}`,
      );
    await world.until(async () => (await bound()).length === 2);
    expect(await bound()).to.have.members([`pilotage pilotage:grant:${grant}`, 'shop-dev edit']);
    await world.actions.revokeGrant(TOKEN_HOLDER, grant);
    await world.until(async () => !(await may(bob, 'push', 'shop/dev')) && (await bound()).length === 0);
    expect(await read('shop.dev')).to.contain('forbidden');
  });

  it('of a viewer see everything, and change nothing', async () => {
    const vera = await world.user('vera');
    await world.grant('viewer', ['vera']);
    for (const verb of ['get', 'pull']) expect(await may(vera, verb, 'shop'), verb).to.equal(true);
    for (const verb of ['push', 'init', 'connect', 'grant', 'allow'])
      expect(await may(vera, verb, 'shop'), verb).to.equal(false);
    for (const verb of ['push', 'sync', 'promote', 'approve', 'rollback', 'pin', 'accept', 'adopt', 'remove'])
      expect(await may(vera, verb, 'shop/prod'), verb).to.equal(false);
    const kubectl = world.admin.as({ name: 'vera', groups: ['system:authenticated'] });
    const refused = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: Error) => error.message,
      );
    expect(await refused(kubectl.list(SECRETS, { namespace: 'shop-prod' }))).to.contain('forbidden');
    expect(await refused(kubectl.list(USERS, { namespace: 'pilotage' }))).to.contain('forbidden');
    expect(await refused(kubectl.list(NAMESPACES))).to.contain('forbidden');
  });

  it('reach environments that come later', async () => {
    const dora = await world.user('dora');
    await world.grant('deployer', ['dora'], { deliveries: ['late'] });
    expect(await may(dora, 'promote', 'late/prod')).to.equal(false);
    await world.environment('late', 'prod');
    await world.until(() => may(dora, 'promote', 'late/prod'));
    expect(await may(dora, 'approve', 'late/prod')).to.equal(false);
  });

  it('of a delivery are granted by who administers it, and no further', async () => {
    const olga = await world.user('olga');
    await world.grant('admin', ['olga'], { deliveries: ['shop'] });
    const grant = (where: object) =>
      reasonOf(world.actions.grant(olga, { role: 'viewer', users: ['bob'], groups: [], ...where }));
    expect(await grant({ deliveries: ['shop'] })).to.equal('not refused');
    expect(await grant({ deliveries: ['shop', 'pay'] })).to.equal('Forbidden');
    expect(await grant({})).to.equal('Forbidden');
    expect(await grant({ deliveries: [] })).to.equal('Forbidden');
    expect(await may(olga, 'allow', 'shop')).to.equal(false);
    expect(await reasonOf(world.actions.createUser(olga, 'mallory', {}))).to.equal('Forbidden');
  });

  it('of an administrator of everything manage users; Rancher’s three are there', async () => {
    const root = await world.user('root');
    await world.grant('administrator', ['root']);
    expect(await reasonOf(world.actions.createUser(root, 'new', {}))).to.equal('not refused');
    const names = (await world.actions.listRoles(root)).map(({ name }) => name);
    expect(names).to.include.members(['administrator', 'standard-user', 'user-base', 'viewer', 'approver']);
    const nobody = await world.user('nobody');
    await world.grant('user-base', ['nobody']);
    expect(await may(nobody, 'get', 'shop')).to.equal(false);
  });

  it('that do not exist, or are for nobody, are not granted', async () => {
    const grant = (role: string, users: readonly string[]) =>
      reasonOf(world.actions.grant(TOKEN_HOLDER, { role, users, groups: [] }));
    expect(await grant('superman', ['bob'])).to.equal('NotFound');
    expect(await grant('viewer', [])).to.equal('BadRequest');
  });
});
