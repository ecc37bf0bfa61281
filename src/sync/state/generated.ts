import { createHash } from 'node:crypto';
import { type Problem, ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Secret } from '../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { LABELS } from '../../model/annotations.ts';
import { environmentObjectName } from '../../model/names.ts';
import { type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { GeneratedValues, LookupAnswers } from '../../render/recorded.ts';

/** What is kept of the renders of one app in one environment, so that the next one gives the same objects. */
export interface Kept {
  readonly values: GeneratedValues;
  /** By the keys of `values`: the objects that hold the value, `Secret/db` each. One that the last render did not use has no entry. */
  readonly holders: Readonly<Record<string, readonly string[]>>;
  readonly lookups?: KeptLookups;
  /** Of values that the last render did not use, the objects that held them before: a template may read its own Secret instead. */
  readonly lastHolders?: Readonly<Record<string, readonly string[]>>;
  /** Objects that held what a person had forgotten: the next render finds them absent, or it would read the value back. */
  readonly renewing?: readonly string[];
}

/** Answers of the cluster, for the render that they were given to: another one asks again. */
export interface KeptLookups {
  readonly render: string;
  readonly answers: LookupAnswers;
}

/** What is kept, and the object that it stands in: a write is one of exactly this. */
export interface KeptNow extends Kept {
  readonly secret?: Secret;
}

export const NOTHING_KEPT: Kept = { values: {}, holders: {} };

type Of = Pick<Environment['spec'], 'delivery' | 'environment'>;

/**
 * One Secret per environment and app, in the namespace of the pilotage.dev objects, where no environment reads or writes. The built-in
 * cluster seals Secrets on disk and in backups; another home keeps them as it keeps those that are delivered.
 */
const TYPE = 'pilotage.dev/generated';
const KEY = 'generated.json';
const WRITER = { fieldManager: 'pilotage-sync' };

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A folder that is an app by convention may have a name that no object may have. */
const nameOf = (of: Of, app: string): string =>
  `generated.${environmentObjectName(of.delivery, of.environment)}.${LABEL.test(app) ? app : digestOf(app)}`;

const digestOf = (app: string): string => createHash('sha256').update(app).digest('hex').slice(0, 40);

/** `before`: what the app was called when it was delivered last; it brings along what was made for it. */
export async function readKept(home: KubeClient, of: Of, app: string, before?: string): Promise<KeptNow> {
  const key = { namespace: PILOTAGE_NAMESPACE, name: nameOf(of, app) };
  const secret = (await home.get(SECRETS, key).catch(notFoundAsUndefined)) as Secret | undefined;
  if (secret) return contentOf(secret)[1];
  if (before === undefined) return NOTHING_KEPT;
  const { secret: _another, ...kept } = await readKept(home, of, before);
  return kept;
}

/** All apps of an environment that something is kept of, by their names. */
export async function listKept(home: KubeClient, of: Of): Promise<ReadonlyMap<string, KeptNow>> {
  const labelSelector = `${LABELS.delivery}=${of.delivery},${LABELS.environment}=${of.environment}`;
  const { items } = await home.list(SECRETS, { namespace: PILOTAGE_NAMESPACE, labelSelector });
  const secrets = (items as readonly Secret[]).filter(({ type }) => type === TYPE);
  return new Map(secrets.map(contentOf));
}

/** @throws ProblemError GeneratedUnreadable: what cannot be read must not be made anew, for it is in use. */
function contentOf(secret: Secret): [app: string, KeptNow] {
  const text = Buffer.from(secret.data?.[KEY] ?? '', 'base64').toString('utf8');
  try {
    const { app, ...kept } = JSON.parse(text) as Kept & { readonly app: string };
    return [app, { ...kept, secret }];
  } catch (cause) {
    throw new ProblemError(unreadable(secret.metadata.name ?? ''), { cause });
  }
}

const unreadable = (name: string): Problem => ({
  reason: 'GeneratedUnreadable',
  message: `the Secret ${name} of the namespace ${PILOTAGE_NAMESPACE}, which holds the values that were made once, cannot be read`,
  remedy: 'Restore it from a backup; or delete it, and all of them are made anew.',
});

/** Rejects with StatusError where somebody else has written since `before` was read. */
export async function writeKept(
  home: KubeClient,
  of: Of,
  app: string,
  before: KeptNow,
  { values, holders, lookups, lastHolders, renewing }: Kept,
): Promise<void> {
  const more = {
    ...(lookups ? { lookups } : {}),
    ...(lastHolders ? { lastHolders } : {}),
    ...(renewing ? { renewing } : {}),
  };
  const text = fitting({ app, values, holders, ...more });
  if (text === undefined) throw new ProblemError(tooMuch(app));
  const data = { [KEY]: Buffer.from(text).toString('base64') };
  if (before.secret) {
    await home.update(SECRETS, { ...before.secret, data }, WRITER);
    return;
  }
  const labels = { [LABELS.delivery]: of.delivery, [LABELS.environment]: of.environment };
  const metadata = { name: nameOf(of, app), namespace: PILOTAGE_NAMESPACE, labels };
  await home.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, type: TYPE, data }, WRITER);
}

/** A Secret holds one MiB. */
const MOST_BYTES = 1_000_000;

/** As JSON, without the oldest of the values that the last render did not use where it would be too much; undefined where that does not help. */
function fitting(content: Kept & { readonly app: string }): string | undefined {
  const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
  const values = new Map(Object.entries(content.values));
  let bytes = sizeOf(content);
  const unused = [...values]
    .filter(([site]) => !Object.hasOwn(content.holders, site))
    .sort(([, a], [, b]) => (a.since < b.since ? -1 : 1));
  for (const [site, value] of unused) {
    if (bytes <= MOST_BYTES) break;
    bytes -= sizeOf([site, value]);
    values.delete(site);
  }
  return bytes > MOST_BYTES ? undefined : JSON.stringify({ ...content, values: Object.fromEntries(values) });
}

const tooMuch = (app: string): Problem => ({
  reason: 'GeneratedTooLarge',
  message: `app ${app}: its templates make and look up more than one MiB, which cannot be kept`,
  remedy: 'Look up single objects instead of lists, or make fewer values.',
});

/** Of the environment as a whole, or of those apps alone that `goes` is true for. */
export async function forgetKept(
  home: KubeClient,
  of: Of,
  goes: (app: string) => boolean = () => true,
): Promise<void> {
  for (const app of (await listKept(home, of)).keys()) {
    if (!goes(app)) continue;
    await home
      .delete(SECRETS, { namespace: PILOTAGE_NAMESPACE, name: nameOf(of, app) })
      .catch(notFoundAsUndefined);
  }
}
