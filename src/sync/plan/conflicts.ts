import { parseBoundedJson } from '../../kube/values/bounds.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { StatusError } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { FIELD_MANAGER } from '../../model/types.ts';
import type { Conflict } from './types.ts';

/** The fields of a refused apply and who holds them (apimachinery managedfields/internal/conflict.go); [] for another kind of conflict. */
export function conflictsOf(error: StatusError): readonly Conflict[] {
  return (error.status.details?.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map(({ message = '', field = '' }) => ({
      manager: /conflict with "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? 'another field manager',
      field,
    }));
}

/** `.spec.replicas and .spec.paused are held by kubectl`. */
export function describeConflicts(conflicts: readonly Conflict[]): string {
  const byManager = new Map<string, string[]>();
  for (const { manager, field } of conflicts)
    byManager.set(manager, [...(byManager.get(manager) ?? []), field]);
  return [...byManager]
    .map(([manager, fields]) => `${listed(fields)} ${fields.length === 1 ? 'is' : 'are'} held by ${manager}`)
    .join('; ');
}

/** Who, beside us, wrote an object last; a status is its controller's business. */
export const lastManager = ({ metadata }: KubeObject): string | undefined =>
  [...(metadata.managedFields ?? [])]
    .filter(({ manager, subresource }) => manager !== FIELD_MANAGER && subresource === undefined)
    .sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))[0]?.manager;

/** Whether an intent says anything about a field, in the notation of `Conflict.field`. */
export function hasField(intent: unknown, field: string): boolean {
  const steps = [...field.matchAll(/\.([^.[\]]+)|\[((?:"(?:[^"\\]|\\.)*"|[^\]])*)\]/g)];
  return resolves(
    intent,
    steps.map(([, name, selector = '']) => (name === undefined ? { selector } : { name })),
  );
}

type PathStep = { readonly name: string } | { readonly selector: string };

/** Names with dots in them (`pilotage.dev/tracking`) are printed unquoted, so a name may be spread over several steps. */
function resolves(at: unknown, steps: readonly PathStep[]): boolean {
  const [first, ...rest] = steps;
  if (first === undefined) return at !== undefined;
  if ('selector' in first) return resolves(item(at, first.selector), rest);
  if (!isObject(at)) return false;
  let name = first.name;
  for (let used = 0; ; used++) {
    if (at[name] !== undefined && resolves(at[name], rest.slice(used))) return true;
    const next = rest[used];
    if (next === undefined || !('name' in next)) return false;
    name += `.${next.name}`;
  }
}

/** `[name="web"]`, `[containerPort=80,protocol="TCP"]`, `[="finalizer"]`, `[0]`. A key that is not written has its default: it matches. */
function item(list: unknown, selector: string): unknown {
  if (!Array.isArray(list)) return undefined;
  if (/^\d+$/.test(selector)) return list[Number(selector)];
  const pairs = [...selector.matchAll(/([^=,]*)=("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    ([, key = '', value = '']) => [key, parse(value)] as const,
  );
  return list.find((entry) =>
    pairs.every(([key, value]) =>
      key === '' ? entry === value : isObject(entry) && (entry[key] === undefined || entry[key] === value),
    ),
  );
}

function parse(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    return text;
  }
}

const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
