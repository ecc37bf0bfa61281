import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { AuditEvent } from '../../src/audit/event.ts';
import { pushRecorder } from '../../src/compose/gitaudit.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('the record of a push', () => {
  const request = {
    headers: { authorization: 'Basic planted' },
    socket: { remoteAddress: '127.0.0.1' },
    url: '/git/shop.git/git-receive-pack',
  } as unknown as IncomingMessage;
  const command = (ref: string) => ({ ref, from: null, to: 'a'.repeat(40) });
  const record = (created: boolean): AuditEvent[] => {
    const events: AuditEvent[] = [];
    pushRecorder(
      { write: (event) => void events.push(event) },
      new FakeClock(),
    )({
      request,
      received: 0,
      repository: 'shop',
      user: 'ann',
      created,
      outcome: {
        unpack: undefined,
        refs: [
          { kind: 'moved', command: command('refs/heads/main') },
          {
            kind: 'refused',
            command: command('refs/heads/prod'),
            problem: { reason: 'NotFastForward', message: 'prod may not be rewritten' },
          },
        ],
      },
    });
    return events;
  };

  it('has a line for each ref, taken or refused, with who pushed it from where', () => {
    const [taken, refused] = record(false);
    expect(taken).to.deep.include({ verb: 'push', user: { username: 'ann' }, sourceIPs: ['127.0.0.1'] });
    expect(taken?.objectRef).to.deep.equal({
      resource: 'repositories',
      name: 'shop',
      subresource: 'refs/heads/main',
    });
    expect(taken?.responseStatus?.code).to.equal(200);
    expect(refused?.responseStatus).to.deep.include({
      code: 403,
      reason: 'NotFastForward',
      message: 'prod may not be rewritten',
    });
    expect(taken?.annotations).to.include({ 'pilotage.dev/face': 'git', 'pilotage.dev/delivery': 'shop' });
    expect(JSON.stringify([taken, refused])).to.not.contain('planted');
  });

  it('says that a repository came into being with it', () => {
    expect(record(true).map(({ verb }) => verb)).to.deep.equal(['create', 'push', 'push']);
  });
});
