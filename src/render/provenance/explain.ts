import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { suggest } from '../../charts/suggest.ts';
import * as resources from '../../kube/kinds/resources.data.ts';
import { memberPath } from '../../kube/rules/diff.ts';
import { deepEqual, isObject } from '../../kube/values/equal.ts';
import { gvkOf, type Json, type KubeObject } from '../../kube/values/types.ts';
import type { Change, ExplainedField, ExplainRequest, Explanation, Origin } from '../../model/explanation.ts';
import { memberAt, NO_ORIGIN, type Provenance } from './origin.ts';

/** An object as it is delivered, and as its source wrote it. */
export interface Explainable {
  readonly object: KubeObject;
  readonly app: string;
  readonly place: Place;
  /** Absent where it is not known. */
  readonly written?: KubeObject;
  /** `patches` of pilotage.yaml may have changed it. */
  readonly isPatched: boolean;
  readonly provenance?: Provenance;
  /** Leaves whose values nobody is to see, by the paths of a FieldDiff. */
  readonly sealed?: readonly string[];
}

export const MASK = '***';

/** Explains the fields that are asked for, of the one object that is meant; undefined where it is not among these. */
export function explain(all: readonly Explainable[], request: ExplainRequest): Explanation | undefined {
  const found = all.find(({ object }) => isMeant(object, request));
  if (!found) return undefined;
  const { object, app } = found;
  const leaves = leavesOf(object as unknown as Json);
  const wanted = leaves.filter(({ path }) => isBelow(path, request.field));
  const { apiVersion, kind, metadata } = object;
  return {
    object: {
      ...{ apiVersion, kind, name: metadata.name ?? '' },
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    },
    app,
    fields: wanted.map((leaf) => explainLeaf(leaf, found)),
    ...(wanted.length === 0 ? { known: knownPaths(leaves) } : {}),
  };
}

/** Of several apps: the explanation that one of them gave. @throws ProblemError where none has the object, or it has no such field */
export function explanationIn(
  all: readonly {
    readonly manifests: readonly { readonly object: KubeObject }[];
    readonly explanation?: Explanation;
  }[],
  request: ExplainRequest,
): Explanation {
  const found = all.find(({ explanation }) => explanation)?.explanation;
  if (!found)
    throw new ProblemError(
      noObject(
        all.flatMap(({ manifests }) => manifests),
        request,
      ),
    );
  if (found.fields.length === 0) throw new ProblemError(noField(found, request.field ?? ''));
  return found;
}

function isMeant(object: KubeObject, { kind: word, name }: ExplainRequest): boolean {
  if (object.metadata.name !== name) return false;
  const [kind = '', ...group] = word.toLowerCase().split('.');
  const gvk = gvkOf(object);
  if (group.length > 0 && group.join('.') !== gvk.group) return false;
  const row = Object.values(resources).find(
    (one) => isObject(one) && one.kind === gvk.kind && one.group === gvk.group,
  ) as { readonly plural: string; readonly shortNames: readonly string[] } | undefined;
  const own = gvk.kind.toLowerCase();
  return [own, `${own}s`, row?.plural, ...(row?.shortNames ?? [])].includes(kind);
}

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind.toLowerCase()}/${metadata.name}`;

function noObject(all: readonly { readonly object: KubeObject }[], { kind, name }: ExplainRequest): Problem {
  const names = all.map(({ object }) => nameOf(object));
  const near = suggest(`${kind.toLowerCase()}/${name}`, names.slice(0, MOST_COMPARED));
  return {
    reason: 'NotFound',
    message: `No ${kind}/${name} is rendered`,
    remedy: near ?? 'Name one of these as KIND/NAME.',
    details: names,
  };
}

/** Comparing names takes its time. */
const MOST_COMPARED = 500;

const noField = ({ object, known = [] }: Explanation, field: string): Problem => ({
  reason: 'NotFound',
  message: `${object.kind.toLowerCase()}/${object.name} has no field ${field}`,
  remedy:
    suggest(withoutDot(field), known.slice(0, MOST_COMPARED)) ?? 'Leave the field out to see all of them.',
});

/** Of leaves, and of all that is around them. */
const knownPaths = (leaves: readonly Leaf[]): string[] => [
  ...new Set(leaves.flatMap(({ path }) => path.split('.').map((_, i, all) => all.slice(0, i + 1).join('.')))),
];

interface Leaf {
  readonly path: string;
  readonly pointer: string;
  readonly keys: readonly (string | number)[];
  readonly value: Json;
}

/** Everything that has no members, in the order of the object. */
function leavesOf(object: Json): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (value: Json, leaf: Omit<Leaf, 'value'>): void => {
    const { path, pointer, keys } = leaf;
    if (Array.isArray(value) && value.length > 0)
      for (const [i, item] of value.entries())
        visit(item, { path: `${path}[${i}]`, pointer: `${pointer}/${i}`, keys: [...keys, i] });
    else if (isObject(value) && Object.keys(value).length > 0)
      for (const [key, member] of Object.entries(value) as [string, Json][])
        visit(member, {
          path: memberPath(path, key),
          pointer: `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          keys: [...keys, key],
        });
    else leaves.push({ ...leaf, value });
  };
  visit(object, { path: '', pointer: '', keys: [] });
  return leaves;
}

