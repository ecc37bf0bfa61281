import { expect } from 'chai';
import { diffObjects } from '../../../src/kube/rules/diff.ts';
import { blotSealed, maskSealed } from '../../../src/sync/plan/sealed.ts';

const env = (...entries: readonly (readonly [string, string])[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'a', env: entries.map(([name, value]) => ({ name, value })) }] },
});
const at = (index: number) => [`spec.containers[0].env[${index}].value`];

describe('a diff of an object that holds what was sealed', () => {
  const before = { object: env(['PW', 'hunter2-prod'], ['B', 'b']), sealed: at(0) };

  it('shows no sealed value of either side where a list has moved, whichever item it was', () => {
    const after = { object: env(['A', 'a'], ['PW', 'hunter2-prod'], ['B', 'b']), sealed: at(1) };
    const gone = { object: env(['B', 'b']) };
    for (const other of [after, gone]) {
      const masked = maskSealed(diffObjects(before.object, other.object), [before, other]);
      expect(JSON.stringify(masked)).not.to.contain('hunter2');
      expect(masked.map(({ path }) => path)).to.include('spec.containers[0].env[0].value');
    }
  });

  it('shows what is beside it', () => {
    const after = { ...before, object: { ...before.object, metadata: { name: 'b' } } };
    expect(maskSealed(diffObjects(before.object, after.object), [before, after])).to.deep.equal([
      { path: 'metadata.name', before: 'a', after: 'b' },
    ]);
  });

  it('has messages of servers without it, however they quote it', () => {
    const object = env(['PW', 'hunter2-"prod"']);
    const message =
      'Invalid value: [{"name":"PW","value":"hunter2-\\"prod\\""}]: field is immutable; hunter2-"prod"';
    expect(blotSealed(message, { object, sealed: at(0) })).not.to.contain('hunter2');
    expect(blotSealed(message, { object })).to.equal(message);
  });
});
