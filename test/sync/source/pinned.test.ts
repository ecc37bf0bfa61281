import { expect } from 'chai';
import type { DeliveryFile, ImageEntry } from '../../../src/model/deliveryfile.ts';
import type { Manifest } from '../../../src/render/types.ts';
import { imagesFor, pinImages } from '../../../src/sync/source/pinned.ts';

describe('images once they are made', () => {
  const manifest = (image: string): Manifest => ({
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ image, args: ['x', 1] }] },
    },
    origin: { file: 'a.yaml' },
    app: 'web',
  });

  it('stand by their digests wherever they were named', () => {
    const pinned = pinImages([manifest('ex.org/web:1')], { 'ex.org/web:1': 'ex.org/web@sha256:2' });
    expect(pinned).to.deep.equal([manifest('ex.org/web@sha256:2')]);
  });

  it('leave what was rendered as it is where they keep their names', () => {
    const manifests = [manifest('shop/web:1')];
    expect(pinImages(manifests, { 'shop/web:1': 'shop/web:1' })).to.equal(manifests);
  });
});

describe('the images that are built for an environment', () => {
  const recipe = { dockerfile: 'Dockerfile', args: {}, secrets: {}, place: { file: 'pilotage.yaml' } };
  const images: Record<string, ImageEntry> = {
    api: { path: 'api' },
    web: { path: 'web', container: recipe },
  };
  const file = (registry?: DeliveryFile['registry']): DeliveryFile => ({
    environments: [],
    images,
    warnings: [],
    ...(registry ? { registry } : {}),
  });
  const names = (buildsImages: boolean, of: DeliveryFile | undefined) =>
    Object.keys(imagesFor({ buildsImages }, of));

  it('are all of them here, and elsewhere those that a registry gets', () => {
    expect(names(true, file())).to.deep.equal(['api', 'web']);
    expect(names(false, file())).to.deep.equal([]);
    expect(names(false, file({ repository: 'ex.org/a', place: { file: 'pilotage.yaml' } }))).to.deep.equal([
      'web',
    ]);
    expect(names(true, undefined)).to.deep.equal([]);
  });
});
