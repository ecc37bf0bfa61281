import { expect } from 'chai';
import { NAMESPACES, ROLE_BINDINGS, SECRETS } from '../../src/kube/kinds/resources.data.ts';
import { ENVIRONMENTS, USERS } from '../../src/model/types.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { createIdentityWorld, type IdentityWorld } from './harness.ts';
import { reasonOf } from './refusals.ts';

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
    for (const verb of [
      'push',
      'sync',
      'promote',
      'skip',
      'hold',
      'approve',
      'reject',
      'rollback',
      'pin',
      'accept',
      'adopt',
      'renew',
      'remove',
    ])
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
