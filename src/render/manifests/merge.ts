import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import { formatPlace } from '../../base/place.ts';
import { strategicMergePatch } from '../../kube/patch/strategicmerge.ts';
import { ANYTHING, builtinSchema } from '../../kube/schema/schema.ts';
import { compare } from '../../kube/schema/typed/compare.ts';
import { deepEqual, isObject } from '../../kube/values/equal.ts';
import { formatPath, pathsOf, union } from '../../kube/values/fieldset.ts';
import { StatusError } from '../../kube/values/status.ts';
import { formatRef, gvkOf, type Json, type KubeObject, refOf } from '../../kube/values/types.ts';
import type { Written } from './read.ts';

/** An object as one template has it. */
export interface Piece {
  readonly written: Written;
  /** Whether a structured template has it: its fields are known to be meant, so it may hold a part of an object. */
  readonly isStructured: boolean;
  /** Folder of its chart. */
  readonly chart: string;
}

/**
 * Objects of one kind and name as one, where a structured template has a part in them; lists merge by the keys of Kubernetes' schema, as in a
 * strategic merge patch. A chart has the last word on what the charts below it say, null included. Templates beside each other may add to
 * what the others say, and not contradict it. `pieces` are in the order of charts, the one above first; so are the objects.
 */
export function mergePieces(pieces: readonly Piece[], namespace: string): Result<Written[]> {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = keyOf(piece.written.object, namespace);
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  try {
    return ok([...groups.values()].flatMap(mergeGroup));
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

function keyOf(object: KubeObject, namespace: string): string {
  const { group, kind } = gvkOf(object);
  return JSON.stringify([group, kind, object.metadata.namespace ?? namespace, object.metadata.name]);
}

function mergeGroup(group: readonly Piece[]): Written[] {
  if (group.length === 1 || !group.some(({ isStructured }) => isStructured))
    return group.map(({ written }) => written);
  // What is below comes first: what is above is laid over it.
  const depth = ({ chart }: Piece): number => chart.split('/').length;
  const [base, ...over] = group.toSorted((a, b) => depth(b) - depth(a));
  const merged = over.reduce<Piece | undefined>((before, piece) => before && merge(before, piece), base);
  return merged ? [merged.written] : [];
}

/** Undefined: the object is deleted. @throws ProblemError */
function merge(before: Piece, piece: Piece): Piece | undefined {
  const { object, origin } = before.written;
  const patch = piece.written.object as unknown as { readonly [key: string]: Json };
  if (deepEqual(object, patch)) return before;
  const isAbove = before.chart !== piece.chart && isBelow(before.chart, piece.chart);
  if (patch.$patch === 'delete' && isAbove) return undefined;
  const merged = patched(object, patch, piece.written);
  if (!isAbove) refuseContradiction(before.written, merged, piece.written);
  // The object is where it was first; what this template says of it is here.
  const whose = (pointer: string): Written => (exists(patch, pointer) ? piece.written : before.written);
  const placeOf = (pointer: string) => whose(pointer).placeOf?.(pointer);
  const field = (pointer: string) => whose(pointer).provenance?.field(pointer);
  const provenance = before.written.provenance ? { provenance: { field } } : {};
  return { ...piece, written: { object: merged, origin, placeOf, ...provenance } };
}

/** Items of lists have other positions once they are merged: those of the object stand for them. */
function exists(value: unknown, pointer: string): boolean {
  let at = value;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isObject(at) || !Object.hasOwn(at, key)) return false;
    at = at[key];
  }
  return true;
}

const isBelow = (chart: string, above: string): boolean => above === '' || chart.startsWith(`${above}/`);

const schemaOf = (object: KubeObject) => builtinSchema(gvkOf(object)) ?? ANYTHING;

function patched(object: KubeObject, patch: Json, { origin }: Written): KubeObject {
  try {
    return strategicMergePatch(schemaOf(object), object, patch);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const message = `${formatRef(refOf(object))} cannot be merged with what a template below has of it: ${error.message}`;
    throw new ProblemError({ reason: 'MergeConflict', message, place: origin });
  }
}

function refuseContradiction({ object, origin }: Written, merged: KubeObject, over: Written): void {
  const { modified, removed } = compare(schemaOf(object), object, merged);
  const [path] = pathsOf(union(modified, removed));
  if (!path) return;
  const problem: Problem = {
    reason: 'MergeConflict',
    message: `${formatRef(refOf(object))} has two values of ${formatPath(path).slice(1)}: here, and another at ${formatPlace(origin)}`,
    place: over.origin,
    remedy: 'Leave it out of one of the two. Only a chart above may change what a template says.',
  };
  throw new ProblemError(problem);
}
