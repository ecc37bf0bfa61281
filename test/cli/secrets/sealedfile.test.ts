import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { openOnDisk, sealer } from '../../../src/cli/secrets/sealedfile.ts';
import { generateIdentity, recipientOf } from '../../../src/render/sops/identities.ts';

describe('a sealed file on disk', () => {
  let dir: string;
  let file: string;
  let identity: string;
  const rules = async (more = ''): Promise<void> =>
    writeFile(join(dir, '.sops.yaml'), `creation_rules:\n  - age: ${await recipientOf(identity)}\n${more}`);
  const open = () => openOnDisk(file, [identity]);
  const refusal = (asked: Promise<unknown>): Promise<string> => asked.then(() => 'taken', String);
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-sealed-'));
    file = join(dir, 'secrets.yaml');
    identity = await generateIdentity();
    await rules();
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('is opened as the very text that was sealed', async () => {
    expect(await (await sealer(await open(), false))('a: "x"\nb: 1\n\n')).to.equal(2);
    expect(await readFile(file, 'utf8')).not.to.contain('"x"');
    expect((await open()).text).to.equal('a: "x"\nb: 1\n\n');
  });

  it('needs a rule before a text is there', async () => {
    await rm(join(dir, '.sops.yaml'));
    expect(await refusal(sealer(await open(), false))).to.contain('There is no .sops.yaml');
  });

  it('is not written where the rule seals nothing', async () => {
    await rules('    encrypted_regex: ^data$\n');
    const seal = await sealer(await open(), false);
    expect(await refusal(seal('db: {password: x}\n'))).to.contain('encrypted_regex: ^data$');
    expect((await open()).found).to.equal(undefined);
  });

  it('keeps what others know about it when it is edited: keys of other kinds and what counts for its code', async () => {
    await rules('    mac_only_encrypted: true\n    encrypted_regex: ^data$\n');
    await (await sealer(await open(), false))('data: "x"\n');
    const more = '  pgp:\n    - fp: ABCD\n      enc: sealed\n';
    await writeFile(file, (await readFile(file, 'utf8')) + more);
    await (await sealer(await open(), false))('data: "y"\nplain: z\n');
    const text = await readFile(file, 'utf8');
    expect(text).to.contain('mac_only_encrypted: true').and.to.contain('fp: ABCD');
    await writeFile(file, text.replace('plain: z', 'plain: changed'));
    expect((await open()).text).to.equal('data: "y"\nplain: changed\n');
    expect(await refusal(sealer(await open(), true))).to.contain('is sealed by pgp as well');
  });

  it('gets no new key while it has sealed comments, which would be lost', async () => {
    await (await sealer(await open(), false))('a: x\n');
    const comment = '#ENC[AES256_GCM,data:aa==,iv:aa==,tag:aa==,type:comment]\n';
    await writeFile(file, comment + (await readFile(file, 'utf8')));
    expect(await refusal(sealer(await open(), true))).to.contain('has comments that are sealed');
  });

  it('is not sealed by a rule for keys of other kinds beside age, whose owners could not open it', async () => {
    await rules('    pgp: ABCD\n');
    expect(await refusal(sealer(await open(), false))).to.contain('names pgp');
  });

  it('is left to sops where its format is one that is opened alone', async () => {
    for (const name of ['prod.env', 'app.ini'])
      expect(await openOnDisk(name, []).catch(problemOf)).to.include({
        remedy: `Edit it with sops: sops ${name}`,
      });
  });
});
