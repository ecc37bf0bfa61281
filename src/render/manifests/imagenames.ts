import { POD_SPECS } from '../../kube/kinds/podspec/places.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { JsonObject, KubeObject } from '../../kube/values/types.ts';
import type { Written } from './read.ts';

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

/**
 * A container may name an image of pilotage.yaml as its `image`, with any tag or none: plain manifests have no helper that would.
 * As kustomize's `images:` does, only the name is compared.
 */
export function nameImages(written: Written, images: Readonly<Record<string, string>>): Written {
  const { apiVersion, kind } = written.object;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const path = POD_SPECS[`${group}/${kind}`];
  if (path === undefined || Object.keys(images).length === 0) return written;
  return { ...written, object: at(written.object, path, (spec) => inSpec(spec, images)) as KubeObject };
}

function inSpec(spec: JsonObject, images: Readonly<Record<string, string>>): JsonObject {
  const changed = CONTAINERS.flatMap((list) => {
    const containers = spec[list];
    return Array.isArray(containers)
      ? [[list, containers.map((one) => (isObject(one) ? inContainer(one as JsonObject, images) : one))]]
      : [];
  });
  return { ...spec, ...Object.fromEntries(changed) };
}

function inContainer(container: JsonObject, images: Readonly<Record<string, string>>): JsonObject {
  const { image } = container;
  if (typeof image !== 'string') return container;
  const name = nameOf(image);
  return Object.hasOwn(images, name) ? { ...container, image: images[name] ?? image } : container;
}

/** Without tag and digest; the colon of a registry's port is not that of a tag. */
const nameOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/]*$/, '');

/** The object with the value at `path` replaced; the object itself where there is none. */
function at(object: unknown, path: readonly string[], change: (found: JsonObject) => JsonObject): unknown {
  if (!isObject(object)) return object;
  const [first, ...rest] = path;
  if (first === undefined) return change(object as JsonObject);
  const below = (object as JsonObject)[first];
  return isObject(below) ? { ...object, [first]: at(below, rest, change) } : object;
}
