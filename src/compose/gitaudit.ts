/** What becomes of a push, as a line of the audit log for each of its refs. */
import { randomUUID } from 'node:crypto';
import { actEvent } from '../audit/act.ts';
import { type AuditSink, DELIVERY } from '../audit/event.ts';
import type { Clock } from '../base/clock.ts';
import type { GitHostOptions } from '../git/host/host.ts';

export function pushRecorder(sink: AuditSink, clock: Clock): NonNullable<GitHostOptions['recorded']> {
  return ({ request, received, repository, user, outcome, created }) => {
    const id = randomUUID();
    const common = {
      face: 'git',
      id,
      request,
      received,
      ended: clock.now(),
      user: { username: user },
    } as const;
    const annotations = { [DELIVERY]: repository };
    if (created && outcome.refs.some(({ kind }) => kind === 'moved')) {
      const object = { resource: 'repositories', name: repository };
      sink.write(actEvent({ ...common, verb: 'create', object, code: 201, annotations }));
    }
    for (const result of outcome.refs) {
      const { ref, from, to } = result.command;
      const refused = result.kind === 'refused' ? result.problem : undefined;
      sink.write(
        actEvent({
          ...common,
          id: `${id}:${ref}`.slice(0, 512),
          verb: to === null ? 'delete' : 'push',
          object: { resource: 'repositories', name: repository, subresource: ref.slice(0, 512) },
          code: refused ? 403 : 200,
          ...(refused ? { reason: refused.reason, message: refused.message } : {}),
          annotations: { ...annotations, 'pilotage.dev/from': from ?? '', 'pilotage.dev/to': to ?? '' },
        }),
      );
    }
  };
}
