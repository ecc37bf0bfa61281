import type { Problem } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import type { ValueReads } from '../../charts/valuereads.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { ChartEngine } from '../engine.ts';
import type { Chance } from '../gotemplate/chance.ts';
import { createLookups } from '../gotemplate/lookups.ts';
import { createMade } from '../gotemplate/made.ts';
import { assignNamespace } from '../manifests/namespace.ts';
import type { Written } from '../manifests/read.ts';
import { upgrade } from '../manifests/upgrade.ts';
import { finished } from '../render.ts';
import { readsOfSource, renderSource, valuesOfSource } from '../sources/list.ts';
import type { SeenValues } from '../sources/source.ts';
import type { RenderRequest } from '../types.ts';

/** An object as its template wrote it. */
export interface LintedObject {
  /** In the API version that is served, and in its namespace. */
  readonly object: KubeObject;
  /** What is said of one that was written in a version that Kubernetes has removed. */
  readonly removed?: Problem;
  /** Where the member at a JSON pointer was written; of one that is absent, what would hold it. */
  at(pointer: string): Place;
}

/** What the rules look at: one app as one environment renders it. */
export interface Subject {
  readonly request: RenderRequest;
  /** None where it cannot be rendered. */
  readonly objects: readonly LintedObject[];
  /** Why it cannot be delivered. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Of a chart that can be read. */
  readonly values?: ChartValues;
}

export interface ChartValues {
  /** As its templates see them. */
  readonly seen: SeenValues;
  /** Of its own, without files and overrides. */
  readonly defaults: SeenValues;
  readonly reads: ValueReads;
}

/** Renders as delivery does, and keeps what a render throws away. */
export function subjectOf(request: RenderRequest, engine: ChartEngine, chance: Chance): Subject {
  const source = renderSource(
    { ...request, made: createMade({}, chance), lookedUp: createLookups({}), chance, blot: (text) => text },
    engine,
  );
  const values = chartValues(request, engine);
  const known = values ? { values } : {};
  if (!source.ok) return { request, objects: [], problems: source.problems, warnings: [], ...known };
  const delivered = finished(source.value, request);
  return {
    request,
    objects: source.value.manifests.map((written) => lintedObject(written, request)),
    problems: delivered.ok ? [] : delivered.problems,
    warnings: source.value.warnings,
    ...known,
  };
}

function lintedObject(written: Written, { namespace }: RenderRequest): LintedObject {
  const { origin, placeOf } = written;
  const upgraded = upgrade(written);
  const served = 'problem' in upgraded ? written : upgraded.written;
  const removed = 'problem' in upgraded ? upgraded.problem : upgraded.warning;
  const placed = assignNamespace(served, namespace, true);
  return {
    object: 'object' in placed ? placed.object : served.object,
    ...(removed ? { removed } : {}),
    at: (pointer) => placeOf?.(pointer) ?? origin,
  };
}

function chartValues(request: RenderRequest, engine: ChartEngine): ChartValues | undefined {
  const seen = valuesOfSource(request);
  const defaults = valuesOfSource({ tree: request.tree, path: request.path, valuesFiles: [] });
  const reads = readsOfSource(request, engine);
  return seen.ok && defaults.ok && reads?.ok
    ? { seen: seen.value, defaults: defaults.value, reads: reads.value }
    : undefined;
}
