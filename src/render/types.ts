import type { Problem } from '../base/errors.ts';
import type { FileTree } from '../base/filetree.ts';
import type { Place } from '../base/place.ts';
import type { KubeObject } from '../kube/values/types.ts';
import type { PatchEntry } from '../model/deliveryfile.ts';
import type { ExplainRequest, Explanation } from '../model/explanation.ts';
import type { GeneratedValues, Lookup, LookupAnswers } from './recorded.ts';

/** One rendered object and where it was written. */
export interface Manifest {
  readonly object: KubeObject;
  /** Template or manifest file, and the line on which this document starts there. */
  readonly origin: Place;
  readonly app: string;
  /** Leaves that hold what a file of SOPS kept secret, by the paths of a FieldDiff. */
  readonly sealed?: readonly string[];
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
  /** Changes of the objects after all else, in order; files inside the tree. */
  readonly patches?: readonly PatchEntry[];
  /** What `{{image "web"}}`, and `image: web` of a container, resolve to; the helper refuses a name that is missing. */
  readonly images: Readonly<Record<string, string>>;
  /** A chart that is looked at by itself, without what would build its images: the name of one stands for it. */
  readonly anyImage?: boolean;
  /** Of a compose project: what the images that its services build resolve to, by service. */
  readonly composeImages?: Readonly<Record<string, string>>;
  /** `namespaces: allow` of the environment: objects may name namespaces other than `namespace`. */
  readonly allowNamespaces?: boolean;
  /** `apiVersions`: `apps/v1` and `apps/v1/Deployment` of all that the cluster serves; none where no cluster is asked. */
  readonly capabilities: { readonly kubeVersion: string; readonly apiVersions: readonly string[] };
  /** What earlier renders of this app in this environment made: it is not made again. */
  readonly generated?: GeneratedValues;
  /** Whether templates are given the revision, decided of files before they are opened; absent: of the files as they are. */
  readonly revisionSeen?: boolean;
  /** Of a preview: its part of host names, where it answers, and the keys of its delivery that it may use. */
  readonly preview?: { readonly slug: string; readonly host?: string; readonly secrets: readonly string[] };
  /** Private keys of age, for files of SOPS. */
  readonly identities?: readonly string[];
  /** Data keys of files of SOPS that were opened with OpenPGP keys outside of the render, by `messageDigest` of `sops/pgp.ts`. */
  readonly dataKeys?: Readonly<Record<string, string>>;
  /**
   * What is known of the cluster. Absent where nobody can ask it: then the answer to every lookup is that there is none. Where it is there,
   * a render that looks up anything else gives no manifests, but tells what that is.
   */
  readonly lookups?: LookupAnswers;
  /** Ask besides where the fields of an object come from. The objects stay the same. */
  readonly explain?: ExplainRequest;
}

export interface Rendered {
  readonly manifests: readonly Manifest[];
  readonly notes?: string;
  /** Not fatal: an upgraded API version, an unused values file. */
  readonly warnings: readonly Problem[];
  /** The values that were made once, now or before, as far as this render used them. */
  readonly generated?: GeneratedValues;
  /** By the keys of `generated`: the objects that hold the value, `Secret/db` each. */
  readonly holders?: Readonly<Record<string, readonly string[]>>;
  /** What templates looked up and the request has no answer to. */
  readonly lookups?: readonly Lookup[];
  /** What `explain` asked for; absent where this app renders no such object. */
  readonly explanation?: Explanation;
}
