import { expect } from 'chai';
import { pruneUnknown, unknownFields } from '../../../src/kube/schema/unknown.ts';
import { complaints, container, deployment, FLAWS, pod, read, schemaOf, service } from './notation.ts';

describe('validateObject', () => {
  for (const [title, object, complaint, old] of FLAWS) {
    it(`refuses ${title}`, () => expect(complaints(object, old)).to.deep.equal([complaint]));
  }
  it('accepts what is well, and the changes that are allowed', () => {
    expect(complaints(deployment('replicas: 3'), deployment('replicas: 1'))).to.deep.equal([]);
    expect(
      complaints(service('{type: NodePort, ports: [{port: 80, targetPort: http, nodePort: 30000}]}')),
    ).to.deep.equal([]);
    expect(complaints(service('{type: ExternalName, externalName: x.y}'))).to.deep.equal([]);
    const other = pod('{containers: [{name: a, image: c}], tolerations: [{key: t, operator: Exists}]}');
    expect(complaints(other, container(''))).to.deep.equal([]);
  });
  it('keeps a value that may be a secret out of its message', () => {
    const text = '{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {password: "pass word"}}';
    expect(complaints(text).join()).to.contain('data[password]').and.not.contain('pass word');
  });
});

describe('unknownFields', () => {
  const object = read(
    '{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {x: z}}, spec: {replica: 1, containers: [{name: a, imag: b}]}}',
  );
  it('names each by its path', () => {
    const found = unknownFields(schemaOf(object), object);
    expect(found.map(({ path }) => path)).to.deep.equal(['spec.replica', 'spec.containers[0].imag']);
    expect(found[1]?.known, 'what it could have been').to.include('image');
  });
  it('are pruned, and nothing else is', () => {
    const pruned = pruneUnknown(schemaOf(object), object);
    expect(pruned.spec).to.deep.equal({ containers: [{ name: 'a' }] });
    expect(unknownFields(schemaOf(object), pruned)).to.deep.equal([]);
    expect(pruneUnknown(schemaOf(object), pruned), 'law: again the same reference').to.equal(pruned);
  });
});
