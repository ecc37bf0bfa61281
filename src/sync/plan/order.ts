import { builtinKind } from '../../kube/kinds/builtin.ts';
import { APPLIED_WITH_OTHERS } from '../../kube/kinds/row.ts';
import { gvkOf, type KubeObject, type ObjectRef } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import type { BundledApp } from './types.ts';

/** Where a kind stands among those of its stage; a custom resource stands with the others, whatever its kind is called. */
export const applyOrderOf = (ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): number =>
  builtinKind(gvkOf(ref))?.applyOrder ?? APPLIED_WITH_OTHERS;

/** Kind, then namespace, then name: the same plan in the same order every time. */
export function compareRefs(a: ObjectRef, b: ObjectRef): number {
  return (
    applyOrderOf(a) - applyOrderOf(b) ||
    compareText(a.kind, b.kind) ||
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.name, b.name)
  );
}

/** How many dependencies stand before an app, along the longest way. A circle was refused by the file's reader. */
export function appDepths(apps: readonly BundledApp[]): ReadonlyMap<string, number> {
  const needs = new Map(apps.map((app) => [app.name, app.dependsOn]));
  const depth = (name: string, path: readonly string[]): number => {
    const before = (needs.get(name) ?? []).filter((other) => needs.has(other) && !path.includes(other));
    return before.length === 0 ? 0 : 1 + Math.max(...before.map((other) => depth(other, [...path, name])));
  };
  return new Map(apps.map(({ name }) => [name, depth(name, [])]));
}

/** The wave that an object asks for; Argo CD's annotation is understood, so that charts written for it keep their order. */
export function waveOf(object: KubeObject | undefined): number {
  const { annotations = {} } = object?.metadata ?? {};
  const text = annotations[ANNOTATIONS.wave] ?? annotations['argocd.argoproj.io/sync-wave'];
  const wave = Number(text);
  return text !== undefined && Number.isInteger(wave) ? wave : 0;
}

/** When an object is applied among those of its app: hooks have phases before and after everything else. */
export const STAGE_PHASES = ['pre', 'sync', 'post'] as const;
export type StagePhase = (typeof STAGE_PHASES)[number];

export interface Staged {
  readonly object: KubeObject;
  readonly app: string;
  /** Default `sync`. */
  readonly phase?: StagePhase;
  /** Default: by its annotations. */
  readonly wave?: number;
}

/**
 * The stage of each object, numbered from 0. A stage is a distinct (depth of the app, phase, wave), in this order: an app waits for the apps
 * that it depends on, their `post` included; within an app a phase waits for the one before, and within a phase a wave for the lower ones.
 */
export function stagesOf(items: readonly Staged[], apps: readonly BundledApp[]): readonly number[] {
  const depths = appDepths(apps);
  const ranks = items.map(({ object, app, phase = 'sync', wave = waveOf(object) }): Rank => {
    return [depths.get(app) ?? 0, STAGE_PHASES.indexOf(phase), wave];
  });
  const distinct = new Map(ranks.map((rank) => [rank.join('/'), rank]));
  const order = [...distinct].sort(([, a], [, b]) => compareRanks(a, b)).map(([key]) => key);
  const index = new Map(order.map((key, at) => [key, at]));
  return ranks.map((rank) => index.get(rank.join('/')) ?? 0);
}

type Rank = readonly [depth: number, phase: number, wave: number];

const compareRanks = ([d1, p1, w1]: Rank, [d2, p2, w2]: Rank): number => d1 - d2 || p1 - p2 || w1 - w2;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
