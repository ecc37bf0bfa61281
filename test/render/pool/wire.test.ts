import { expect } from 'chai';
import { keepingTrees, toWire } from '../../../src/render/pool/wire.ts';
import { chart, request } from '../request.ts';

describe('the requests that a worker is sent', () => {
  const wireOf = (values: string) => toWire(request(chart('kind: A\n', values)));

  it('share their tree where their files are the same, and only there', () => {
    const requestOf = keepingTrees();
    const first = requestOf(wireOf('a: 1\n'));
    expect(requestOf(wireOf('a: 1\n')).tree).to.equal(first.tree);
    const other = requestOf(wireOf('a: 2\n'));
    expect(other.tree).not.to.equal(first.tree);
    expect(Buffer.from(other.tree.read('values.yaml') ?? []).toString()).to.contain('a: 2');
  });

  it('do not share it with files whose names and contents are the same only in a row', () => {
    const requestOf = keepingTrees();
    const wire = wireOf('');
    const wired = (path: string, text: string) => requestOf({ ...wire, files: [[path, Buffer.from(text)]] });
    expect(wired('ab', 'c').tree).not.to.equal(wired('a', 'bc').tree);
  });

  it('keep no more than their bound: the oldest tree goes', () => {
    const requestOf = keepingTrees(2000);
    const first = requestOf(wireOf(`a: ${'x'.repeat(1000)}\n`)).tree;
    requestOf(wireOf(`b: ${'x'.repeat(1000)}\n`));
    expect(requestOf(wireOf(`a: ${'x'.repeat(1000)}\n`)).tree).not.to.equal(first);
  });
});
