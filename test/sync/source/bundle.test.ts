import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Bundle } from '../../../src/sync/plan/types.ts';
import { decodeBundle, digestOf, encodeBundle } from '../../../src/sync/source/bundle.ts';

describe('the manifests that a release keeps', () => {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { p: 'hunter2' } };
  const bundle = { manifests: [{ object, app: 'web' }], apps: [] } as unknown as Bundle;
  const key = Buffer.alloc(32, 1);
  const other = Buffer.alloc(32, 2);

  it('are sealed: what a Release says gives no value away, and only the key of this installation opens it', () => {
    const text = encodeBundle(bundle, key);
    const bytes = Buffer.from(text.replace('v1:', ''), 'base64');
    expect(bytes.includes('hunter2')).to.equal(false);
    expect(() => gunzipSync(bytes)).to.throw();
    expect(decodeBundle(text, key)).to.deep.equal(bundle);
    expect(() => decodeBundle(text, other)).to.throw();
    expect(encodeBundle(bundle, key)).not.to.equal(text);
  });

  it('are not opened when somebody has changed them', () => {
    const bytes = Buffer.from(encodeBundle(bundle, key).slice(3), 'base64');
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    expect(() => decodeBundle(`v1:${bytes.toString('base64')}`, key)).to.throw();
  });

  it('of before they were sealed are still read', () => {
    expect(decodeBundle(gzipSync(JSON.stringify(bundle)).toString('base64'), key)).to.deep.equal(bundle);
  });

  it('are refused when they unpack to more than a release can hold', () => {
    const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20, ' ')).toString('base64');
    expect(() => decodeBundle(bomb, key)).to.throw(RangeError);
  });

  it('have a digest that tells equal from other, and lets nobody without the key try values out', () => {
    expect(digestOf(bundle, key)).to.equal(digestOf(structuredClone(bundle), key));
    expect(digestOf(bundle, key)).not.to.equal(digestOf(bundle, other));
  });
});
