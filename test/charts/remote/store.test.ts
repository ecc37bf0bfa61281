import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../../src/charts/remote/store.ts';
import { digestOf } from '../../../src/charts/web/digest.ts';
import { fakeWeb, fetcherFor, packed, serveChart } from '../../fakes/chartservers.ts';

describe('the store of fetched charts', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-charts-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const bytes = Buffer.from('chart');
  const digest = digestOf(bytes);

  it('gives what was put', async () => {
    const store = openStore(dir);
    expect(await store.get(digest)).to.equal(undefined);
    await store.put(digest, bytes);
    expect(await store.get(digest)).to.deep.equal(bytes);
  });

  it('gives nothing that is not what its name says, and removes it', async () => {
    const store = openStore(dir);
    await store.put(digest, bytes);
    writeFileSync(join(dir, digest.replace(':', '-')), 'char');
    expect(await store.get(digest)).to.equal(undefined);
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('drops what was not used for longest where all would be too much', async () => {
    const store = openStore(dir, 10);
    await store.put(digest, bytes);
    utimesSync(join(dir, digest.replace(':', '-')), 1, 1);
    const other = Buffer.from('another');
    await store.put(digestOf(other), other);
    expect([await store.get(digest), await store.get(digestOf(other))]).to.deep.equal([undefined, other]);
  });

  it('answers for a registry and a repository that are gone, by the digest', async () => {
    const cache = openStore(dir);
    const web = fakeWeb();
    const archive = packed('web', '1.2.3');
    const { manifest } = serveChart(web, { repository: 'charts/web', tag: '1.2.3', archive });
    const source = { repository: 'oci://r.example.com/charts', name: 'web' };
    await fetcherFor(web, { cache }).fetch(source, '1.2.3');
    const gone = fetcherFor(fakeWeb(), { cache });
    const pinned = {
      host: 'r.example.com',
      repository: 'charts/web',
      digest: manifest as `sha256:${string}`,
    };
    expect((await gone.pull(pinned)).archive).to.deep.equal(archive);
    expect((await gone.fetch(source, '1.2.3', digestOf(archive))).archive).to.deep.equal(archive);
  });
});
