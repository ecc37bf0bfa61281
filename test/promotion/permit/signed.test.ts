import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { serializeCommit } from '../../../src/git/objects/object.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import type { Oid, Signature } from '../../../src/git/types.ts';
import type { Environment } from '../../../src/model/types.ts';
import {
  askingOnce,
  refuseUnsigned,
  type SignaturePolicy,
  type SignatureSources,
} from '../../../src/promotion/permit/signed.ts';
import { readSigners } from '../../../src/signatures/allowedsigners.ts';
import { sshBlobOf } from '../../../src/signatures/sshkey.ts';
import { signForGit } from '../../../src/signatures/sshsig.ts';
import { createVerdicts } from '../../../src/signatures/verdicts.ts';
import { drop, scratch } from '../../git/support/git.ts';
import { commit as plainCommit } from '../../git/support/history.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const [ada, bob, mallory, own] = [1, 2, 3, 4].map(() => generateKeyPairSync('ed25519'));
const lineOf = (key: { publicKey: KeyObject } | undefined) =>
  key ? `ssh-ed25519 ${sshBlobOf(key.publicKey).toString('base64')}` : '';
const person = (name: string, email = `${name.toLowerCase()}@example.com`): Signature => ({
  name,
  email,
  at: 1_700_000_000_000,
});
const PILOTAGE = person('Pilotage', 'pilotage@localhost');

interface Made {
  readonly key?: KeyObject | undefined;
  readonly author?: Signature;
  readonly committer?: Signature;
  readonly message?: string;
  readonly tree?: Oid;
  /** Changes the armored signature, and what is signed. */
  readonly signature?: (armored: string) => string;
  readonly payload?: (bytes: Buffer) => Buffer;
}

