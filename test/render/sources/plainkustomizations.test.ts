import { expect } from 'chai';
import { refusal, rendered } from '../request.ts';

const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const RESOURCES = 'resources: [a.yaml]\n';

describe('a folder of manifests that has kustomizations below', () => {
  it('is delivered without them, and says so', () => {
    const files = {
      'web.yaml': map('web'),
      'more/api.yaml': map('api'),
      'debug/kustomization.yaml': RESOURCES,
      'debug/a.yaml': map('debug'),
    };
    const { manifests, warnings } = rendered(files);
    expect(manifests.map(({ object }) => object.metadata.name)).to.deep.equal(['api', 'web']);
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'The kustomization in debug was passed over: this app is a folder of plain manifests',
    ]);
  });

  it('is refused where it has no manifests beside them', () => {
    const files = { 'base/kustomization.yaml': RESOURCES, 'base/a.yaml': map('a') };
    expect(refusal(files)).to.contain('nobody knows which of them is to be delivered');
  });

  it('is refused where it has overlays, whatever lies beside them', () => {
    const files = {
      'stray.yaml': map('stray'),
      'base/kustomization.yaml': RESOURCES,
      'base/a.yaml': map('a'),
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
    };
    expect(refusal(files)).to.contain('path: overlays/prod');
  });
});
