import type { Problem } from '../../base/errors.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { Manifest } from '../types.ts';

/** When Helm runs a hook (helm.sh/helm `pkg/release/v1/hook.go`), but for its tests. */
const HELM_EVENTS = [
  'pre-install',
  'post-install',
  'pre-upgrade',
  'post-upgrade',
  'pre-rollback',
  'post-rollback',
  'pre-delete',
  'post-delete',
] as const;

/** When Argo CD runs one (argo-cd `gitops-engine/pkg/sync/common/types.go`). */
const ARGO_EVENTS = ['PreSync', 'Sync', 'PostSync', 'SyncFail', 'PreDelete', 'PostDelete'] as const;

export type HookEvent = (typeof HELM_EVENTS)[number] | (typeof ARGO_EVENTS)[number];

/** When a hook's object is deleted: before it is made again, or once it has ended so. */
export type HookDeletion = 'before' | 'succeeded' | 'failed';

/** What the annotations of a hook ask for. */
export interface HookMarks {
  readonly events: readonly HookEvent[];
  /** Whose rules hold: Helm runs one after the other and takes all but Jobs and Pods for done when they are applied. */
  readonly tool: 'helm' | 'argo';
  /** Lower ones first. */
  readonly weight: number;
  readonly deletes: readonly HookDeletion[];
}

const HELM = {
  event: 'helm.sh/hook',
  weight: 'helm.sh/hook-weight',
  deletes: 'helm.sh/hook-delete-policy',
} as const;
const ARGO = {
  event: 'argocd.argoproj.io/hook',
  weight: 'argocd.argoproj.io/sync-wave',
  deletes: 'argocd.argoproj.io/hook-delete-policy',
} as const;

const DELETIONS: Readonly<Record<string, HookDeletion>> = {
  'before-hook-creation': 'before',
  BeforeHookCreation: 'before',
  'hook-succeeded': 'succeeded',
  HookSucceeded: 'succeeded',
  'hook-failed': 'failed',
  HookFailed: 'failed',
};

/** Helm once made definitions by such a hook; they are objects like others, and the first to be applied. */
const CRD_INSTALL = 'crd-install';
const TESTS: readonly string[] = ['test', 'test-success', 'test-failure'];
const SKIP = 'Skip';

/** The marks of a hook that a delivery runs; undefined for any other object. Argo CD's annotation outranks Helm's (gitops-engine `hook.Types`). */
export function hookOf(object: KubeObject): HookMarks | undefined {
  const argo = ARGO_EVENTS.filter((event) => listed(object, ARGO.event).includes(event));
  const named = listed(object, HELM.event);
  if (argo.length === 0 && named.includes(CRD_INSTALL)) return undefined;
  const helm = HELM_EVENTS.filter((event) => named.includes(event));
  const tool = argo.length > 0 ? 'argo' : 'helm';
  const events = tool === 'argo' ? argo : helm;
  if (events.length === 0) return undefined;
  const policies = [ARGO.deletes, HELM.deletes].flatMap((key) => listed(object, key));
  const deletes = [...new Set(policies.flatMap((policy) => DELETIONS[policy] ?? []))];
  return {
    events,
    tool,
    weight: weightOf(object),
    // Both tools' default.
    deletes: deletes.length > 0 ? deletes : ['before'],
  };
}

function weightOf(object: KubeObject): number {
  const weights = [ARGO.weight, HELM.weight].map((key) => textOf(object, key));
  // What is no number counts as 0, as in Helm (`release/v1/util/manifest_sorter.go`).
  const weight = Number(weights.find((text) => text !== ''));
  return Number.isInteger(weight) ? weight : 0;
}

/** Takes out what no delivery applies: tests, what says Skip, and hooks of no known event, which are named. Pure. */
export function withoutIdleHooks(manifests: readonly Manifest[]): {
  readonly manifests: readonly Manifest[];
  /** Run when a gate asks for them. */
  readonly tests: readonly Manifest[];
  readonly warnings: readonly Problem[];
} {
  const kept: Manifest[] = [];
  const tests: Manifest[] = [];
  const warnings: Problem[] = [];
  for (const manifest of manifests) {
    const { object } = manifest;
    const named = [...listed(object, ARGO.event), ...listed(object, HELM.event)];
    if (named.length === 0 || hookOf(object) || named.includes(CRD_INSTALL)) kept.push(manifest);
    else if (named.some((event) => TESTS.includes(event))) tests.push(manifest);
    else if (!named.includes(SKIP)) warnings.push(unknownEvent(manifest, named));
  }
  return { manifests: kept, tests, warnings };
}

// A manifest may say `true`: only the cluster says that an annotation must be text.
const textOf = ({ metadata }: KubeObject, key: string): string =>
  String(metadata.annotations?.[key] ?? '').trim();

const listed = (object: KubeObject, key: string): readonly string[] =>
  textOf(object, key)
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

const unknownEvent = ({ object, origin }: Manifest, events: readonly string[]): Problem => ({
  reason: 'HookLeftOut',
  message: `${object.kind} ${object.metadata.name ?? '(no name)'} is a hook of ${events.join(', ')}, which is no event that is known: it is not applied`,
  place: origin,
  remedy: `Correct the annotation: Helm's are ${HELM_EVENTS.join(', ')}; Argo CD's ${ARGO_EVENTS.join(', ')}.`,
});
