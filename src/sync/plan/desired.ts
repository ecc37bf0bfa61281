import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { formatPlace } from '../../base/place.ts';
import type { CustomResourceDefinition } from '../../kube/kinds/objects.data.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, HORIZONTAL_POD_AUTOSCALERS } from '../../kube/kinds/resources.data.ts';
import type { FieldPath } from '../../kube/values/fieldpaths.ts';
import {
  formatRef,
  gvkOf,
  isOfKind,
  type KubeObject,
  type ObjectRef,
  type Resource,
} from '../../kube/values/types.ts';
import { ANNOTATIONS, LABELS } from '../../model/annotations.ts';
import type { HookPhase } from '../../model/types.ts';
import { hookOf } from '../../render/manifests/hooks.ts';
import type { Manifest } from '../../render/types.ts';
import { type Fence, targetNamespace, trespassOf } from './fence.ts';
import { phasesOf } from './hooks/phases.ts';
import { type Ignored, ignoredOf } from './ignored.ts';
import { compareRefs, type Staged, type StagePhase, stagesOf } from './order.ts';
import { refKey } from './refkey.ts';
import { trackingOf } from './tracking.ts';
import type { Bundle, Desired, HookPlace, Owner } from './types.ts';
import { unserved } from './unserved.ts';

export interface Placement {
  readonly owner: Owner;
  readonly delivery: string;
  readonly environment: string;
  readonly namespace: string;
  /** Kubeconfig context; absent: the built-in orchestrator. */
  readonly cluster?: string;
  /** Absent: of what was delivered once, and is only remembered. */
  readonly fence?: Fence;
}

export type ResourceLookup = (gvk: { apiVersion: string; kind: string }) => Promise<Resource | undefined>;

/**
 * The objects of a bundle as they should be in the cluster: in a namespace, tracked, labelled, in order.
 * A kind that neither the cluster nor a definition of the same bundle knows, what is outside of the fence, and a doubled object are problems.
 */
export async function desiredOf(
  bundle: Bundle,
  placement: Placement,
  lookup: ResourceLookup,
): Promise<Result<readonly Desired[]>> {
  const problems: Problem[] = [];
  const own = definedHere(bundle.manifests);
  const scaled = autoscaled(bundle.manifests);
  const leftToOthers = ignoresOf(bundle);
  const apps = new Map(bundle.apps.map((app) => [app.name, app]));
  const manifests = bundle.manifests.flatMap(inPhases);
  const stages = stagesOf(manifests, bundle.apps);
  const seen = new Map<string, InPhase>();
  const desired: Desired[] = [];
  for (const [i, manifest] of manifests.entries()) {
    const { object, app, origin, sealed, hook } = manifest;
    const gvk = { apiVersion: object.apiVersion, kind: object.kind };
    const resource = (await lookup(gvk)) ?? own.get(`${gvk.apiVersion}/${gvk.kind}`);
    const placed = place(manifest, resource, placement);
    if (!placed.ok) {
      problems.push(...placed.problems);
      continue;
    }
    const { ref, row } = placed.value;
    const double = seen.get(refKey(ref));
    if (double && !isOtherEvent(manifest, double)) {
      problems.push(doubled(ref, manifest, double));
      continue;
    }
    seen.set(refKey(ref), manifest);
    const isScaled = scaled.has(scaleKey(object));
    const prune = apps.get(app)?.prune;
    const ignore = leftToOthers(manifest);
    desired.push({
      ref,
      resource: row,
      object: decorate(isScaled ? withoutReplicas(object) : object, ref, app, placement),
      app,
      origin,
      ...(sealed ? { sealed } : {}),
      ...(hook ? { hook } : {}),
      ...(ignore ? { ignore } : {}),
      ...(prune && !hook ? { prune } : {}),
      stage: stages[i] ?? 0,
    });
  }
  const [first, ...rest] = problems;
  if (first) return failed(first, ...rest);
  return ok(desired.sort((a, b) => a.stage - b.stage || compareRefs(a.ref, b.ref)));
}

interface InPhase extends Manifest, Pick<Staged, 'phase' | 'wave'> {
  readonly hook?: HookPlace;
}

const STAGE_OF: Partial<Record<HookPhase, StagePhase>> = { PreSync: 'pre', Sync: 'sync', PostSync: 'post' };

/** A hook once for each phase that it can run in. */
function inPhases(manifest: Manifest): readonly InPhase[] {
  const marks = hookOf(manifest.object);
  if (marks === undefined) return [manifest];
  return phasesOf(marks).map((phase) => ({
    ...manifest,
    hook: { phase, marks },
    phase: STAGE_OF[phase] ?? 'sync',
    wave: marks.weight,
  }));
}

/** Hooks of different events may share a name, as the same hook in two phases does. */
const isOtherEvent = ({ hook: a }: InPhase, { hook: b }: InPhase): boolean =>
  a !== undefined && b !== undefined && (a.phase !== b.phase || disjoint(a.marks.events, b.marks.events));

