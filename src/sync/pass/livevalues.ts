import type { Problem } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { JsonObject, KubeObject } from '../../kube/values/types.ts';
import type { GeneratedValues } from '../../render/recorded.ts';
import type { Rendered } from '../../render/types.ts';

/**
 * Templates that make a Secret only where there is none (`if not (lookup …)`) say that one which is there stays as it is. A render makes it
 * nevertheless, or the plan would prune it, and its values are those that were kept. Where none are (the record is lost, or the call has
 * other arguments by now), what is live stays, and what was made in its place is dropped.
 *
 * @param live objects that are there and were counted as absent
 * @param kept the values that the render was given
 */
export function withLiveValues(
  app: string,
  rendered: Rendered,
  live: readonly JsonObject[],
  kept: GeneratedValues,
): Rendered {
  const { generated = {}, holders = {} } = rendered;
  const fresh = Object.keys(generated).filter((site) => !Object.hasOwn(kept, site));
  const affected = new Set(fresh.flatMap((site) => holders[site] ?? []));
  const staying = new Set<string>();
  const manifests = rendered.manifests.map((manifest) => {
    const found = affected.has(nameOf(manifest.object)) && live.find((one) => isSame(one, manifest.object));
    const object = found ? withDataOf(found, manifest.object) : undefined;
    if (!object) return manifest;
    staying.add(nameOf(object));
    return { ...manifest, object };
  });
  if (staying.size === 0) return rendered;
  const isUnused = (site: string): boolean => (holders[site] ?? []).every((name) => staying.has(name));
  const unused = new Set(fresh.filter(isUnused));
  const used = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([site]) => !unused.has(site)));
  const warnings = [...rendered.warnings, ...[...staying].map((name) => liveStays(app, name))];
  return { ...rendered, manifests, warnings, generated: used(generated), holders: used(holders) };
}

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name ?? ''}`;

function isSame({ kind, metadata }: JsonObject, object: KubeObject): boolean {
  if (kind !== object.kind || !isObject(metadata)) return false;
  const { name, namespace = metadata.namespace } = object.metadata;
  return metadata.name === name && metadata.namespace === namespace;
}

/** The object as it was rendered, but that each key of its data which is live is what it is live. Undefined for kinds without data. */
function withDataOf(live: JsonObject, object: KubeObject): KubeObject | undefined {
  if (object.kind !== 'Secret' && object.kind !== 'ConfigMap') return undefined;
  const { data: rendered, stringData, ...others } = object;
  const of = (value: unknown): JsonObject => (isObject(value) ? value : {});
  const there = of(live.data);
  const isThere = (key: string): boolean => Object.hasOwn(there, key);
  const keys = [...Object.keys(of(rendered)), ...Object.keys(of(stringData))].filter(isThere);
  const texts = Object.entries(of(stringData)).filter(([key]) => !isThere(key));
  return {
    ...others,
    data: { ...of(rendered), ...Object.fromEntries(keys.map((key) => [key, there[key] ?? null])) },
    ...(texts.length > 0 ? { stringData: Object.fromEntries(texts) } : {}),
  };
}

const liveStays = (app: string, name: string): Problem => ({
  reason: 'GeneratedElsewhere',
  message: `app ${app}: ${name} holds values that are not on record, and its templates make it only where there is none: it stays as it is live`,
  remedy:
    'To have its values made anew, delete it in the cluster: the next sync makes it, and keeps what it made.',
});
