import { expect } from 'chai';
import type { Permission } from '../../../src/model/permission.ts';
import { DELIVERIES, ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { pin } from '../../../src/sync/state/pin.ts';
import { cm, createHarness, type Harness } from '../harness.ts';

const fileOf = (environments: string): string =>
  `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec: {environments: [${environments}]}\n`;
const DEV = '{name: dev, branch: main}';
const GATED = '{name: prod, promotion: {from: dev, gates: {approvals: 2}}}';
const app = { 'k8s/a.yaml': cm('a') };
const files = (...environments: string[]) => ({ ...app, 'pilotage.yaml': fileOf(environments.join(', ')) });

describe('who may change an environment', () => {
  let world: Harness & { stop(): Promise<void> };
  let held: Set<string>;
  const mayDeploy = async (
    { spec }: { spec: { environment: string } },
    revision: string,
  ): Promise<Permission> =>
    held.has(`${spec.environment} ${revision}`) ? { type: 'held', message: 'gates' } : { type: 'allowed' };

  beforeEach(async () => {
    held = new Set();
    world = await createHarness({ mayDeploy });
  });
  afterEach(() => world.stop());

  const terms = async (name: string) => {
    const { spec, status } = await world.environment(name);
    return {
      branch: spec.branch,
      namespace: spec.namespace,
      path: spec.path,
      gates: status?.promotionPolicy?.gates,
    };
  };
  const proposal = async (name: string) => (await world.environment(name)).status?.proposal;
  const proposed = async (name: string) =>
    (await world.environment(name)).status?.conditions?.find(({ type }) => type === 'Proposed')?.message;
  /** prod as it is deployed on a branch of its own, with its gates. */
  const withProd = async () => {
    await world.push(files(DEV, GATED));
    await world.push(files(DEV, GATED), 'prod');
  };
  const accept = async (name: string, id?: string) =>
    world.sync.accept(await world.environment(name), { by: 'ann', ...(id ? { proposal: id } : {}) });

  it('a push to the default branch neither re-points another environment nor takes its gates away', async () => {
    await withProd();
    const before = await terms('prod');
    await world.push(files(DEV, '{name: prod, branch: main}'));
    expect(await terms('prod')).to.deep.equal(before);
    expect(before.gates).to.deep.equal({ approvals: 2 });
    expect(await proposed('prod')).to.match(
      /pilotage\.yaml of main asks for branch prod → main, promotion from dev, gates approvals 2 → none; until then shop\/prod stays as it is\n {2}→ It counts when shop\/prod deploys .* through its gates; or by a person's word:\n {4}pilotage accept shop\/prod [0-9a-f]{32}$/,
    );
    expect(world.said('received').join('\n')).to.contain('asks for branch prod → main');
  });

  it('takes the word of a person for exactly this change, and no other', async () => {
    await withProd();
    await world.push(files(DEV, GATED.replace('2', '1')));
    const first = await proposal('prod');
    await world.push(files(DEV, '{name: prod}'));
    const refused = await accept('prod', first?.id).catch((error: Error) => error.message);
    expect(refused).to.match(/is not what is proposed now/);
    expect((await terms('prod')).gates).to.deep.equal({ approvals: 2 });
    expect(await accept('prod').catch((error: Error) => error.message)).to.match(
      /A word is for one proposal/,
    );
    const { message } = await accept('prod', (await proposal('prod'))?.id);
    expect(message).to.match(/^In force for shop\/prod: promotion .* → none\.$/);
    await world.settle();
    expect(await terms('prod')).to.include({ branch: 'prod', gates: undefined });
    expect(await proposal('prod')).to.equal(undefined);
    expect((await world.environment('prod')).spec.accepted).to.include({ by: 'ann' });
  });

  it('keeps what a person agreed to until a deployed file says something new', async () => {
    await withProd();
    await world.push(files(DEV, GATED.replace('2', '1')));
    await accept('prod', (await proposal('prod'))?.id);
    await world.push({ ...files(DEV, GATED), 'k8s/a.yaml': cm('a', { k: 'hotfix' }) }, 'prod');
    expect((await terms('prod')).gates).to.deep.equal({ approvals: 1 });
    await world.push(files(DEV, GATED.replace('2', '3')), 'prod');
    expect((await terms('prod')).gates).to.deep.equal({ approvals: 3 });
  });

  it('is governed by its own branch once the gates let it through, not before', async () => {
    await withProd();
    const weak = files(DEV, '{name: prod, path: k8s}');
    const tip = world.git.commit('prod', weak);
    held.add(`prod ${tip}`);
    await world.observe();
    expect((await terms('prod')).gates).to.deep.equal({ approvals: 2 });
    held.clear();
    await world.settle(3_000);
    expect(await terms('prod')).to.include({ path: 'k8s', gates: undefined });
    expect((await world.environment('prod')).status?.deployedRevision).to.equal(tip);
  });

  it('counts gates that are written while nothing is deployed yet, but lets nobody lower them', async () => {
    await world.push(files(DEV, '{name: prod, promotion: {from: dev}}'));
    await world.push(files(DEV, GATED));
    expect((await terms('prod')).gates).to.deep.equal({ approvals: 2 });
    await world.push(files(DEV, GATED.replace('2', '1')));
    await world.push(files(DEV, '{name: prod, branch: main}'));
    expect(await terms('prod')).to.include({ branch: 'prod' });
    expect((await terms('prod')).gates).to.deep.equal({ approvals: 2 });
    expect(await proposed('prod')).to.contain('branch prod → main');
  });

  it('lets an environment without gates follow its own branch at once', async () => {
    await world.push(files(DEV));
    const tip = await world.push(
      {
        ...files('{name: dev, branch: main, path: other}'),
        'other/a.yaml': cm('a'),
        'other/b.yaml': cm('b'),
      },
      'main',
    );
    expect(await terms('dev')).to.include({ path: 'other' });
    expect((await world.environment()).status).to.include({ deployedRevision: tip });
    expect(await proposal('dev')).to.equal(undefined);
  });

  it('withdraws a proposal with the file that made it', async () => {
    await withProd();
    await world.push(files(DEV, '{name: prod, branch: main}'));
    expect(await proposal('prod')).not.to.equal(undefined);
    await world.push(files(DEV, GATED));
    expect(await proposal('prod')).to.equal(undefined);
    expect(await proposed('prod')).to.equal(undefined);
  });

  it('does not let a new branch of the convention re-route what is promoted', async () => {
    await world.push(app);
    await world.push(app, 'prod');
    await world.push(app, 'preprod');
    expect((await world.environment('prod')).status?.promotionPolicy?.from).to.equal('dev');
    expect(await proposed('prod')).to.contain('promotion from dev, no gates → from preprod, no gates');
  });

  it('rehearses a revision by the terms that it would bring', async () => {
    await withProd();
    const tip = world.git.commit('main', {
      ...files(DEV, GATED.replace('prod,', 'prod, path: new,')),
      'new/b.yaml': cm('b'),
    });
    const plan = await world.sync.plan('shop', 'prod', { revision: tip });
    expect(plan.ok && plan.value.steps.map(({ object }) => object.name)).to.include('b');
    expect((await terms('prod')).path).to.equal('');
  });

  it('keeps its terms although its delivery was deleted and pushed again', async () => {
    await withProd();
    await world.home.client.delete(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' });
    await world.push(files(DEV, '{name: prod, branch: main}'));
    expect(await terms('prod')).to.include({ branch: 'prod' });
    expect((await terms('prod')).gates).to.deep.equal({ approvals: 2 });
  });
});

describe('the namespace of an environment', () => {
  let world: Harness & { stop(): Promise<void> };
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  const message = async (name: string) => (await world.environment(name)).status?.message ?? '';
  const allow = async (...allowNamespaces: string[]) => {
    await connect(world.home.client, { name: 'shop', allowNamespaces });
    await world.settle();
  };

  it('is its own; another needs the word of a person, and begins with it without a push', async () => {
    const revision = await world.push(files('{name: dev, branch: main, namespace: bank}'));
    expect((await world.environment()).status).to.include({ phase: 'Frozen' });
    expect(await message('dev')).to.contain('→ If it may: pilotage connect shop --allow-namespace bank');
    await allow('bank');
    expect((await world.environment()).status).to.include({ phase: 'Idle', deployedRevision: revision });
    expect(await world.live('ConfigMap', 'a', 'bank')).not.to.equal(undefined);
  });

  it('is left as it is as soon as it is forbidden, for a pin too', async () => {
    await allow('bank');
    const revision = await world.push(files('{name: dev, branch: main, namespace: bank}'));
    expect((await world.environment()).status).to.include({ deployedRevision: revision, phase: 'Idle' });
    await connect(world.home.client, { name: 'shop', forbidNamespaces: ['bank'] });
    await world.settle();
    expect((await world.environment()).status).to.include({ phase: 'Frozen' });
    await pin(world.home.client, 'shop.dev', { revision, reason: 'trial', by: 'ann' }, 0);
    await world.settle();
    expect((await world.environment()).status).to.include({ phase: 'Failed' });
    expect(await message('dev')).to.contain('namespace bank is not one that delivery shop may use');
  });

  it('is never one of the cluster, whatever was allowed', async () => {
    const names = ['pilotage', 'kube-system', 'default'];
    for (const [i, name] of names.entries()) {
      const refused = await connect(world.home.client, { name: 'shop', allowNamespaces: [name] }).catch(
        (error: Error) => error.message,
      );
      expect(refused).to.contain('no word opens it');
      await world.push(files(DEV, `{name: x${i}, branch: main, namespace: ${name}}`));
      expect(await message(`x${i}`)).to.contain(`namespace ${name} belongs to the cluster`);
    }
  });

  it('belongs to the environment that was first, and is not shared when both move', async () => {
    await world.push(files(DEV));
    await allow('shop-dev', 'bank');
    await world.push(files(DEV, '{name: x, branch: main, namespace: shop-dev}'));
    expect(await message('x')).to.contain(
      'namespace shop-dev belongs to shop/dev; one environment owns a namespace',
    );
    await world.push(
      files('{name: dev, branch: main, namespace: bank}', '{name: x, branch: main, namespace: bank}'),
    );
    // x, of which nothing is deployed, is there first; dev stays where it is.
    expect((await world.environment('x')).spec.namespace).to.equal('bank');
    const { spec, status } = await world.environment('dev');
    expect(spec.namespace).to.equal('shop-dev');
    expect(status?.conditions?.find(({ type }) => type === 'Proposed')?.message).to.contain(
      'belongs to shop/x',
    );
  });

  it('is not left for another that nobody allowed: what is deployed goes on where it is', async () => {
    await world.push(files(DEV));
    const tip = await world.push({
      ...files('{name: dev, branch: main, namespace: bank}'),
      'k8s/a.yaml': cm('a', { k: 'new' }),
    });
    const { spec, status } = await world.environment();
    expect(spec.namespace).to.equal('shop-dev');
    expect(status).to.include({ phase: 'Idle', deployedRevision: tip });
    expect(status?.conditions?.find(({ type }) => type === 'Proposed')?.message).to.contain(
      '--allow-namespace bank',
    );
  });

  it('of two deliveries whose names meet in one is that of the first', async () => {
    await world.push(files(DEV));
    const environment = await world.environment();
    expect(environment.metadata.annotations?.['pilotage.dev/claim']).to.equal('/shop-dev');
    await world.home.client.delete(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name: 'shop.dev' });
    const other = { ...environment.metadata, name: 'sh.op-dev', uid: undefined, resourceVersion: undefined };
    await world.home.client.create(
      ENVIRONMENTS,
      JSON.parse(
        JSON.stringify({
          ...environment,
          metadata: other,
          spec: { ...environment.spec, delivery: 'sh', environment: 'op-dev' },
        }),
      ),
    );
    await world.observe();
    expect(await message('dev')).to.contain('namespace shop-dev belongs to sh/op-dev');
  });
});
