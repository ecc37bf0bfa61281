import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { deferred } from '../../../src/base/deferred.ts';
import type { FileTree } from '../../../src/base/filetree.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { messageDigest, messagesIn } from '../../../src/render/sops/pgp.ts';
import { openTree } from '../../../src/render/sops/tree.ts';
import { createGpg, type Gpg } from '../../../src/sync/source/gpg.ts';
import { createPgpKeys } from '../../../src/sync/source/pgpkeys.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { tree } from '../../render/tree.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/sops/bysops/${name}`, import.meta.url), 'utf8');
const KEY = fixture('pgp.key.asc');

/** The home cluster, which has the key of the delivery shop. */
const home = {
  get: async (_: unknown, { name }: { name: string }) =>
    name === 'pgp-shop' ? { data: { 'me.asc': Buffer.from(KEY).toString('base64') } } : {},
} as unknown as KubeClient;

const hasGpg = spawnSync('gpg', ['--version']).status === 0;
const gpg = hasGpg ? describe : describe.skip;
if (!hasGpg)
  console.warn('gpg is not installed: the tests of files that are sealed for OpenPGP keys are skipped');

const files = (): { tree: FileTree; path: string; valuesFiles: readonly string[] } => ({
  tree: tree({ 'k/a.yaml': fixture('pgp.yaml'), 'k/b.env': fixture('pgp.env') }),
  path: 'k',
  valuesFiles: [],
});

gpg('files that sops(1) has sealed for an OpenPGP key', () => {
  const real = createGpg({ path: process.env.PATH ?? '' });
  const homes = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('pilotage-gpg-'));

  it('are opened by the key of their delivery, and no key and no agent is left behind', async function () {
    this.timeout(20_000);
    const before = homes();
    const request = files();
    const dataKeys = await createPgpKeys(home, real, new FakeClock()).dataKeys('shop', request);
    const opened = await openTree(request.tree, [], dataKeys);
    expect([...opened.unopened.keys()]).to.deep.equal([]);
    expect(Buffer.from(opened.tree.read('k/a.yaml') ?? []).toString()).to.contain(
      'password: "for gpg alone"',
    );
    expect(Buffer.from(opened.tree.read('k/b.env') ?? []).toString()).to.contain('PASSWORD=for gpg alone');
    expect(homes()).to.deep.equal(before);
    const agents = spawnSync('ps', ['-eo', 'args']).stdout.toString();
    expect(agents).to.not.match(/gpg-agent.*pilotage-gpg-/);
  });

  it('stay sealed where another delivery has the key, and say for whom they are', async () => {
    const request = files();
    const opened = await openTree(
      request.tree,
      [],
      await createPgpKeys(home, real, new FakeClock()).dataKeys('other', request),
    );
    const [problem] = opened.unopened.get('k/a.yaml') ?? [];
    expect(problem?.details?.join()).to.equal(
      'sealed for the OpenPGP key 1C3F32F1504A0B53F2D74753DE47396099E141B0',
    );
  });

  it('stay sealed where gpg is not there', async () => {
    const absent = createGpg({ path: '/nowhere' });
    expect(await createPgpKeys(home, absent, new FakeClock()).dataKeys('shop', files())).to.deep.equal({});
  });
});

describe('keys of files that are sealed for OpenPGP keys', () => {
  it('are asked for once, and for no more messages than a delivery means', async () => {
    const asked: string[] = [];
    const counting: Pick<Gpg, 'open'> = {
      async open(_, message) {
        asked.push(message);
        return Buffer.from('key');
      },
    };
    const keys = createPgpKeys(home, counting, new FakeClock());
    await keys.dataKeys('shop', files());
    await keys.dataKeys('shop', files());
    expect(asked).to.have.length(2);
    const many = Array.from({ length: 80 }, (_, i) => [
      `k/${i}.yaml`,
      `a: ENC[AES256_GCM,x]\n-----BEGIN PGP MESSAGE-----\n${i}\n-----END PGP MESSAGE-----\n`,
    ]);
    await keys.dataKeys('shop', { tree: tree(Object.fromEntries(many)), path: 'k', valuesFiles: [] });
    expect(asked).to.have.length(52);
  });

  it('are not asked for again where no key opens a message, until other keys are there or ten minutes have passed', async () => {
    let asked = 0;
    const failing: Pick<Gpg, 'open'> = {
      async open() {
        asked += 1;
        return undefined;
      },
    };
    let secret = 'one';
    const changing = {
      get: async () => ({ data: { 'me.asc': Buffer.from(secret).toString('base64') } }),
    } as unknown as KubeClient;
    const clock = new FakeClock();
    const keys = createPgpKeys(changing, failing, clock);
    await Promise.all([keys.dataKeys('shop', files()), keys.dataKeys('shop', files())]);
    expect(await keys.dataKeys('shop', files())).to.deep.equal({});
    expect(asked).to.equal(2);
    secret = 'two';
    await keys.dataKeys('shop', files());
    expect(asked, 'with other keys').to.equal(4);
    await clock.advance(10 * 60_000);
    await keys.dataKeys('shop', files());
    expect(asked, 'after ten minutes').to.equal(6);
  });

  it('are asked for while gpg is busy for another delivery', async () => {
    const busy = deferred<Buffer>();
    const gpg: Pick<Gpg, 'open'> = {
      open: ([key]) => (key === 'slow' ? busy.promise : Promise.resolve(Buffer.from('k'))),
    };
    const each = {
      get: async (_: unknown, { name }: { name: string }) => ({
        data: { k: Buffer.from(name === 'pgp-shop' ? 'slow' : 'fast').toString('base64') },
      }),
    } as unknown as KubeClient;
    const keys = createPgpKeys(each, gpg, new FakeClock());
    const slow = keys.dataKeys('shop', files());
    expect(Object.keys(await keys.dataKeys('other', files()))).to.have.length(2);
    busy.resolve(Buffer.from('k'));
    await slow;
  });

  it('are looked for in as much as a delivery means to seal, and the daemon turns between the files', async () => {
    let asked = 0;
    const counting: Pick<Gpg, 'open'> = {
      async open() {
        asked += 1;
        return Buffer.from('key');
      },
    };
    const look = (files: Record<string, string>) =>
      createPgpKeys(home, counting, new FakeClock()).dataKeys('shop', {
        tree: tree(files),
        path: 'k',
        valuesFiles: [],
      });
    const sealed = 'a: ENC[AES256_GCM,x]\n-----BEGIN PGP MESSAGE-----\n1\n-----END PGP MESSAGE-----\n';
    const mebibyte = ' '.repeat(2 ** 20);
    await look({ 'k/a.yaml': sealed + mebibyte });
    expect(asked, 'a file above 1 MiB').to.equal(0);
    const many = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k/a${i}.yaml`, mebibyte]));
    await look({ ...many, 'k/b.yaml': sealed });
    expect(asked, 'a file after 32 MiB').to.equal(0);
    let hasTurned = false;
    setImmediate(() => {
      hasTurned = true;
    });
    await look({ 'k/a.yaml': '', 'k/b.yaml': sealed });
    expect(asked).to.equal(1);
    expect(hasTurned).to.equal(true);
  });

  it('are found in a time that grows with the text alone, whatever begins there and never ends', () => {
    const begins = '-----BEGIN PGP MESSAGE-----\n';
    const hostile = `ENC[AES256_GCM,x]\n${begins.repeat(35_000)}`;
    const before = process.cpuUsage();
    expect(messagesIn(hostile)).to.deep.equal([]);
    expect(messagesIn(`${hostile}${'-----END PGP MESSAGE-----\n'.repeat(1000)}`)).to.have.length(1);
    expect(messagesIn(`ENC[AES256_GCM,x]\n${'-----END PGP MESSAGE-----\n'.repeat(35_000)}`)).to.have.length(
      0,
    );
    // By a search from each beginning it was two seconds for half of this.
    expect(process.cpuUsage(before).user / 1000).to.be.below(500);
  });

  it('are the same however the lines of a message are written', () => {
    const [message = ''] = messagesIn(fixture('pgp.env'));
    expect(message).to.match(/^-----BEGIN PGP MESSAGE-----\n\n\w/);
    expect(messageDigest(message.replaceAll('\n', '\n   '))).to.equal(messageDigest(message));
    expect(messagesIn('-----BEGIN PGP MESSAGE-----')).to.deep.equal([]);
  });
});
