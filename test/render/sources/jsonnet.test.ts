import { expect } from 'chai';
import { refusal, rendered } from '../request.ts';

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const SAID = /is written in Jsonnet, which Pilotage does not evaluate\n.*Evaluate it before the push/;

describe('a folder of Jsonnet', () => {
  it('is refused by name, with the file that tells', () => {
    expect(refusal({ 'k/main.jsonnet': '{}' }, { path: 'k' }))
      .to.match(SAID)
      .and.to.contain('k/main.jsonnet');
    expect(refusal({ 'lib/a.libsonnet': '{}' }))
      .to.match(SAID)
      .and.to.contain('The root of the repository');
    expect(refusal({ 'jsonnetfile.json': '{"version": 1}' })).to.match(SAID);
  });

  it('is refused where it is an environment of Tanka, whose settings look like a manifest', () => {
    const spec = '{"apiVersion": "tanka.dev/v1alpha1", "kind": "Environment", "spec": {}}';
    expect(refusal({ 'main.jsonnet': '{}', 'spec.json': spec })).to.match(SAID);
  });

  it('is no matter where the manifests that it was evaluated to lie beside it', () => {
    const { manifests } = rendered({ 'main.jsonnet': '{}', 'manifests/a.yaml': MAP });
    expect(manifests.map(({ object }) => object.metadata.name)).to.deep.equal(['a']);
  });
});
