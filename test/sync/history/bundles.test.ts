import { expect } from 'chai';
import type { Release } from '../../../src/model/types.ts';
import { unusedBundles } from '../../../src/sync/history/bundlegc.ts';
import { openBundles } from '../../../src/sync/history/bundles.ts';
import type { Bundle } from '../../../src/sync/plan/types.ts';
import { encodeBundle } from '../../../src/sync/source/bundle.ts';
import { createMemoryBlobs } from '../../fakes/blobs.ts';

const key = Buffer.alloc(32, 7);
const bundle: Bundle = { manifests: [], apps: [{ name: 'a', dependsOn: [] }] };
const release = (spec: object) =>
  ({ spec: { delivery: 'shop', environment: 'dev', number: 3, ...spec } }) as unknown as Release;

describe('what releases rendered to', () => {
  it('is kept once for all that rendered to the same, sealed', async () => {
    const blobs = createMemoryBlobs();
    const bundles = openBundles(blobs, key);
    const name = await bundles.keep(bundle);
    expect(await bundles.keep({ ...bundle })).to.equal(name);
    expect((await blobs.list()).length).to.equal(1);
    expect(await blobs.get(name)).to.match(/^v1:/);
    expect(await bundles.read(release({ bundle: name }))).to.deep.equal(bundle);
    expect(await bundles.keep({ ...bundle, apps: [] })).to.not.equal(name);
  });

  it('has a name that only the key of this installation gives it', async () => {
    const other = openBundles(createMemoryBlobs(), Buffer.alloc(32, 8));
    expect(await other.keep(bundle)).to.not.equal(await openBundles(createMemoryBlobs(), key).keep(bundle));
  });

  it('is read from the Release of an earlier version', async () => {
    const bundles = openBundles(createMemoryBlobs(), key);
    expect(await bundles.read(release({ manifests: encodeBundle(bundle, key) }))).to.deep.equal(bundle);
  });

  it('is a problem with a remedy where it is lost', async () => {
    const bundles = openBundles(createMemoryBlobs(), key);
    const error = await bundles.read(release({ bundle: 'ab12cd34' })).catch((reason) => reason);
    expect(error.message).to.contain('what release 3 of shop/dev rendered to is not there');
  });

  it('is collected a day after the last release that refers to it has gone', () => {
    const day = 24 * 3_600_000;
    const stored = [
      { name: 'aa', usedAt: 0 },
      { name: 'bb', usedAt: 0 },
      { name: 'cc', usedAt: day },
    ];
    expect(unusedBundles(stored, [release({ bundle: 'aa' })], day)).to.deep.equal(['bb']);
  });
});
