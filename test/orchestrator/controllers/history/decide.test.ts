import { expect } from 'chai';
import type { ControllerRevision, StatefulSet } from '../../../../src/kube/kinds/objects.data.ts';
import { applyDefaults } from '../../../../src/kube/rules/defaults.ts';
import { builtinSchema } from '../../../../src/kube/schema/schema.ts';
import { gvkOf } from '../../../../src/kube/values/types.ts';
import { decideHistory, surplus } from '../../../../src/orchestrator/controllers/history/decide.ts';
import { newRevision, withRevision } from '../../../../src/orchestrator/controllers/history/revisions.ts';

function workload(image: string, metadata: object = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', uid: 'set', ...metadata },
    spec: {
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'main', image }] } },
    },
  };
}

const revision = (image: string, number: number, name = image): ControllerRevision => {
  const made = newRevision(workload(image), 'hash', number, 0);
  return { ...made, metadata: { ...made.metadata, name } };
};

const decided = (image: string, ...revisions: ControllerRevision[]) => {
  const { current, number, old, duplicates } = decideHistory(workload(image), revisions);
  const nameOf = ({ metadata }: ControllerRevision) => metadata.name;
  return [current && nameOf(current), number, old.map(nameOf), duplicates.map(nameOf)];
};

describe('the history of a workload', () => {
  it('begins with revision 1', () => expect(decided('v1')).to.deep.equal([undefined, 1, [], []]));

  it('stays as it is while the template does', () => {
    expect(decided('v2', revision('v2', 2), revision('v1', 1))).to.deep.equal(['v2', 2, ['v1'], []]);
  });

  it('gets a new revision for a new template, of the next number', () => {
    expect(decided('v3', revision('v1', 1), revision('v2', 7))).to.deep.equal([
      undefined,
      8,
      ['v1', 'v2'],
      [],
    ]);
  });

  it('makes an old revision the newest where its template comes back', () => {
    expect(decided('v1', revision('v1', 1), revision('v2', 2))).to.deep.equal(['v1', 3, ['v2'], []]);
  });

  it('takes the newest of revisions with the same template, and says which others there are', () => {
    const revisions = [revision('v1', 1, 'copy'), revision('v1', 2)];
    expect(decided('v1', ...revisions)).to.deep.equal(['v1', 2, [], ['copy']]);
  });

  it('takes the latest revision for the same where it leads to the same template, written with fewer defaults', () => {
    const owner = applyDefaults(builtinSchema(gvkOf(workload('v1'))), workload('v1'));
    expect(owner).to.not.deep.equal(workload('v1'));
    const latest = revision('v1', 4);
    expect(decideHistory(owner, [latest]).current).to.equal(latest);
  });

  it('drops the oldest of what nothing lives of', () => {
    const past = [1, 2, 3, 4].map((number) => revision(`v${number}`, number));
    const isLive = ({ revision: number }: ControllerRevision) => number === 1;
    const numbers = (excess: number) => surplus(past, isLive, excess).map((one) => one.revision);
    expect(numbers(2)).to.deep.equal([2, 3]);
    expect(numbers(-1)).to.deep.equal([]);
  });
});

describe('a controller revision', () => {
  it('keeps the template, with the labels and annotations that kubectl reads, under a name of its own', () => {
    const annotations = { 'kubernetes.io/change-cause': 'because' };
    const made = newRevision(workload('v1', { annotations }), 'hash', 1, 0);
    const hash = made.metadata.labels?.hash;
    expect(made.metadata).to.deep.include({ name: `db-${hash}`, annotations, labels: { app: 'db', hash } });
    expect(made.metadata.ownerReferences?.[0]).to.include({
      kind: 'StatefulSet',
      name: 'db',
      controller: true,
    });
    expect(newRevision(workload('v1'), 'hash', 1, 1).metadata.name).to.not.equal(made.metadata.name);
    const long = newRevision(workload('v1', { name: 'x'.repeat(253) }), 'hash', 1, 0);
    expect(long.metadata.name?.length).to.be.at.most(253);
  });

  it('sets the whole template back, and nothing else', () => {
    const now = workload('v2');
    const more = { ...now, spec: { ...now.spec, replicas: 5 } };
    const back = withRevision(more, revision('v1', 1));
    expect(back.spec.template).to.deep.equal(workload('v1').spec.template);
    expect(back.spec.replicas).to.equal(5);
  });
});