const disjoint = (a: readonly string[], b: readonly string[]): boolean => a.every((one) => !b.includes(one));

function place(
  manifest: Manifest,
  row: Resource | undefined,
  { namespace, fence, cluster }: Placement,
): Result<{ ref: ObjectRef; row: Resource }> {
  const { object, origin } = manifest;
  const { apiVersion, kind, metadata } = object;
  const what = `${kind} ${metadata.name ?? '(no name)'}`;
  const problem = (reason: string, message: string, remedy: string) =>
    failed({ reason, message, place: origin, remedy });
  if (row === undefined) {
    return failed(unserved({ apiVersion, kind }, what, origin, cluster));
  }
  if (!metadata.name) {
    return problem(
      'NameMissing',
      `${kind} has no metadata.name${metadata.generateName ? ' (generateName cannot be delivered: every sync would make another one)' : ''}`,
      'Give it a name.',
    );
  }
  const target = targetNamespace(object, row, namespace);
  const trespass = fence && trespassOf(manifest, row, target, fence);
  if (trespass) return failed(trespass);
  const where = target === undefined ? {} : { namespace: target };
  return ok({ ref: { apiVersion, kind, ...where, name: metadata.name }, row });
}

/** Drops what the server writes (status, bookkeeping), which is not part of an intent, and adds the marks of Pilotage. */
function decorate(object: KubeObject, ref: ObjectRef, app: string, placement: Placement): KubeObject {
  const { status: _status, ...rest } = object;
  const { labels, annotations, finalizers, ownerReferences } = object.metadata;
  return {
    ...rest,
    metadata: {
      name: ref.name,
      ...(ref.namespace ? { namespace: ref.namespace } : {}),
      labels: {
        ...labels,
        [LABELS.delivery]: placement.delivery,
        [LABELS.environment]: placement.environment,
      },
      annotations: { ...annotations, [ANNOTATIONS.tracking]: trackingOf(placement.owner, app) },
      ...(finalizers ? { finalizers } : {}),
      ...(ownerReferences ? { ownerReferences } : {}),
    },
  };
}

/**
 * Kinds that CustomResourceDefinitions of the bundle will make known: a first sync may bring both. Another kind of that name would make
 * itself known, and say of any resource that it is inside of namespaces.
 */
function definedHere(manifests: readonly Manifest[]): ReadonlyMap<string, Resource> {
  const rows = new Map<string, Resource>();
  for (const { object } of manifests) {
    if (!isOfKind(object, CUSTOM_RESOURCE_DEFINITIONS)) continue;
    const { spec } = object as CustomResourceDefinition;
    if (!Array.isArray(spec?.versions) || !spec.names) continue;
    for (const { name: version } of spec.versions) {
      const { plural, kind } = spec.names;
      const row = { group: spec.group, version, plural, kind, namespaced: spec.scope === 'Namespaced' };
      rows.set(`${spec.group}/${version}/${kind}`, row);
    }
  }
  return rows;
}

/** What is left to others of each object: by the rules of its app, and its size where an autoscaler of the bundle decides that. Of hooks: nothing. */
export function ignoresOf({ manifests, apps }: Bundle): (manifest: Manifest) => Ignored | undefined {
  const scaled = autoscaled(manifests);
  const rules = new Map(apps.map(({ name, ignore = [] }) => [name, ignore]));
  return ({ object, app }) => {
    if (hookOf(object)) return undefined;
    const { kind, metadata } = object;
    const known = scaled.has(scaleKey(object)) ? [REPLICAS] : [];
    return ignoredOf({ kind, name: metadata.name ?? '' }, rules.get(app) ?? [], known);
  };
}

const REPLICAS: FieldPath = [{ member: 'spec' }, { member: 'replicas' }];

/** Workloads whose size an autoscaler of the bundle decides: `replicas` is not ours to apply (argo-cd docs, best practices). */
function autoscaled(manifests: readonly Manifest[]): ReadonlySet<string> {
  return new Set(
    manifests.flatMap(({ object }) => {
      if (!isOfKind(object, HORIZONTAL_POD_AUTOSCALERS)) return [];
      const spec = object.spec as { scaleTargetRef?: { kind?: string; name?: string } } | undefined;
      const { kind, name } = spec?.scaleTargetRef ?? {};
      return kind && name ? [`${kind}/${object.metadata.namespace ?? ''}/${name}`] : [];
    }),
  );
}

const scaleKey = ({ kind, metadata }: KubeObject): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

function withoutReplicas(object: KubeObject): KubeObject {
  if (gvkOf(object).group !== 'apps' || typeof object.spec !== 'object' || object.spec === null)
    return object;
  const { replicas: _replicas, ...spec } = object.spec as Record<string, unknown>;
  return { ...object, spec };
}

const doubled = (ref: ObjectRef, here: Manifest, there: Manifest): Problem => ({
  reason: 'DuplicateObject',
  message: `${formatRef(ref)} is written twice: here (app ${here.app}) and at ${formatPlace(there.origin)} (app ${there.app})`,
  place: here.origin,
  remedy: 'Keep one of them.',
});
