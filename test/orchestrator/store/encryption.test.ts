import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Problem, problemOf } from '../../../src/base/errors.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { openDisk } from '../../../src/orchestrator/store/disk.ts';
import { openRowKeys, sealed } from '../../../src/orchestrator/store/encryption.ts';
import type { Store } from '../../../src/orchestrator/store/types.ts';
import { type Bench, createBench } from './harness.ts';

const KEY = 'core/secrets/shop/password';
const WORD = 'correct-horse-battery-staple';
const secret = (word: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'password', namespace: 'shop' },
  stringData: { word },
});

describe('Secrets on disk', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.dispose());
  const keyFile = () => join(bench.dir, 'pki', 'secrets.key');
  const open = () => bench.open({ wrap: (disk) => sealed(disk, openRowKeys(keyFile())) });
  const refused = (): Promise<Problem> => open().then(() => expect.fail('it was opened'), problemOf);
  const write = (store: Store, key: string, object: KubeObject) =>
    store.put(key, object, store.latest(key)?.revision ?? 0);
  const wordOf = (store: Store) =>
    (store.get(KEY)?.object as { stringData?: { word: string } })?.stringData?.word;
  /** All bytes of the database. */
  const files = () => {
    const dir = join(bench.dir, 'db');
    return Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name)))).toString('latin1');
  };

  it('are not there in plain text, other objects are, and both are read back', async () => {
    const store = await open();
    await write(store, KEY, secret(WORD));
    const map = { ...secret('plain-as-day'), kind: 'ConfigMap' };
    await write(store, 'core/configmaps/shop/words', map);
    await store.close();
    expect(files()).to.contain('plain-as-day');
    expect(files()).not.to.contain(WORD);
    const again = await open();
    expect(wordOf(again)).to.equal(WORD);
    expect(again.get('core/configmaps/shop/words')?.object).to.deep.include({ kind: 'ConfigMap' });
  });

  it('from before there was a key are sealed at the next start, and gone from the files', async () => {
    const plain = await bench.open();
    await write(plain, KEY, secret(WORD));
    await write(plain, KEY, secret(`${WORD}-2`));
    const { revision } = plain;
    await plain.close();
    expect(files()).to.contain(WORD);
    const store = await open();
    expect(wordOf(store)).to.equal(`${WORD}-2`);
    expect(store.revision).to.equal(revision);
    await store.close();
    expect(files()).not.to.contain(WORD);
    expect(wordOf(await open())).to.equal(`${WORD}-2`);
  });

  it('are not read with another key, and the problem says what to do', async () => {
    const store = await open();
    await write(store, KEY, secret(WORD));
    await store.close();
    const kept = readFileSync(keyFile());
    rmSync(keyFile());
    const problem = await refused();
    expect(problem.reason).to.equal('SecretsUnreadable');
    expect(problem.message).to.contain('were encrypted with another key');
    writeFileSync(keyFile(), kept);
    expect(wordOf(await open())).to.equal(WORD);
  });

  it('are sealed with the first key of the file from the next start on, whichever sealed them before', async () => {
    const store = await open();
    await write(store, KEY, secret(WORD));
    await store.close();
    const first = readFileSync(keyFile(), 'utf8');
    const second = `${randomBytes(32).toString('base64')}\n`;
    writeFileSync(keyFile(), second + first);
    const rotated = await open();
    expect(wordOf(rotated)).to.equal(WORD);
    const { revision } = rotated;
    await rotated.close();
    writeFileSync(keyFile(), second);
    const later = await open();
    expect([wordOf(later), later.revision]).to.deep.equal([WORD, revision]);
    await later.close();
    writeFileSync(keyFile(), first);
    expect((await refused()).message).to.contain('were encrypted with another key');
  });

  it('cannot be put in the place of others', async () => {
    const store = await open();
    await write(store, KEY, secret(WORD));
    await store.close();
    const disk = await openDisk(bench.dir);
    const { rows, revision } = await disk.load(0);
    await disk.commit(
      rows.map((row) => ({ ...row, key: 'core/secrets/shop/other', revision: revision + 1 })),
      revision + 1,
    );
    await disk.close();
    expect((await refused()).message).to.contain('was not sealed with it as it is');
  });

  it('have a key of 32 bytes for its owner alone', async () => {
    await (await open()).close();
    expect(statSync(keyFile()).mode & 0o777).to.equal(0o600);
    writeFileSync(keyFile(), 'c2hvcnQ=\n');
    expect((await refused()).message).to.contain('it has 5 bytes where 32 are needed');
  });
});
