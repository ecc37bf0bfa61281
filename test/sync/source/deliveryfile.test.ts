import { expect } from 'chai';
import { unwrap } from '../../../src/base/errors.ts';
import { entryOf, fileOf } from '../../../src/sync/source/deliveryfile.ts';

const bytes = Buffer.from(
  'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec: {environments: [{name: dev, branch: main}, {name: prod}]}\n',
);
const treeOf = (content: Buffer | undefined) => ({
  paths: content ? ['pilotage.yaml'] : [],
  read: () => content,
  digest: () => undefined,
});

describe('the pilotage.yaml of a tree', () => {
  it('is parsed once for every tree that holds the same bytes', () => {
    expect(unwrap(fileOf(treeOf(bytes)))).to.equal(unwrap(fileOf(treeOf(bytes))));
    expect(unwrap(fileOf(treeOf(Buffer.from(bytes))))).to.not.equal(unwrap(fileOf(treeOf(bytes))));
  });

  it('may be absent', () => {
    expect(unwrap(fileOf(treeOf(undefined)))).to.equal(undefined);
  });

  it('says something of each environment that it names', () => {
    const file = unwrap(fileOf(treeOf(bytes)));
    if (file === undefined) throw new Error('there is a file');
    expect(entryOf(file, 'dev')?.branch).to.equal('main');
    expect(entryOf(file, 'prod')?.branch).to.equal('prod');
    expect(entryOf(file, 'test')).to.equal(undefined);
  });
});
