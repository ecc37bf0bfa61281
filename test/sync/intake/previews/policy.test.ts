import { expect } from 'chai';
import type { FileTree } from '../../../../src/base/filetree.ts';
import type { Environment } from '../../../../src/model/types.ts';
import { policyInForce } from '../../../../src/sync/intake/previews/policy.ts';
import { fileOf } from '../../../../src/sync/source/deliveryfile.ts';
import { filesOf } from '../../../fakes/filetree.ts';

const file = (previews: string) =>
  `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec:\n  environments: [{name: dev}, {name: prod, branch: main}]\n  previews: ${previews}\n`;

const SMALL = '{branches: [f/*], max: 2}';
const LARGE = '{branches: [f/*], max: 5, secrets: [key]}';
const SMALLER = '{branches: [f/*], max: 1}';

/** The policy of a delivery whose default branch says `tip`, and whose environment there has deployed `deployed`. */
async function maxOf(tip: string, deployed: string | undefined, isGated = true): Promise<unknown> {
  const trees: Record<string, FileTree> = { d1: filesOf({ 'pilotage.yaml': file(deployed ?? SMALL) }) };
  const repository = { tree: async (revision: string) => trees[revision] as FileTree };
  const read = fileOf(filesOf({ 'pilotage.yaml': file(tip) }));
  if (!read.ok || !read.value) throw new Error('unreadable');
  const prod = {
    spec: { environment: 'prod', branch: 'main' },
    status: {
      ...(deployed ? { deployedRevision: 'd1' } : {}),
      ...(isGated ? { promotionPolicy: { from: 'dev', auto: false, gates: { approvals: 1 } } } : {}),
    },
  } as unknown as Environment;
  const policy = await policyInForce(repository, { ok: true, value: read.value }, 'main', [prod]);
  return policy === 'unknown' ? policy : policy?.max;
}

describe('the policy of previews in force', () => {
  it('is what the default branch says where no environment with gates lives there', async () => {
    expect(await maxOf(LARGE, SMALL, false)).to.equal(5);
  });

  it('stays what has passed the gates until what allows more has passed them too', async () => {
    expect(await maxOf(LARGE, SMALL)).to.equal(2);
    expect(await maxOf(LARGE, LARGE)).to.equal(5);
  });

  it('becomes at once what allows less', async () => {
    expect(await maxOf(SMALLER, SMALL)).to.equal(1);
  });

  it('is none before anything has passed the gates', async () => {
    expect(await maxOf(SMALL, undefined)).to.equal(undefined);
  });
});