const withoutDot = (field: string): string => field.replace(/^\./, '');

function isBelow(path: string, field: string | undefined): boolean {
  const wanted = withoutDot(field ?? '').replaceAll(/\["([A-Za-z_][\w-]*)"\]/g, '.$1');
  if (wanted === '' || path === wanted) return true;
  return path.startsWith(`${wanted}.`) || path.startsWith(`${wanted}[`);
}

function explainLeaf(
  leaf: Leaf,
  { object, place, written, provenance, isPatched, sealed = [] }: Explainable,
): ExplainedField {
  const { path, keys, pointer, value } = leaf;
  const before = written && memberAt(written as unknown as Json, keys);
  const isChanged = !deepEqual(before, value);
  const found = provenance?.field(pointer);
  // Of a source that knows its objects alone, the place of the object stands for that of its fields.
  const origin = found ?? (isChanged ? NO_ORIGIN : { ...NO_ORIGIN, writers: [{ place }] });
  const changes = isChanged ? [...origin.changes, byPilotage(leaf, isPatched)] : origin.changes;
  const isSecret = object.kind === 'Secret';
  const isHidden = (isSecret && isOfSecret(keys)) || sealed.includes(path);
  return {
    path,
    value: isHidden ? MASK : value,
    // A line of a Secret may hold more than one field, and a name may be made of what it holds.
    ...(isHidden || isSecret ? withoutValues(origin) : origin),
    changes,
  };
}

const isOfSecret = ([first]: Leaf['keys']): boolean => first === 'data' || first === 'stringData';

/** Who sees what a secret is made of sees the secret. */
function withoutValues(origin: Origin): Origin {
  const hide = (values: Origin['values']): Origin['values'] => values.map((one) => ({ ...one, value: MASK }));
  return { ...origin, values: hide(origin.values) };
}

/** What Pilotage does to objects after they have been rendered (`render.ts`). */
function byPilotage({ path }: Leaf, isPatched: boolean): Change {
  if (path === 'metadata.namespace') return { by: 'Pilotage: the namespace of the environment' };
  if (path === 'apiVersion') return { by: 'Pilotage: the version that took the place of a removed one' };
  if (path.endsWith('.image') && !isPatched) return { by: 'Pilotage: images of pilotage.yaml' };
  if (path.startsWith('metadata.annotations')) return { by: 'Pilotage: helm.sh/resource-policy' };
  return { by: isPatched ? 'Pilotage: patches of pilotage.yaml' : 'Pilotage: another version of the object' };
}
