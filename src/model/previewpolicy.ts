import { parseQuantity, type Quantity } from '../kube/values/quantity.ts';
import type { EnvironmentEntry, PreviewPolicy, PreviewQuota } from './deliveryfile.ts';
import { formatDuration } from './duration.ts';
import { PREVIEWS, QUOTA } from './pilotagegrammar.ts';
import { matchesBranch, PREVIEW_PREFIX } from './previews.ts';
import { type Cursor, complain, type Item, readList } from './reader.ts';

const DAY_MS = 86_400_000;
/** Nothing that a file asks for may be more. */
const MOST = { ttl: 30 * DAY_MS, previews: 100, pods: 500 } as const;
const LEAST_TTL = 60_000;
const DEFAULTS = { ttl: 3 * DAY_MS, previews: 10 } as const;
export const DEFAULT_QUOTA: PreviewQuota = { cpu: '2', memory: '2Gi', pods: 20 };

/** `previews:` of the file; undefined where it cannot be meant. `environments` are those of the file. */
export function readPreviews(
  at: Cursor,
  environments: readonly Item<EnvironmentEntry>[],
): PreviewPolicy | undefined {
  const fields = PREVIEWS.open(at);
  const before = at.report.problems.length;
  const branches = fields.branches.read() ?? [];
  const pullRequests = fields.pullRequests.read() ?? false;
  const from = fields.from.read() ?? environments[0]?.entry.name;
  if (!fields.branches.at && !pullRequests)
    complain(at, 'MissingField', 'names no branches', 'previews: {branches: ["feature/*"], from: dev}');
  for (const pattern of readList(fields.branches.at)) patternProblems(pattern, environments);
  sourceProblem(fields.from.at, from, environments);
  for (const { at: one, entry } of environments) {
    if (entry.name.startsWith(PREVIEW_PREFIX))
      complain(one, 'WrongValue', `${entry.name} is a name of previews`, 'Give the environment another.');
  }
  const host = fields.host.read();
  if (host !== undefined) hostProblem(fields.host.at, host);
  const ttl = within(fields.ttl.at, fields.ttl.read(), LEAST_TTL, MOST.ttl) ?? DEFAULTS.ttl;
  const max = whole(fields.max.at, fields.max.read(), MOST.previews) ?? DEFAULTS.previews;
  const idle = within(fields.idle.at, fields.idle.read(), LEAST_TTL, MOST.ttl);
  const values = fields.values.at && fields.values.read();
  const quota = readQuota(fields.quota.at);
  const secrets = fields.secrets.read() ?? [];
  if (at.report.problems.length > before || (from === undefined && environments.length > 0)) return undefined;
  return {
    ...{ branches, pullRequests, from: from ?? 'dev' },
    ...(values ? { values } : {}),
    ...(host ? { host } : {}),
    ...{ ttl, max, quota, secrets },
    ...(idle === undefined ? {} : { idle }),
  };
}

function patternProblems(at: Cursor, environments: readonly Item<EnvironmentEntry>[]): void {
  if (typeof at.value !== 'string') return;
  const pattern = at.value;
  const hit = environments.find(({ entry }) => matchesBranch(pattern, entry.branch));
  if (hit)
    complain(
      at,
      'WrongValue',
      `${pattern} matches ${hit.entry.branch}, the branch of the environment ${hit.entry.name}`,
      'Name branches that no environment lives on, as feature/*.',
    );
}

function sourceProblem(
  at: Cursor | undefined,
  from: string | undefined,
  environments: readonly Item<EnvironmentEntry>[],
): void {
  if (at === undefined || from === undefined || environments.length === 0) return;
  if (environments.some(({ entry }) => entry.name === from)) return;
  const known = environments.map(({ entry }) => entry.name).join(', ');
  complain(at, 'UnknownEnvironment', `${from} is not an environment of this file`, `Known: ${known}.`);
}

/** A name of DNS with the slug in one of its labels. */
const HOST = /^(?=.{1,190}$)([a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;

function hostProblem(at: Cursor | undefined, host: string): void {
  if (at === undefined) return;
  const remedy = 'host: "{slug}.preview.example.com"';
  if (!host.includes('{slug}'))
    complain(at, 'WrongValue', `${host} has no {slug}, so all previews would share it`, remedy);
  else if (!HOST.test(host.replaceAll('{slug}', 'x')))
    complain(at, 'WrongValue', `${host} is not the name of a host`, remedy);
}

function within(
  at: Cursor | undefined,
  ms: number | undefined,
  least: number,
  most: number,
): number | undefined {
  if (at === undefined || ms === undefined || (ms >= least && ms <= most)) return ms;
  return complain(at, 'WrongValue', `must be from ${formatDuration(least)} to ${formatDuration(most)}`);
}

function whole(at: Cursor | undefined, found: number | undefined, most: number): number | undefined {
  if (at === undefined || found === undefined || (found >= 1 && found <= most)) return found;
  return complain(at, 'WrongValue', `must be from 1 to ${most}`);
}

/** Longer ones mean nothing; a power of ten of many digits takes long to read. */
const QUANTITY = /^(?=.{1,20}$)(?!.*[eE][+-]?\d{3})/;

/** Not negative, and of nothing finer than a cluster tells apart: `512m` of memory means `512M`. */
const isOf = (resource: 'cpu' | 'memory', { digits, exponent, format }: Quantity): boolean =>
  digits >= 0n &&
  (resource === 'cpu' ? format !== 'BinarySI' && exponent >= -3 : format === 'BinarySI' || exponent >= 0);

function readQuota(at: Cursor | undefined): PreviewQuota {
  const fields = QUOTA.open(at);
  const quantity = (resource: 'cpu' | 'memory', like: string): string | undefined => {
    const one = fields[resource].at;
    if (one === undefined) return undefined;
    const text = typeof one.value === 'number' ? String(one.value) : one.value;
    const found = typeof text === 'string' && QUANTITY.test(text) ? parseQuantity(text) : undefined;
    if (typeof text === 'string' && found && isOf(resource, found)) return text;
    return complain(one, 'WrongType', `must be a quantity such as ${like}`);
  };
  return {
    cpu: quantity('cpu', '2 or 500m') ?? DEFAULT_QUOTA.cpu,
    memory: quantity('memory', '2Gi') ?? DEFAULT_QUOTA.memory,
    pods: whole(fields.pods.at, fields.pods.read(), MOST.pods) ?? DEFAULT_QUOTA.pods,
  };
}
