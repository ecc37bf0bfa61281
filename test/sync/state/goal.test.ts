import { expect } from 'chai';
import { suspensionOf, type WiderHolds } from '../../../src/model/suspension.ts';
import type { Environment } from '../../../src/model/types.ts';
import { goalOf } from '../../../src/sync/state/goal.ts';

const FINALIZER = 'pilotage.dev/teardown';
const DELETED = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [FINALIZER] };
const pin = { revision: 'old', reason: '', since: '2026-01-01T00:00:00Z' };

interface Parts {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}
const environment = ({ metadata, spec, status }: Parts = {}): Environment =>
  ({
    metadata: { name: 'shop.dev', ...metadata },
    spec: { delivery: 'shop', environment: 'dev', branch: 'main', ...spec },
    status: { wantedRevision: 'new', ...status },
  }) as Environment;
const NOW = Date.parse('2026-01-01T12:00:00Z');
const word = { reason: 'audit', by: 'ann', since: '2026-01-01T00:00:00Z' };
const goal = (parts?: Parts, wider: WiderHolds = {}) => {
  const object = environment(parts);
  const suspension = suspensionOf(object, wider, NOW);
  const { message: _message, ...rest } = { message: '', ...goalOf(object, suspension) };
  return rest;
};
const frozen = {
  conditions: [{ type: 'Frozen', status: 'True', reason: 'FileBroken', message: 'it is broken' }],
};

describe('the goal of an environment', () => {
  it('is the tip of its branch', () => {
    expect(goal()).to.deep.equal({ type: 'revision', target: 'new' });
  });

  it('is to wait before the first commit', () => {
    expect(goal({ status: { wantedRevision: undefined } })).to.deep.equal({ type: 'stopped', phase: 'Idle' });
  });

  it('is the revision of a pin, also while its file is broken', () => {
    expect(goal({ spec: { pin }, status: frozen })).to.deep.equal({ type: 'revision', target: 'old' });
  });

  it('is to stay as it is while it is frozen, or suspended, pinned or not', () => {
    expect(goal({ status: frozen })).to.deep.equal({ type: 'stopped', phase: 'Frozen' });
    const suspended = { type: 'stopped', phase: 'Suspended' };
    expect(goal({ spec: { suspended: true } })).to.deep.equal(suspended);
    expect(goal({ spec: { suspended: true, pin } })).to.deep.equal(suspended);
    expect(goal({ spec: { suspend: word, pin } })).to.deep.equal(suspended);
    expect(goal({}, { delivery: word })).to.deep.equal(suspended);
  });

  it('is the tip of its branch again once a suspension is over', () => {
    const until = (time: string) => goal({ spec: { suspend: { ...word, until: time } } }).type;
    expect(until('2026-01-01T12:00:01Z')).to.equal('stopped');
    expect(until('2026-01-01T12:00:00Z')).to.equal('revision');
  });

  it('is to stay as it is, even when it is deleted, while everything is suspended', () => {
    const spec = { onDelete: 'prune' };
    const suspended = { type: 'stopped', phase: 'Suspended' };
    expect(goal({ metadata: DELETED, spec }, { everything: word })).to.deep.equal(suspended);
  });

  it('says who suspended it, since when, until when, why, and which command ends that', () => {
    const wide = { everything: word, delivery: { ...word, until: '2026-01-02T00:00:00Z' } };
    const said = (wider: WiderHolds, spec: object = {}) => {
      const object = environment({ spec });
      const found = goalOf(object, suspensionOf(object, wider, NOW));
      return found.type === 'stopped' ? found.message : '';
    };
    expect(said(wide)).to.equal(
      'suspended, as everything here is, by ann since 2026-01-01T00:00:00Z: audit\n  → to go on: pilotage resume --all',
    );
    expect(said({ delivery: wide.delivery })).to.equal(
      'suspended, as all of shop is, by ann since 2026-01-01T00:00:00Z until 2026-01-02T00:00:00Z: audit\n  → to go on: pilotage resume shop',
    );
    expect(said({}, { suspend: word })).to.match(/^suspended by ann .*pilotage resume shop\/dev$/s);
  });

  it('is nothing when it is deleted, whatever else holds it', () => {
    const spec = { onDelete: 'prune', suspended: true, pin };
    const pruned = { type: 'nothing', delivered: 'prune' };
    expect(goal({ metadata: DELETED, spec, status: frozen })).to.deep.equal(pruned);
  });

  it('leaves what it delivered where nobody asked for the end of that', () => {
    const orphaned = { type: 'nothing', delivered: 'orphan' };
    expect(goal({ metadata: DELETED })).to.deep.equal(orphaned);
    expect(goal({ metadata: DELETED, spec: { onDelete: 'orphan' } })).to.deep.equal(orphaned);
    const others = { ...DELETED, finalizers: ['example.com/other'] };
    expect(goal({ metadata: others, spec: { onDelete: 'prune' } })).to.deep.equal(orphaned);
  });
});
