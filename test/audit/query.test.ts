import { expect } from 'chai';
import { DECISION, DELIVERY, ENVIRONMENT } from '../../src/audit/event.ts';
import { type AuditQuery, answers, queryOf } from '../../src/audit/query.ts';
import { auditEvent } from './event.ts';

describe('a question to the audit log', () => {
  const event = auditEvent({
    stageTimestamp: '2026-01-01T12:00:00.000000Z',
    impersonatedUser: { username: 'bob' },
    objectRef: { resource: 'deployments', apiGroup: 'apps', namespace: 'shop', name: 'web' },
    annotations: { [DELIVERY]: 'shop', [ENVIRONMENT]: 'prod' },
  });
  const rows: readonly (readonly [query: AuditQuery, isAnswer: boolean])[] = [
    [{}, true],
    [{ user: 'ann' }, true],
    [{ user: 'bob' }, true],
    [{ user: 'eve' }, false],
    [{ verb: 'create' }, true],
    [{ verb: 'get' }, false],
    [{ object: 'deployments' }, true],
    [{ object: 'deployments.apps/web' }, true],
    [{ object: 'shop/deployments/web' }, true],
    [{ object: 'other/deployments/web' }, false],
    [{ object: 'deployments/db' }, false],
    [{ object: 'secrets' }, false],
    [{ delivery: 'shop' }, true],
    [{ delivery: 'shop/prod' }, true],
    [{ delivery: 'shop/dev' }, false],
    [{ since: Date.parse('2026-01-01T12:00:00Z') }, true],
    [{ since: Date.parse('2026-01-01T12:00:01Z') }, false],
    [{ until: Date.parse('2026-01-01T11:59:59Z') }, false],
    [{ denied: true }, false],
  ];
  for (const [query, isAnswer] of rows)
    it(`${JSON.stringify(query)} ${isAnswer ? 'is' : 'is not'} answered by it`, () => {
      expect(answers(query, event)).to.equal(isAnswer);
    });

  it('calls denied what was refused for want of a right or of a name', () => {
    const denied = { denied: true };
    expect(answers(denied, auditEvent({ responseStatus: { metadata: {}, code: 403 } }))).to.equal(true);
    expect(answers(denied, auditEvent({ responseStatus: { metadata: {}, code: 401 } }))).to.equal(true);
    expect(answers(denied, auditEvent({ annotations: { [DECISION]: 'forbid' } }))).to.equal(true);
    expect(answers(denied, auditEvent({ responseStatus: { metadata: {}, code: 404 } }))).to.equal(false);
  });

  it('is refused for a time that is none', () => {
    expect(() => queryOf(new URLSearchParams({ since: 'yesterday' }))).to.throw(
      RangeError,
      '"since" must be a time',
    );
  });
});
