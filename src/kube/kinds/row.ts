import type { FieldError } from '../values/fielderrors.ts';
import type { NameCheck } from '../values/names.ts';
import type { Json, JsonObject, KubeObject } from '../values/types.ts';
import type { NamedResource } from './resources.data.ts';

/** A constant for a member that is unset, or a function that computes it from its siblings. */
export type FieldDefault = Json | ((self: JsonObject) => Json | undefined);

/** Defaults of one type that the published schemas do not carry: Kubernetes `pkg/apis/<group>/<version>/defaults.go`. */
export interface TypeDefaults {
  /** In order: a function sees the members above it filled in. */
  readonly members?: Readonly<Record<string, FieldDefault>>;
  /** What no single member can say: runs on the whole value before its members are visited. */
  readonly complete?: (self: JsonObject) => JsonObject;
  /** A zero counts as unset: Go holds the numbers of this type by value. */
  readonly isZeroUnset?: true;
}

/** The object is defaulted and of the right types; with `old`, the rules of an update (immutable fields) hold, too. */
export type Validate = (object: JsonObject, old?: JsonObject) => readonly FieldError[];

/** The value of a field that a field selector compares, as text. */
export type FieldReader = (object: KubeObject) => unknown;

/**
 * Another version in which the objects of a kind are served. They are stored and judged in the row's own; there and back again is the
 * same object.
 */
export interface KindVersion {
  readonly resource: NamedResource;
  readonly toOwn: (object: KubeObject) => KubeObject;
  readonly fromOwn: (object: KubeObject) => KubeObject;
}

/** All that is known of a built-in kind wherever it is served. What the built-in API server adds is in `orchestrator/api/kinds`. */
export interface KindRow {
  readonly resource: NamedResource;
  /** Versions besides that of `resource`, which clients should prefer. */
  readonly versions?: readonly KindVersion[];
  /**
   * The order in which objects of one stage are applied; pruning goes backwards. After Helm's `InstallOrder`
   * (pkg/release/util/kind_sorter.go), which users' manifests rely on.
   */
  readonly applyOrder: number;
  /** Rules beyond the types of its schema and its metadata: `noRules` where there are none yet. */
  readonly validate: Validate;
  /** Default: a DNS subdomain (RFC 1123). */
  readonly checkName?: NameCheck;
  /** By the names of the types that belong to the kind: `core.v1.PodSpec`. */
  readonly defaults?: Readonly<Record<string, TypeDefaults>>;
  /**
   * Fields besides metadata.name and metadata.namespace by which it can be selected (Kubernetes
   * `pkg/apis/<group>/<version>/conversion.go`, AddFieldLabelConversionFunc).
   */
  readonly selectable?: Readonly<Record<string, FieldReader>>;
  /**
   * Immutable fields whose change is carried out by deleting the object and creating it again: prefixes of the server's
   * field paths. A change of any other immutable field is refused, because the deletion would lose something: a claim its
   * data, a namespace everything.
   */
  readonly recreatable?: readonly string[];
  /** Its pods serve: between the deletion of the old object and the readiness of the new one, nothing does. */
  readonly isServing?: true;
  /** It holds what cannot be rendered again: it stays when it leaves git. */
  readonly isNeverPruned?: true;
}

/** The place of kinds to which the order of apply does not matter, after workloads and before what points at them. */
export const APPLIED_WITH_OTHERS = 260;

export const noRules: Validate = () => [];
