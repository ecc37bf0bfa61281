import type { Place } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import { type Gvk, isSelected, sameGvk } from '../resource/id.ts';
import { byBytes } from '../yaml/json.ts';
import { DEFAULT_CONFIG } from './defaults.data.ts';
import {
  type Config,
  FIELD_LISTS,
  type FieldSpec,
  type NameReference,
  type RawConfig,
  type RawFieldSpec,
} from './types.ts';

export const EMPTY_CONFIG: Config = configOf({});

let defaults: Config | undefined;
export const defaultConfig = (): Config => {
  defaults ??= configOf(DEFAULT_CONFIG);
  return defaults;
};

export function fieldSpecOf(raw: RawFieldSpec): FieldSpec {
  const { group = '', version = '', kind = '', path = '', create = false } = raw;
  return { group, version, kind, path, create };
}

export function configOf(raw: RawConfig): Config {
  const lists = FIELD_LISTS.map((name) => [name, sorted((raw[name] ?? []).map(fieldSpecOf))]);
  const nameReference = (raw.nameReference ?? []).map(
    ({ group = '', version = '', kind = '', fieldSpecs = [] }) => ({
      group,
      version,
      kind,
      fieldSpecs: fieldSpecs.map(fieldSpecOf),
    }),
  );
  return { ...Object.fromEntries(lists), nameReference: sorted(nameReference) };
}

/** Both, what is there once only. @throws ProblemError where they contradict each other */
export function mergeConfigs(a: Config, b: Config, place: Place): Config {
  if (a === b || b === EMPTY_CONFIG) return a;
  if (a === EMPTY_CONFIG) return b;
  const lists = FIELD_LISTS.map((name) => [name, sorted(mergeFields(a[name], b[name], place))]);
  const nameReference = b.nameReference.reduce(
    (all, one) => mergeReference(all, one, place),
    a.nameReference,
  );
  return { ...Object.fromEntries(lists), nameReference: sorted(nameReference) };
}

export function mergeFields(
  fields: readonly FieldSpec[],
  more: readonly FieldSpec[],
  place: Place,
): readonly FieldSpec[] {
  const merged = [...fields];
  for (const field of more) {
    const there = merged.find((one) => one.path === field.path && isSelected(one, field));
    if (!there) merged.push(field);
    else if (there.create !== field.create) {
      throw refuse(
        `The field ${field.path} is configured twice, once with create: true and once without`,
        place,
        'Give both the same create.',
      );
    }
  }
  return merged;
}

function mergeReference(
  references: readonly NameReference[],
  more: NameReference,
  place: Place,
): readonly NameReference[] {
  if (!references.some((one) => sameGvk(one, more))) return [...references, more];
  return references.map((one) =>
    sameGvk(one, more) ? { ...one, fieldSpecs: mergeFields(one.fieldSpecs, more.fieldSpecs, place) } : one,
  );
}

/** Kinds in an order in which they can be applied (kyaml `resid/gvk.go`). */
export const ORDER_FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
export const ORDER_LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Kind → negative: one of the first; positive: one of the last. */
export function kindOrder(first: readonly string[], last: readonly string[]): ReadonlyMap<string, number> {
  return new Map([
    ...first.map((kind, i) => [kind, i - first.length] as const),
    ...last.map((kind, i) => [kind, i + 1] as const),
  ]);
}

const KIND_ORDER = kindOrder(ORDER_FIRST, ORDER_LAST);

export const sortText = ({ group, version, kind }: Gvk): string =>
  [group || '~G', version || '~V', kind || '~K'].join('_');

function sorted<T extends Gvk>(list: readonly T[]): T[] {
  const keyed = list.map((item) => ({ item, order: KIND_ORDER.get(item.kind) ?? 0, text: sortText(item) }));
  return keyed.sort((a, b) => a.order - b.order || byBytes(a.text, b.text)).map(({ item }) => item);
}
