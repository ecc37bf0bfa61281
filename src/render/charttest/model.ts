import type { Place } from '../../base/place.ts';
import type { Json, JsonObject, KubeObject } from '../../kube/values/types.ts';
import type { AssertionKind } from './assertions/kind.ts';

/** What a suite or a test says of the release, the chart and the cluster; the format is helm-unittest's (its DOCUMENT.md). */
export interface Setting {
  /** Values files, from the folder of the suite. */
  readonly values: readonly string[];
  /** By paths as in `--set`. */
  readonly set: JsonObject;
  readonly release: {
    readonly name?: string;
    readonly namespace?: string;
    readonly revision?: number;
    readonly upgrade?: boolean;
  };
  readonly chart: { readonly version?: string; readonly appVersion?: string };
  readonly capabilities: {
    readonly majorVersion?: string;
    readonly minorVersion?: string;
    /** Those of a test are added to those of its suite; null takes all away. */
    readonly apiVersions: readonly string[] | null;
  };
  /** What `lookup` finds. */
  readonly objects: readonly KubeObject[];
  /** A program that the output would go through: none is run. */
  readonly postRenderer?: Place;
  /** Why it is not run. */
  readonly skip?: string;
}

export interface Suite extends Setting {
  readonly name: string;
  readonly place: Place;
  readonly templates: readonly string[];
  readonly excludeTemplates: readonly string[];
  readonly includeCrds: boolean;
  /** Tells the snapshots of one suite of a file from those of another. */
  readonly snapshotId?: string;
  readonly tests: readonly Test[];
}

export interface Test extends Setting {
  readonly name: string;
  readonly place: Place;
  readonly templates: readonly string[];
  readonly documentIndex?: number;
  readonly selector?: Selector;
  readonly asserts: readonly Assertion[];
}

/** Picks documents by what stands at a path. */
export interface Selector {
  readonly path: string;
  readonly value?: Json;
  readonly matchMany: boolean;
  readonly skipEmptyTemplates: boolean;
}

export interface Assertion {
  readonly name: string;
  readonly kind: AssertionKind;
  readonly place: Place;
  readonly params: JsonObject;
  readonly not: boolean;
  readonly template?: string;
  readonly documentIndex?: number;
  readonly selector?: Selector;
}
