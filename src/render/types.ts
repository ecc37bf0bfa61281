import type { Problem } from '../base/errors.ts';
import type { FileTree } from '../base/filetree.ts';
import type { Place } from '../base/place.ts';
import type { KubeObject } from '../kube/values/types.ts';

/** One rendered object and where it was written. */
export interface Manifest {
  readonly object: KubeObject;
  /** Template or manifest file, and the line on which this document starts there. */
  readonly origin: Place;
  readonly app: string;
}

/** What to render: one app of one environment at one revision. */
export interface RenderRequest {
  readonly tree: FileTree;
  /** Folder of the chart or of the plain manifests inside the tree, '' for the root. */
  readonly path: string;
  /** Name of the app: the release name of a chart. */
  readonly app: string;
  readonly namespace: string;
  readonly delivery: string;
  readonly environment: string;
  readonly revision: string;
  /** Values files inside the tree, in order, later ones win. */
  readonly valuesFiles: readonly string[];
  /** `--set`-like overrides, strongest. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** What `{{image "web"}}`, and `image: web` of a container, resolve to; the helper refuses a name that is missing. */
  readonly images: Readonly<Record<string, string>>;
  /** `namespaces: allow` of the environment: objects may name namespaces other than `namespace`. */
  readonly allowNamespaces?: boolean;
  readonly capabilities: { readonly kubeVersion: string; readonly apiVersions: readonly string[] };
}

export interface Rendered {
  readonly manifests: readonly Manifest[];
  readonly notes?: string;
  /** Not fatal: an upgraded API version, an unused values file. */
  readonly warnings: readonly Problem[];
}
