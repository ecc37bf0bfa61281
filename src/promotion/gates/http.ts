import { formatDuration } from '../../model/duration.ts';
import { count, duration, map, text } from '../../model/grammar.ts';
import { type Cursor, complain } from '../../model/reader.ts';
import type { Gate } from './gate.ts';
import { explainMeasured, judge, type Measured } from './measured.ts';

export type HttpSetting = {
  readonly service: string;
  /** Name or number of a port of the Service; absent: its first. */
  readonly port?: string | number;
  readonly path: string;
  /** Absent: any status from 200 to 299. */
  readonly expect?: number;
  /** Milliseconds. */
  readonly within: number;
  readonly for: number;
};

const port = { schema: { type: ['string', 'integer'] }, read: () => undefined };
const RULE = map(
  { service: text, port, path: text, expect: count, within: duration, for: duration },
  { service: 'Name a Service of the source.' },
);
const SERVICE = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LONGEST_MS = 60_000;

/**
 * `http: {service: web, port: http, path: /healthz, expect: 200, within: 2s, for: 10m}`: a pod behind a Service of the source answers GET so, in
 * that time, and has done so for so long. No address is asked that the file chooses: it names a Service in the namespace of the source alone.
 */
export const http: Gate<HttpSetting, Measured & { readonly what: string }> = {
  name: 'http',
  schema: RULE.schema,
  read,
  settingFor: (subject, named) => (subject === 'promotion' ? named : undefined),
  check: (setting, facts, now) => ({
    ...judge({ gate: 'http', setting, wait: setting.for }, facts, now),
    what: whatOf(setting),
  }),
  explain: (found, { source }) => explainMeasured(found, `${found.what} of ${source}`),
  isAsStrict: (next, before) =>
    next.service === before.service &&
    next.port === before.port &&
    next.path === before.path &&
    (next.expect === before.expect || (before.expect === undefined && isFine(next.expect))) &&
    next.within <= before.within &&
    next.for >= before.for,
  describe: (setting) =>
    `http ${whatOf(setting)} ${setting.expect ?? '2xx'}${setting.for > 0 ? ` for ${formatDuration(setting.for)}` : ''}`,
};

const isFine = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;

const whatOf = ({ service, port: named, path }: HttpSetting): string =>
  `GET ${service}${named === undefined ? '' : `:${named}`}${path}`;

function read(at: Cursor): HttpSetting | undefined {
  const fields = RULE.open(at);
  if (!RULE.isComplete(at, fields)) return undefined;
  const [service, path = '/', expect] = [fields.service.read(), fields.path.read(), fields.expect.read()];
  const [within = 5_000, wait = 0] = [fields.within.read(), fields.for.read()];
  const named = fields.port.at?.value;
  if (service === undefined) return undefined;
  if (!SERVICE.test(service))
    return complain(fields.service.at ?? at, 'WrongValue', `"${service}" cannot be the name of a Service`);
  if (!path.startsWith('/') || /[^\x21-\x7e]/.test(path))
    return complain(fields.path.at ?? at, 'WrongValue', 'must begin with / and hold no blanks');
  if (named !== undefined && typeof named !== 'string' && typeof named !== 'number')
    return complain(fields.port.at ?? at, 'WrongType', 'must be the name or the number of a port');
  if (expect !== undefined && (expect < 200 || expect > 599))
    return complain(
      fields.expect.at ?? at,
      'WrongValue',
      `${expect} is not a status that is waited for`,
      'From 200 to 599.',
    );
  if (within === 0 || within > LONGEST_MS)
    return complain(fields.within.at ?? at, 'WrongValue', 'must be more than 0, and 1m at most');
  return {
    service,
    ...(named === undefined ? {} : { port: named }),
    path,
    ...(expect === undefined ? {} : { expect }),
    within,
    for: wait,
  };
}
