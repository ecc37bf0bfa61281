import { expect } from 'chai';
import { renderKey } from '../../src/render/key.ts';
import { fromWire, toWire } from '../../src/render/pool/wire.ts';
import { foldersRead } from '../../src/render/reach.ts';
import { type Files, rendered, request } from './request.ts';
import { tree } from './tree.ts';

const overlay = { path: 'overlays/dev' };
const FILES: Files = {
  'overlays/dev/kustomization.yaml': 'resources: [../../base]\ncomponents: [../../parts/debug]\n',
  'base/kustomization.yaml': 'resources: [map.yaml, https://example.com/base, ../../outside]\n',
  'base/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
  'parts/debug/kustomization.yaml':
    'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncommonAnnotations: {debug: "on"}\n',
  'other/kustomization.yaml': 'resources: [../overlays/dev]\n',
};

describe('what a render of a kustomization reads', () => {
  it('is its own folder and those that it leads to', () => {
    const read = foldersRead(tree(FILES), 'overlays/dev');
    expect([...read].sort()).to.deep.equal(['base', 'overlays/dev', 'parts/debug']);
  });

  it('ends where kustomizations lead to each other', () => {
    const circle = {
      'a/kustomization.yaml': 'resources: [../b]',
      'b/kustomization.yaml': 'resources: [../a]',
    };
    expect([...foldersRead(tree(circle), 'a')].sort()).to.deep.equal(['a', 'b']);
  });

  it('is found however the fields are spelled, as kustomize reads them', () => {
    const files = {
      'a/kustomization.yaml': 'Resources: [../b]',
      'b/kustomization.yaml': 'resources: [x.yaml]',
    };
    expect([...foldersRead(tree(files), 'a')]).to.deep.equal(['a', 'b']);
  });

  it('is looked for within bounds: folders that all name each other take no more than a moment', () => {
    const names = Array.from({ length: 400 }, (_, i) => `f${i}`);
    const text = `resources:\n${names.map((name) => `  - ../${name}\n`).join('')}`;
    const files = Object.fromEntries(names.map((name) => [`${name}/kustomization.yaml`, text]));
    expect(foldersRead(tree(files), 'f0')).to.have.length.lessThan(50);
  });

  it('travels to the process that renders, and nothing else does', () => {
    const files = { ...FILES, 'base/kustomization.yaml': 'resources: [map.yaml]\n' };
    const there = fromWire(toWire(request(files, overlay)));
    expect(there.tree.paths).not.to.include('other/kustomization.yaml');
    expect(rendered(there.tree, overlay).manifests.map(({ object }) => object.metadata.name)).to.deep.equal([
      'a',
    ]);
  });

  it('is rendered again when a base has changed, and not when something else has', () => {
    const keyOf = (files: Files) => renderKey(request(files, overlay));
    expect(keyOf({ ...FILES, 'base/map.yaml': 'changed' })).not.to.equal(keyOf(FILES));
    expect(keyOf({ ...FILES, 'other/kustomization.yaml': 'changed' })).to.equal(keyOf(FILES));
  });
});
