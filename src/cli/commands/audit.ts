import { createInterface } from 'node:readline';
import { type Command, InvalidArgumentError } from 'commander';
import { type AuditEvent, FACE } from '../../audit/event.ts';
import { isDenied } from '../../audit/query.ts';
import { clientCommand, face, type OutputOptions, parseDuration, print } from '../command.ts';
import type { CliContext } from '../context.ts';

interface AuditFlags extends OutputOptions {
  readonly user?: string;
  readonly since: string;
  readonly until?: string;
  readonly verb?: string;
  readonly object?: string;
  readonly delivery?: string;
  readonly denied?: boolean;
  readonly follow?: boolean;
}

const ASKED = ['until', 'verb', 'object', 'delivery'] as const;

export function auditCommand(context: CliContext): Command {
  const time = (text: string) => timeOf(text, context.clock.now());
  return clientCommand('audit')
    .description('who did what: requests to the API, pushes, promotions, what was refused')
    .option('--user <user>', 'done by, or as, this user')
    .option('--since <time>', 'a duration back from now, or a time', time, timeOf('24h', context.clock.now()))
    .option('--until <time>', 'a duration back from now, or a time', time)
    .option('--verb <verb>', 'create, delete, push, promote …')
    .option('--object <object>', 'RESOURCE, RESOURCE/NAME or NAMESPACE/RESOURCE/NAME')
    .option('--delivery <delivery>', 'shop or shop/prod')
    .option('--denied', 'only what was refused for want of a right')
    .option('-f, --follow', 'go on with what happens from now on')
    .action(async ({ user, ...flags }: AuditFlags) => {
      const query = new URLSearchParams({ since: flags.since });
      for (const name of ASKED) if (flags[name] !== undefined) query.set(name, flags[name]);
      if (user !== undefined) query.set('user', user);
      if (flags.denied) query.set('denied', 'true');
      if (flags.follow) query.set('follow', 'true');
      const lines = await (await face(context, flags)).stream(`/api/v1/audit?${query}`);
      for await (const line of createInterface({ input: lines }))
        print(context, flags.output === 'json' ? line : sentenceOf(JSON.parse(line) as AuditEvent));
    });
}

/** `12:00:01 ann 127.0.0.1 api create configmaps/shop/settings: 201`, of one event. */
export function sentenceOf(event: AuditEvent): string {
  const {
    user,
    impersonatedUser,
    sourceIPs = [],
    objectRef,
    verb,
    stage,
    responseStatus,
    annotations,
  } = event;
  const as = impersonatedUser ? ` as ${impersonatedUser.username}` : '';
  const { resource, subresource, namespace, name } = objectRef ?? {};
  const object = objectRef
    ? [namespace, resource, name, subresource].filter((part) => part !== undefined).join('/')
    : event.requestURI;
  const { code, reason, message } = responseStatus ?? {};
  const verdict =
    stage === 'ResponseComplete'
      ? `${code ?? ''}${isDenied(event) ? ' denied' : ''}${code !== undefined && code >= 400 ? ` ${message ?? reason ?? ''}` : ''}`
      : stage === 'ResponseStarted'
        ? 'begun'
        : 'received';
  const said = annotations?.['pilotage.dev/request'];
  const who = `${user.username ?? 'unknown'}${as}`;
  const line = `${event.stageTimestamp.slice(0, 19)}Z  ${who}  ${sourceIPs.at(-1) ?? '-'}  ${annotations?.[FACE] ?? '-'}  ${verb} ${object}: ${verdict}${said ? ` ${said}` : ''}`;
  // What a client wrote must not move the reader's terminal.
  return line.replaceAll(/\p{Cc}/gu, ' ');
}

/** RFC 3339, of `24h` or of a time. */
function timeOf(text: string, now: number): string {
  if (/^\d{4}-/.test(text)) {
    const at = Date.parse(text);
    if (!Number.isNaN(at)) return new Date(at).toISOString();
    throw new InvalidArgumentError('It must be a time like 2026-01-31T12:00:00Z, or a duration like 2h.');
  }
  return new Date(now - parseDuration(text)).toISOString();
}
