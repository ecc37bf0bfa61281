import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BlobStore, openBlobStore } from '../../src/base/blobs.ts';

describe('a store of blobs', () => {
  const name = 'ab12cd34';
  let dir: string;
  let blobs: BlobStore;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-blobs-'));
    blobs = openBlobStore(join(dir, 'blobs'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('gives what was put, to whoever opens it later too', async () => {
    await blobs.put(name, 'content');
    expect(await openBlobStore(join(dir, 'blobs')).get(name)).to.equal('content');
    expect(statSync(join(dir, 'blobs', 'ab', '12cd34')).mode & 0o777).to.equal(0o600);
  });

  it('is empty before anything was put', async () => {
    expect(await blobs.has(name)).to.equal(false);
    expect(await blobs.get(name)).to.equal(undefined);
    expect(await blobs.list()).to.deep.equal([]);
    await blobs.remove(name);
  });

  it('bears two who put the same at the same time, and leaves nothing half-written', async () => {
    await Promise.all([blobs.put(name, 'content'), blobs.put(name, 'content')]);
    expect(await blobs.get(name)).to.equal('content');
    expect(readdirSync(join(dir, 'blobs', 'ab'))).to.deep.equal(['12cd34']);
  });

  it('lists what is there, but for what a crash left half-written', async () => {
    await blobs.put(name, 'content');
    writeFileSync(join(dir, 'blobs', 'ab', '12cd34.1.new'), 'cont');
    expect((await blobs.list()).map((blob) => blob.name)).to.deep.equal([name]);
  });

  it('counts what is asked for as used', async () => {
    await blobs.put(name, 'content');
    utimesSync(join(dir, 'blobs', 'ab', '12cd34'), 1, 1);
    expect((await blobs.list())[0]?.usedAt).to.equal(1_000);
    expect(await blobs.has(name)).to.equal(true);
    expect((await blobs.list())[0]?.usedAt).to.be.greaterThan(1_000);
  });

  it('refuses a name that could lead elsewhere', () => {
    expect(() => blobs.get('../../etc/passwd')).to.throw('not a name');
  });
});
