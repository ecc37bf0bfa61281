import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { AuditEvent } from '../../../src/audit/event.ts';
import { unsignedRecorder } from '../../../src/compose/signatureaudit.ts';
import type { Permission } from '../../../src/model/permission.ts';
import { permitSigned } from '../../../src/promotion/permit/signed.ts';
import { readSigners } from '../../../src/signatures/allowedsigners.ts';
import { sshBlobOf } from '../../../src/signatures/sshkey.ts';
import { pin } from '../../../src/sync/state/pin.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { cm, createFakeRepository, createHarness, type Harness } from '../harness.ts';

const ada = generateKeyPairSync('ed25519');
const SIGNED = { signedBy: ada.privateKey };
const signers = readSigners(
  `ada@example.com ssh-ed25519 ${sshBlobOf(ada.publicKey).toString('base64')}\n`,
  'signers',
).signers;

const DEV = '{name: dev, branch: main}';
const PROD = '{name: prod}';
const VERIFIED = '{name: prod, verify: {signatures: required}}';
const GATED = '{name: prod, promotion: {from: dev, gates: {approvals: 2}}, verify: {signatures: required}}';
const UNVERIFIED = '{name: prod, promotion: {from: dev, gates: {approvals: 2}}}';
const files = (prod: string, value = 'v') => ({
  'k8s/a.yaml': cm('a', { k: value }),
  'pilotage.yaml': `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec: {environments: [${DEV}, ${prod}]}\n`,
});

