import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../src/base/log.ts';
import { composePromotion, type PromotionParts } from '../../src/compose/promotion.ts';
import { serializeCommit } from '../../src/git/objects/object.ts';
import { type OpenRepository, openRepository } from '../../src/git/repository.ts';
import type { Environment } from '../../src/model/types.ts';
import { readSigners } from '../../src/signatures/allowedsigners.ts';
import { sshBlobOf } from '../../src/signatures/sshkey.ts';
import { signForGit } from '../../src/signatures/sshsig.ts';
import { FakeClock } from '../fakes/clock.ts';
import { drop, scratch } from '../git/support/git.ts';
import { ADA, commit } from '../git/support/history.ts';

describe('the rehearsal of a promotion to an environment that takes signed commits only', () => {
  const key = generateKeyPairSync('ed25519');
  const list = `${ADA.email} ssh-ed25519 ${sshBlobOf(key.publicKey).toString('base64')}\n`;
  let dir: string;
  let repository: OpenRepository;
  let planned: string[];

  beforeEach(async () => {
    dir = scratch();
    repository = await openRepository(join(dir, 'shop.git'), { create: true });
    planned = [];
  });
  afterEach(() => {
    repository.close();
    drop(dir);
  });

  const rehearse = (target: Environment, revision: string) =>
    composePromotion({
      repositories: { find: async () => repository, remotes: { poke: async () => false } },
      sync: {
        plan: async (_delivery: string, _environment: string, asked: { revision: string }) => {
          planned.push(asked.revision);
          return { ok: true, value: {} };
        },
      },
      signatures: {
        policyOf: async () => ({ required: true, signers: readSigners(list, 'signers').signers, since: [] }),
        ownKey: async () => sshBlobOf(generateKeyPairSync('ed25519').publicKey),
        verifyPgp: async () => ({ kind: 'bad', why: 'there is no key of OpenPGP' }),
        now: () => 0,
      },
      clock: new FakeClock(),
      logger: silentLogger,
    } as unknown as PromotionParts).rehearse(target, revision);

  it('names what is not signed and renders nothing of it, and plans what is', async () => {
    const base = await commit(repository, { 'a.yaml': '1' });
    const target = {
      metadata: { name: 'shop.prod' },
      spec: { delivery: 'shop', environment: 'prod' },
      status: { deployedRevision: base },
    } as Environment;
    const unsigned = await commit(repository, { 'a.yaml': '2' }, [base]);
    const [problem, ...others] = await rehearse(target, unsigned);
    expect(others).to.deep.equal([]);
    expect(problem?.reason).to.equal('Unsigned');
    expect(problem?.message).to.contain(
      `${unsigned.slice(0, 12)} by Ada <ada@example.com>: it is not signed`,
    );
    expect(planned).to.deep.equal([]);

    const plain = { ...(await repository.commit(unsigned)), message: 'signed' };
    const signature = signForGit(key.privateKey, serializeCommit(plain));
    const signed = repository.store.write('commit', serializeCommit(plain, signature));
    expect(await rehearse(target, signed)).to.deep.equal([]);
    expect(planned).to.deep.equal([signed]);
  });
});