describe('an environment that takes signed commits only', () => {
  let dir: string;
  let repository: OpenRepository;
  let base: Oid;
  let policy: SignaturePolicy;
  let files = 0;

  beforeEach(async () => {
    dir = scratch();
    repository = await openRepository(join(dir, 'shop.git'), { create: true });
    base = await plainCommit(repository, { 'a.yaml': 'before signatures were asked for' });
    policy = {
      required: true,
      signers: readSigners(`ada@example.com ${lineOf(ada)}\nbob@example.com ${lineOf(bob)}\n`, 'signers')
        .signers,
      since: [],
    };
  });
  afterEach(() => {
    repository.close();
    drop(dir);
  });

  const sources = (): SignatureSources => ({
    policyOf: async () => policy,
    ownKey: async () => sshBlobOf(own?.publicKey as KeyObject),
    verifyPgp: async () => ({ kind: 'bad', why: 'it is signed by OpenPGP' }),
    now: () => NOW,
  });
  const target = (deployed = base, spec: Partial<Environment['spec']> = {}): Environment =>
    ({
      metadata: {},
      spec: { delivery: 'shop', environment: 'prod', ...spec },
      status: { deployedRevision: deployed },
    }) as Environment;

  async function make(
    parents: readonly Oid[],
    { key, author = person('Ada'), committer = author, ...how }: Made = {},
  ): Promise<Oid> {
    files += 1;
    const tree =
      how.tree ?? (await repository.commit(await plainCommit(repository, { 'a.yaml': `${files}` }))).tree;
    const input = { tree, parents, message: how.message ?? 'work', author, committer };
    const payload = serializeCommit(input);
    const armored = key && signForGit(key, how.payload?.(payload) ?? payload);
    const signature = armored && (how.signature?.(armored) ?? armored);
    return repository.store.write('commit', signature ? serializeCommit(input, signature) : payload);
  }
  const signed = (parents: readonly Oid[] = [base], how: Made = {}) =>
    make(parents, { key: ada?.privateKey, ...how });
  const said = async (revision: Oid, environment = target()) => {
    const problem = await refuseUnsigned(sources(), repository, environment, revision);
    return problem ? `${problem.message}\n${problem.remedy}` : 'taken';
  };

  it('takes commits that are signed by whoever committed them', async () => {
    const first = await signed();
    expect(await said(await signed([first], { key: bob?.privateKey, author: person('Bob') }))).to.equal(
      'taken',
    );
  });

  it('refuses one that is not, with its id, its author and what to do, and asks nothing where it is not asked for', async () => {
    const bare = await make([base]);
    expect(await said(bare))
      .to.contain(bare.slice(0, 12))
      .and.contain('by Ada <ada@example.com>: it is not signed')
      .and.contain('git rebase --exec')
      .and.contain('pilotage connect shop --signers FILE');
    policy = { ...policy, required: false };
    expect(await said(bare)).to.equal('taken');
    expect(await said(bare, target(base, { verify: { signatures: 'required' } }))).to.contain(
      'it is not signed',
    );
  });

  it('reads whose signatures count once for all environments of a push', async () => {
    let asked = 0;
    const counting = {
      ...sources(),
      async policyOf() {
        asked += 1;
        return policy;
      },
    };
    const bare = await make([base]);
    const once = askingOnce(counting);
    for (let n = 0; n < 50; n++)
      expect((await refuseUnsigned(once, repository, target(), bare))?.reason).to.equal('Unsigned');
    expect(asked).to.equal(1);
  });

  it('is not fooled by a message that says signed-off-by, nor by a signature in the message', async () => {
    const armored = signForGit(ada?.privateKey as KeyObject, Buffer.from('anything'));
    for (const message of ['work\n\nSigned-off-by: Ada <ada@example.com>', `work\n\ngpgsig ${armored}`])
      expect(await said(await make([base], { message }))).to.contain('it is not signed');
  });

  it('is not fooled by the name of somebody who is in the list', async () => {
    const spoofed = await make([base], { key: mallory?.privateKey, author: person('Ada') });
    expect(await said(spoofed)).to.contain('which is not in the list of allowed signers');
    const borrowed = await make([base], { key: bob?.privateKey, author: person('Ada') });
    expect(await said(borrowed)).to.contain('which is not the key of its committer ada@example.com');
  });

  it('lets one person commit what another wrote: the committer is who signs', async () => {
    expect(await said(await signed([base], { author: person('Eve'), committer: person('Ada') }))).to.equal(
      'taken',
    );
  });

  it('refuses a key that has expired, whatever time the commit has', async () => {
    const list = `ada@example.com valid-before="20260101" ${lineOf(ada)}\n`;
    policy = { ...policy, signers: readSigners(list, 'signers').signers };
    const backdated = await signed([base], { author: { ...person('Ada'), at: Date.parse('2025-01-01') } });
    expect(await said(backdated)).to.contain('has expired or is not valid yet (line 1)');
  });

  it('refuses a signature of another commit', async () => {
    const replayed = await signed([base], {
      payload: (bytes) => Buffer.from(bytes.toString().replace('work', 'play')),
    });
    expect(await said(replayed)).to.contain('its signature is of something else');
  });

  it('refuses a signature for another purpose', async () => {
    const list = `ada@example.com namespaces="file" ${lineOf(ada)}\n`;
    policy = { ...policy, signers: readSigners(list, 'signers').signers };
    expect(await said(await signed())).to.contain('which may not sign for git');
  });

  it('refuses two signatures, and one that is huge or damaged', async () => {
    const twice = await signed([base], { signature: (armored) => armored });
    const bytes = (await repository.commitBytes(twice)).toString();
    const [head = ''] = /gpgsig [\s\S]*?-----END SSH SIGNATURE-----\n/.exec(bytes) ?? [];
    const doubled = repository.store.write('commit', Buffer.from(bytes.replace(head, head + head)));
    expect(await said(doubled)).to.contain('it has 2 signatures');
    const huge = await signed([base], { signature: (armored) => `${armored}\n${'A'.repeat(20_000)}` });
    expect(await said(huge)).to.contain('more than 16384');
    const damaged = await signed([base], { signature: (armored) => `${armored}\ntrailing` });
    expect(await said(damaged)).to.contain('its signature is damaged');
    const unknown = await signed([base], {
      signature: () => '-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----',
    });
    expect(await said(unknown)).to.contain('Sigstore keyless');
  });

  it('finds a commit that hides behind a signed merge', async () => {
    const hidden = await make([base], { author: person('Mallory') });
    const merge = await signed([await signed(), hidden]);
    expect(await said(merge))
      .to.contain(hidden.slice(0, 12))
      .and.contain('Mallory');
  });

  it('finds a commit that later ones took back, and names no more than three', async () => {
    let tip = base;
    for (let at = 0; at < 5; at += 1) tip = await make([tip]);
    const answer = await said(await signed([tip]));
    expect(answer).to.contain('and 2 more');
  });

  it('asks nothing of what is deployed, nor of what an administrator vouches for', async () => {
    const bare = await make([base]);
    const tip = await signed([bare]);
    expect(await said(tip, target(bare))).to.equal('taken');
    policy = { ...policy, since: [bare] };
    expect(await said(tip, target(base))).to.equal('taken');
    policy = { ...policy, since: ['f'.repeat(40)] };
    expect(await said(tip, target(base))).to.contain('it is not signed');
  });

  it('judges the whole history of what was never deployed', async () => {
    const first = { ...target(), status: {} } as Environment;
    expect(await said(await signed(), first)).to.contain(base.slice(0, 12));
    policy = { ...policy, since: [base] };
    expect(await said(await signed(), first)).to.equal('taken');
  });

  it('takes none while nobody has said whose signatures count', async () => {
    policy = { ...policy, signers: undefined };
    expect(await said(await signed()))
      .to.contain('nobody has said whose signatures count')
      .and.contain('--signers FILE');
  });

  it('reads commits as they are, whatever replace refs and grafts say', async () => {
    const [bare, good] = [await make([base]), await signed()];
    mkdirSync(join(repository.dir, 'refs/replace'), { recursive: true });
    writeFileSync(join(repository.dir, 'refs/replace', bare), `${good}\n`);
    mkdirSync(join(repository.dir, 'info'), { recursive: true });
    writeFileSync(join(repository.dir, 'info/grafts'), `${await signed([bare])} ${base}\n`);
    expect(await said(await signed([bare]))).to.contain(bare.slice(0, 12));
  });

  it('takes merges and reverts of Pilotage, which bring trees that were judged', async () => {
    const work = await signed();
    const { tree } = await repository.commit(work);
    const ours = { key: own?.privateKey, author: person('Ada'), committer: PILOTAGE };
    const merge = await make([base, work], { ...ours, tree });
    expect(await said(merge)).to.equal('taken');
    const revert = await make([merge], { ...ours, tree: (await repository.commit(base)).tree });
    expect(await said(revert)).to.equal('taken');
  });

  it('takes nothing that Pilotage made out of commits that are not signed', async () => {
    const ours = { key: own?.privateKey, committer: PILOTAGE };
    const bare = await make([base], { author: person('Mallory') });
    const { tree } = await repository.commit(bare);
    expect(await said(await make([base, bare], { ...ours, tree }))).to.contain('Mallory');
    const message = `work\n\nPilotage-Backports: prod@${bare}`;
    expect(await said(await make([base], { ...ours, tree, message }))).to.contain(
      'Pilotage made it out of a commit',
    );
    expect(await said(await make([base], ours))).to.contain('Pilotage made it out of a commit');
    const copy = `work\n\nPilotage-Backports: prod@${await signed()}`;
    expect(await said(await make([base], { ...ours, message: copy }))).to.equal('taken');
  });

  it('lets nobody but Pilotage sign as Pilotage', async () => {
    expect(await said(await signed([base], { committer: PILOTAGE }))).to.contain(
      'which is not the key of its committer pilotage@localhost',
    );
  });

  it('signs what it commits itself, so that git can verify it', async () => {
    const signing = await openRepository(join(dir, 'own.git'), {
      create: true,
      sign: async (payload) => signForGit(own?.privateKey as KeyObject, payload),
    });
    const oid = await plainCommit(signing, { 'a.yaml': '1' });
    expect((await signing.commitBytes(oid)).toString()).to.contain('gpgsig -----BEGIN SSH SIGNATURE-----');
    expect((await signing.commit(oid)).message.trim()).to.equal('work');
    signing.close();
  });

  describe('keeps a verdict', () => {
    let asked: number;
    let now: number;
    let verdicts: ReturnType<typeof createVerdicts>;
    beforeEach(() => {
      [asked, now] = [0, NOW];
      verdicts = createVerdicts(3);
      policy = { ...policy, digest: 'first' };
    });
    const judged = async (revision: Oid): Promise<string> => {
      const counting = Object.create(repository, {
        commitBytes: {
          value: (oid: Oid) => {
            asked += 1;
            return repository.commitBytes(oid);
          },
        },
      }) as OpenRepository;
      const problem = await refuseUnsigned(
        { ...sources(), verdicts, now: () => now },
        counting,
        target(),
        revision,
      );
      return problem?.message ?? 'taken';
    };

    it('for as long as the file of signers is the same, good or bad', async () => {
      const [good, bare] = [await signed(), await make([base])];
      for (let at = 0; at < 3; at += 1) {
        expect(await judged(good)).to.equal('taken');
        expect(await judged(bare)).to.contain('it is not signed');
      }
      expect(asked).to.equal(2);
      policy = {
        ...policy,
        digest: 'second',
        signers: readSigners(`bob@example.com ${lineOf(bob)}\n`, 's').signers,
      };
      expect(await judged(good)).to.contain('which is not in the list of allowed signers');
    });

    it('until the next key begins to be valid or expires', async () => {
      const line = `ada@example.com valid-before="20260602" ${lineOf(ada)}\n`;
      policy = { ...policy, signers: readSigners(line, 'signers').signers };
      const good = await signed();
      expect(await judged(good)).to.equal('taken');
      now = Date.parse('2026-06-01T23:59:59Z');
      expect(await judged(good)).to.equal('taken');
      expect(asked).to.equal(1);
      now = Date.parse('2026-06-02T00:00:00Z');
      expect(await judged(good)).to.contain('has expired or is not valid yet');
      // A clock that was set back.
      now = NOW;
      expect(await judged(good)).to.equal('taken');
    });

    it('of so many commits and no more', async () => {
      const each = [await signed(), await signed(), await signed(), await signed()];
      for (const one of each) await judged(one);
      asked = 0;
      await judged(each[3] as Oid);
      expect(asked).to.equal(0);
      await judged(each[0] as Oid);
      expect(asked).to.equal(1);
    });
  });
});