describe('signatures that an environment asks for in pilotage.yaml', () => {
  let world: Harness & { stop(): Promise<void> };
  let held: Set<string>;
  let written: AuditEvent[];
  let begin: (home?: Harness['home']) => Promise<void>;

  beforeEach(async () => {
    [held, written] = [new Set(), []];
    const git = createFakeRepository();
    const own = sshBlobOf(generateKeyPairSync('ed25519').publicKey);
    const sources = {
      policyOf: async () => ({ required: false, signers, since: [] }),
      ownKey: async () => own,
      verifyPgp: async () => ({ kind: 'bad', why: 'there is no key of OpenPGP' }) as const,
      now: () => 0,
    };
    begin = async (home) => {
      const tell = unsignedRecorder({ write: (event) => void written.push(event) }, new FakeClock());
      world = await createHarness({
        ...(home ? { home } : {}),
        git,
        verifies: (environment, revision) =>
          permitSigned(sources, git.repository, environment, revision, tell),
        mayDeploy: async ({ spec }, revision): Promise<Permission> =>
          held.has(`${spec.environment} ${revision}`)
            ? { type: 'held', message: 'gates' }
            : { type: 'allowed' },
      });
    };
    await begin();
  });
  afterEach(() => world.stop());

  const required = async () => (await world.environment('prod')).spec.verify?.signatures === 'required';
  const status = async () => (await world.environment('prod')).status;
  const proposed = async () =>
    (await status())?.conditions?.find(({ type }) => type === 'Proposed')?.message ?? '';
  /** prod as it is deployed from a branch of its own, with what its file says in force. */
  const running = async (prod: string): Promise<string> => {
    await world.push(files(prod), 'main');
    const revision = await world.push(files(prod), 'prod', SIGNED);
    expect(await status()).to.include({ deployedRevision: revision, phase: 'Idle' });
    return revision;
  };

  it('count at once while nothing is deployed, and are not taken back by the same way', async () => {
    await world.push(files(PROD));
    expect(await required()).to.equal(false);
    await world.push(files(VERIFIED));
    expect(await required()).to.equal(true);
    await world.push(files(PROD));
    expect(await required()).to.equal(true);
    expect(await proposed()).to.contain('verify signatures required → none');
    const revision = await world.push(files(PROD), 'prod');
    expect(await status()).to.include({ wantedRevision: revision, phase: 'Waiting' });
    expect(await status()).to.not.have.property('deployedRevision');
    expect((await status())?.message).to.contain('by Ada <ada@example.com>: it is not signed');
    expect(await world.live('ConfigMap', 'a', 'shop-prod')).to.equal(undefined);
  });

  it('count for an environment that runs from the revision on that asks for them', async () => {
    await running(PROD);
    await world.push(files(VERIFIED), 'main');
    // A push to the default branch could stop prod otherwise.
    expect(await required()).to.equal(false);
    expect(await proposed()).to.contain('verify none → signatures required');
    const asking = await world.push(files(VERIFIED), 'prod');
    expect(await required()).to.equal(true);
    await world.push(files(VERIFIED, 'unsigned'), 'prod');
    expect(await status()).to.include({ deployedRevision: asking, phase: 'Waiting' });
  });

  it('are lifted by no push to another branch, and by none of its own that is not signed', async () => {
    const deployed = await running(VERIFIED);
    await world.push(files(PROD), 'main', SIGNED);
    expect(await required()).to.equal(true);
    await world.push(files(PROD, 'unsigned'), 'prod');
    expect(await required()).to.equal(true);
    expect(await status()).to.include({ deployedRevision: deployed, phase: 'Waiting' });
    // What is signed on top of it does not hide it.
    await world.push(files(PROD, 'on top'), 'prod', SIGNED);
    expect(await required()).to.equal(true);
    expect(await status()).to.include({ deployedRevision: deployed, phase: 'Waiting' });
    expect((await world.live('ConfigMap', 'a', 'shop-prod'))?.data).to.deep.equal({ k: 'v' });
  });

  it('are lifted by a signed revision of its own branch, once the gates let it through', async () => {
    await running(GATED);
    const lifting = world.git.commit('prod', files(UNVERIFIED, 'lifted'), SIGNED);
    held.add(`prod ${lifting}`);
    await world.observe();
    expect(await required()).to.equal(true);
    held.clear();
    await world.settle(3_000);
    expect(await required()).to.equal(false);
    const unsigned = await world.push(files(UNVERIFIED, 'unsigned'), 'prod');
    expect(await status()).to.include({ deployedRevision: unsigned });
  });

  it('are lifted by the word of a person for this very change', async () => {
    await running(GATED);
    const unsigned = await world.push(files(GATED, 'unsigned'), 'prod');
    await world.push(files(UNVERIFIED), 'main');
    expect(await required()).to.equal(true);
    const { id = '' } = (await status())?.proposal ?? {};
    const { message } = await world.sync.accept(await world.environment('prod'), { by: 'ann', proposal: id });
    expect(message).to.equal('In force for shop/prod: verify signatures required → none.');
    await world.settle(3_000);
    expect(await required()).to.equal(false);
    expect(await status()).to.include({ deployedRevision: unsigned });
  });

  it('hold a pin to a revision that is not signed, and let one to a signed revision be', async () => {
    const deployed = await running(VERIFIED);
    const unsigned = world.git.commit('hotfix', files(VERIFIED, 'unsigned'));
    const signed = world.git.commit('fix', files(VERIFIED, 'signed'), SIGNED);
    await pin(world.client, 'shop.prod', { revision: unsigned, reason: 'trial', by: 'ann' }, 0);
    await world.settle();
    expect(await status()).to.include({ deployedRevision: deployed, phase: 'Waiting' });
    expect((await status())?.message)
      .to.contain(unsigned.slice(0, 12))
      .and.to.contain('it is not signed');
    await pin(world.client, 'shop.prod', { revision: signed, reason: 'trial', by: 'ann' }, 0);
    await world.settle();
    expect(await status()).to.include({ deployedRevision: signed, phase: 'Pinned' });
  });

  it('hold a revision that changes nothing for it too: what is deployed is what later ones are compared with', async () => {
    await running(VERIFIED);
    const same = files(VERIFIED);
    const signed = await world.push({ ...same, 'README.md': '1' }, 'prod', SIGNED);
    expect(await status()).to.include({ deployedRevision: signed });
    const unsigned = await world.push({ ...same, 'README.md': '2' }, 'prod');
    expect(await status()).to.include({
      ...{ wantedRevision: unsigned, deployedRevision: signed, phase: 'Waiting' },
    });
  });

  it('are in the audit log where they are missing, once for each revision and environment, across restarts', async () => {
    await running(VERIFIED);
    const unsigned = await world.push(files(VERIFIED, 'unsigned'), 'prod');
    await world.settle(90_000);
    await world.observe();
    expect(written).to.have.length(1);
    expect(written[0]).to.deep.include({
      verb: 'deploy',
      user: { username: 'system:pilotage:sync' },
      annotations: {
        'pilotage.dev/delivery': 'shop',
        'pilotage.dev/environment': 'prod',
        'pilotage.dev/to': unsigned,
        'pilotage.dev/face': 'sync',
      },
    });
    expect(written[0]?.objectRef).to.include({ resource: 'environments', name: 'shop.prod' });
    expect(written[0]?.responseStatus).to.include({ code: 403, reason: 'Unsigned' });
    expect(written[0]?.responseStatus?.message).to.contain(
      `${unsigned.slice(0, 12)} by Ada <ada@example.com>: it is not signed`,
    );
    await world.stop();
    await begin(world.home);
    await world.observe();
    await world.settle(90_000);
    expect((await status())?.phase).to.equal('Waiting');
    expect(written).to.have.length(1);
    // It names the same commit, and is another revision.
    const above = await world.push(files(VERIFIED, 'on top'), 'prod', SIGNED);
    expect(written.map(({ annotations }) => annotations?.['pilotage.dev/to'])).to.deep.equal([
      unsigned,
      above,
    ]);
  });
});
