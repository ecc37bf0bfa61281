import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { type JsonPatchOperation, jsonPatch } from '../../../kube/patch/jsonpatch.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { StatusError } from '../../../kube/values/status.ts';
import type { Json } from '../../../kube/values/types.ts';
import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import { type PatchArgs, selectorOf } from '../kustomization/fields.ts';
import { merge } from '../merge/merge.ts';
import { apiVersionOf, describeId } from '../resource/id.ts';
import { readResources } from '../resource/read.ts';
import { isGone, type Resource } from '../resource/resource.ts';
import type { Resources } from '../resource/resources.ts';
import { type Selector, select } from '../resource/selector.ts';
import { fromJson, toJson, YAML_1_1 } from '../yaml/json.ts';
import { fieldOrNew, type Node } from '../yaml/node.ts';
import { readNodes } from '../yaml/read.ts';

/** A change of some resources, ready to be carried out. */
export type Step = (resources: Resources) => void;

/** One entry of `patches`: a strategic merge patch, or a JSON patch. @throws ProblemError */
export function patchStep(args: PatchArgs, files: Files): Step {
  const { place, target, options } = args;
  const { text, file, isInline } = patchText(args, files);
  const selector = target && selectorOf(target);
  const operations = operationsOf(text, file, isInline ? place : undefined);
  if (operations) return jsonStep(operations, selector, place, true);
  const patches = readResources(text, file, isInline ? place : undefined);
  for (const patch of patches) {
    patch.memory.allowNameChange = options?.allowNameChange ?? false;
    patch.memory.allowKindChange = options?.allowKindChange ?? false;
  }
  if (!selector) return mergeStep(patches, place);
  const [only, second] = patches;
  if (second) {
    throw refuse(
      'A patch with a target must be a single document',
      place,
      'Make an entry of each document, or leave the target out: then each is for the resource that it names.',
    );
  }
  return (resources) => {
    if (only) patchSelected(resources, select(resources.list, selector), only, place);
  };
}

function patchText(
  args: PatchArgs,
  files: Files,
): { readonly text: string; readonly file: string; readonly isInline: boolean } {
  const { place } = args;
  const patch = args.patch?.trim() ?? '';
  const path = args.path ?? '';
  if (patch === '' && path === '') throw refuse('A patch needs either patch or path', place);
  if (patch !== '' && path !== '') throw refuse('A patch has either patch or path, not both', place);
  if (patch !== '') return { text: patch, file: place.file, isInline: true };
  const { text, file } = files.load(path, place);
  return { text, file, isInline: false };
}

/** A JSON patch; undefined for what is none. */
function operationsOf(
  text: string,
  file: string,
  inline: Place | undefined,
): JsonPatchOperation[] | undefined {
  try {
    const [node] = readNodes(text, file);
    if (node?.kind !== 'list') return undefined;
    return toJson(asYaml11(node), { file }) as unknown as JsonPatchOperation[];
  } catch (error) {
    throw inline ? inlined(error, inline) : error;
  }
}

/** `yes` and `on` are booleans in a JSON patch, other than in resources. */
function asYaml11(node: Node): Node {
  for (const member of [...node.fields.values(), ...node.items]) asYaml11(member);
  const value = node.kind === 'scalar' && !node.quoted ? YAML_1_1.get(node.text) : undefined;
  if (value === undefined) return node;
  node.text = String(value);
  node.tag = '!!bool';
  return node;
}

/** An inline patch has lines of its own: errors show the entry that holds it. */
export function inlined(error: unknown, place: Place): unknown {
  return error instanceof ProblemError ? new ProblemError({ ...error.problem, place }) : error;
}

/** For each patch the resource that it names. */
export function mergeStep(patches: readonly Resource[], place: Place): Step {
  return (resources) => {
    for (const patch of patches) patchOne(resources.only(patch.originalId, place), patch, place);
  };
}

function patchSelected(
  resources: Resources,
  selected: readonly Resource[],
  patch: Resource,
  place: Place,
): void {
  for (const resource of selected) {
    const copy = patch.copy();
    copy.setApiVersion(apiVersionOf(resource.gvk));
    patchOne(resource, copy, place);
  }
  resources.replaceAll(resources.list.filter((resource) => !isGone(resource)));
}

/** Kind, name and namespace stay, unless the patch may change them (`Resource.ApplySmPatch`). */
function patchOne(resource: Resource, patch: Resource, place: Place): void {
  const { name, namespace, kind } = resource;
  const { allowNameChange, allowKindChange } = patch.memory;
  if (allowNameChange || allowKindChange) resource.remember();
  const merged = merge(resource.node, patch.node.copy(), undefined, place);
  if (!merged) {
    resource.isDeleted = true;
    return;
  }
  if (!allowKindChange) resource.setKind(kind);
  if (!allowNameChange) resource.setName(name);
  resource.setNamespace(namespace);
}

const isRemembered = ({ memory }: Resource): boolean =>
  memory.previous.length > 0 || memory.behavior !== 'unspecified' || memory.needsHash;

/** One entry of `patchesJson6902`. @throws ProblemError */
export function json6902Step(args: PatchArgs, files: Files): Step {
  const { place, target } = args;
  if (!target?.name) throw refuse('A JSON patch needs a target with a name', place);
  const { text, file, isInline } = patchText(args, files);
  const operations = operationsOf(text, file, isInline ? place : undefined);
  if (!operations || operations.length === 0)
    throw refuse('This is not a list of JSON patch operations', isInline ? place : { file });
  return jsonStep(operations, selectorOf(target), place, false);
}

function jsonStep(
  operations: readonly JsonPatchOperation[],
  selector: Selector | undefined,
  place: Place,
  remembers: boolean,
): Step {
  if (!selector) {
    throw refuse(
      'A JSON patch needs a target',
      place,
      'Add target: {kind: …, name: …}: a JSON patch does not say what it is for.',
    );
  }
  return (resources) => {
    for (const resource of select(resources.list, selector)) {
      if (remembers) resource.remember();
      patchJson(resource, operations, place);
    }
  };
}

/** To kustomize, `replace` makes a member that is not there (gopkg.in/evanphx/json-patch.v4). */
function applyOne(value: Json, operation: JsonPatchOperation): Json {
  try {
    return jsonPatch(value, [operation]);
  } catch (error) {
    if (operation.op !== 'replace' || !isObject(memberParent(value, operation.path))) throw error;
    return jsonPatch(value, [{ ...operation, op: 'add' }]);
  }
}

function memberParent(value: Json, path: string): Json | undefined {
  const tokens = path.split('/').slice(1, -1);
  return tokens.reduce<Json | undefined>((node, token) => {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(node)) return node[Number(key)];
    return isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }, value);
}

function patchJson(resource: Resource, operations: readonly JsonPatchOperation[], place: Place): void {
  // What kustomize remembers of a resource are annotations to it: they are there to be added to.
  if (isRemembered(resource)) fieldOrNew(fieldOrNew(resource.node, 'metadata', 'map'), 'annotations', 'map');
  try {
    const patched = operations.reduce<Json>(applyOne, toJson(resource.node, resource.origin));
    resource.node = fromJson(patched);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw refuse(`The JSON patch does not fit ${describeId(resource.id)}: ${error.message}`, place);
  }
  // Values of annotations are texts from here on, as kustomize writes its own beside them.
  resource.setAnnotations(resource.annotations);
}
