import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { AuditLog } from '../../src/audit/log.ts';
import { problemOf } from '../../src/base/errors.ts';
import { streamAudit } from '../../src/server/auditstream.ts';

describe('reading the audit log over the HTTP face', () => {
  it('is refused to who is no administrator', async () => {
    const user = { name: 'ann', groups: ['dev'], verified: true };
    const answer = streamAudit({} as AuditLog, user, new URLSearchParams(), {} as ServerResponse);
    expect(problemOf(await answer.catch((error: unknown) => error))).to.deep.include({
      reason: 'Forbidden',
      message: 'The audit log is for administrators: it names what every user does.',
    });
  });
});
