import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { decodeBundle, encodeBundle } from '../../src/sync/bundle.ts';

describe('a release', () => {
  it('gives back the bundle that it keeps', () => {
    const bundle = { manifests: [], apps: [{ name: 'web', dependsOn: [] }] };
    expect(decodeBundle(encodeBundle(bundle))).to.deep.equal(bundle);
  });

  it('refuses a bundle that unpacks to more than a release can hold', () => {
    const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20, ' ')).toString('base64');
    expect(() => decodeBundle(bomb)).to.throw(RangeError);
  });
});
