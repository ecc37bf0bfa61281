import { failed, ok, type Problem, ProblemError, type Result } from '../base/errors.ts';
import type { FileTree } from '../base/filetree.ts';
import { deepEqual } from '../kube/values/equal.ts';
import type { KubeObject } from '../kube/values/types.ts';
import type { PatchEntry } from '../model/deliveryfile.ts';
import { Files } from './kustomize/files.ts';
import { selectorOf } from './kustomize/kustomization/fields.ts';
import { isGone, Resource } from './kustomize/resource/resource.ts';
import { Resources } from './kustomize/resource/resources.ts';
import { select } from './kustomize/resource/selector.ts';
import { patchStep } from './kustomize/transformers/patches.ts';
import { fromJson, toJson } from './kustomize/yaml/json.ts';
import type { Written } from './manifests/read.ts';

export interface Patched {
  readonly manifests: readonly Written[];
  /** Patches whose target selects nothing. */
  readonly warnings: readonly Problem[];
}

/**
 * `patches` of an app: the objects that any source has rendered, changed as `patches` of a kustomization change resources, so that a chart
 * of others needs no copy for what its values cannot say. In the order of the patches; paths are those of the repository.
 */
export function patched(
  manifests: readonly Written[],
  patches: readonly PatchEntry[],
  tree: FileTree,
): Result<Patched> {
  if (patches.length === 0) return ok({ manifests, warnings: [] });
  try {
    return ok(patchAll(manifests, patches, tree));
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/** @throws ProblemError */
function patchAll(manifests: readonly Written[], patches: readonly PatchEntry[], tree: FileTree): Patched {
  const written = new Map<Resource, Written>();
  for (const one of manifests) written.set(new Resource(fromJson(one.object), one.origin), one);
  const resources = new Resources();
  resources.appendAll(written.keys());
  const files = new Files(tree, '');
  const warnings = patches.flatMap((entry) => {
    const args = argsOf(entry);
    const unused = args.target && select(resources.list, selectorOf(args.target)).length === 0;
    patchStep(args, files)(resources);
    return unused ? [unusedPatch(entry)] : [];
  });
  const kept = resources.list.filter((resource) => !isGone(resource));
  return { manifests: kept.map((resource) => outcomeOf(resource, written.get(resource))), warnings };
}

/** What no patch has changed is what it was, with the numbers and the order of members that it had. */
function outcomeOf(resource: Resource, before: Written | undefined): Written {
  const object = toJson(resource.node, resource.origin) as unknown as KubeObject;
  if (before && deepEqual(object, before.object)) return before;
  return { ...before, object, origin: resource.origin };
}

type Args = Parameters<typeof patchStep>[0];

const argsOf = (entry: PatchEntry): Args => {
  const { target, place } = entry;
  const text = 'path' in entry ? { path: entry.path } : { patch: entry.patch };
  return { ...text, place, ...(target ? { target: { ...target, place } } : {}) } as Args;
};

const unusedPatch = ({ place }: PatchEntry): Problem => ({
  reason: 'PatchUnused',
  message: 'the target of this patch selects no object',
  place,
  remedy: 'Correct the target, or take the patch out.',
});
