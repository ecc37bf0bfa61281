import { expect } from 'chai';
import { sentenceOf } from '../../../src/cli/commands/audit.ts';
import { auditEvent } from '../../audit/event.ts';

describe('pilotage audit', () => {
  it('prints who did what from where, and what came of it', () => {
    const event = auditEvent({
      sourceIPs: ['192.0.2.7', '127.0.0.1'],
      annotations: { 'pilotage.dev/face': 'api' },
    });
    expect(sentenceOf(event)).to.equal(
      '2026-01-01T00:00:00Z  ann  127.0.0.1  api  create shop/configmaps/settings: 201',
    );
  });

  it('says why something was denied, and as whom it was asked', () => {
    const event = auditEvent({
      impersonatedUser: { username: 'bob' },
      responseStatus: { metadata: {}, code: 403, reason: 'Forbidden', message: 'not for you' },
    });
    expect(sentenceOf(event)).to.match(/ann as bob .*: 403 denied not for you$/);
  });

  it('prints nothing that moves the terminal', () => {
    expect(sentenceOf(auditEvent({ user: { username: 'a\u001b[2Jb\nc' } }))).to.not.match(/\p{Cc}/u);
  });
});
