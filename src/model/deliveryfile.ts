import type { Problem } from '../base/errors.ts';
import type { Place } from '../base/place.ts';
import type { NotifyRule, PromotionPolicy } from './types.ts';
import type { Windows } from './windows.ts';

/** What `pilotage.yaml` says, checked and with its defaults filled in. Built by `pilotagefile.ts`. */
export interface DeliveryFile {
  readonly name?: string;
  /** In the order of the file. Empty when the file names none: the conventions of `environments.ts` apply. */
  readonly environments: readonly EnvironmentEntry[];
  /** Absent: what the repository holds by convention (`apps.ts`). */
  readonly apps?: readonly AppEntry[];
  readonly images: Readonly<Record<string, ImageEntry>>;
  /** Where images for clusters elsewhere are pushed. */
  readonly registry?: RegistryEntry;
  /** What its people say of the health of kinds. */
  readonly health?: readonly HealthRule[];
  /** Which branches have an environment of their own; counts on the default branch alone. */
  readonly previews?: PreviewPolicy;
  /** Things that the file asks for and this version does not do yet: reported, never passed over. */
  readonly warnings: readonly Problem[];
}

export interface EnvironmentEntry {
  readonly name: string;
  /** Absent: the branch of the environment's own name. */
  readonly branch: string;
  /** Folder that holds this environment's manifests, '' for the root. */
  readonly path: string;
  /** Absent: `<delivery>-<environment>`. */
  readonly namespace?: string;
  readonly cluster?: string;
  /** Whether objects may name other namespaces. */
  readonly namespaces: 'own' | 'allow';
  /** `report`: drift is reported and left alone. */
  readonly drift: 'heal' | 'report';
  /** Environments of this delivery that must be healthy at what they want first. */
  readonly dependsOn?: readonly string[];
  /** What becomes of objects that git drops; absent: they are pruned. */
  readonly prune?: PruneMode;
  /** Fields that are neither compared nor written. */
  readonly ignore?: readonly IgnoreRule[];
  readonly promotion?: PromotionPolicy;
  /** What is asked of its commits. */
  readonly verify?: { readonly signatures: 'required' };
  /** When another revision may be deployed; absent: at all times. */
  readonly windows?: Windows;
  /** Who is told what of it; absent: nobody. */
  readonly notify?: readonly NotifyRule[];
  readonly place: Place;
}

/** What becomes of an object that git drops: it is deleted, it stays, or it stays until a person says so. */
export const PRUNE_MODES = ['auto', 'keep', 'confirm'] as const;
export type PruneMode = (typeof PRUNE_MODES)[number];

/** Fields of the objects of a kind that others decide (Argo CD's `ignoreDifferences`). At least one path or manager. */
export interface IgnoreRule {
  readonly kind: string;
  /** Absent: of all objects of the kind. */
  readonly name?: string;
  /** As `kube/values/fieldpaths.ts` reads them. */
  readonly paths: readonly string[];
  /** Whatever these field managers hold. */
  readonly managers: readonly string[];
}

/** Expressions of CEL about `object`, by the state that they stand for (`health/userrules.ts`). At least one state. */
export interface HealthRule {
  /** '' for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly healthy?: string;
  readonly progressing?: string;
  readonly degraded?: string;
  readonly suspended?: string;
  /** Comes to a text. */
  readonly message?: string;
  readonly place: Place;
}

export type AppSource =
  | { readonly type: 'folder'; readonly path: string }
  /** A chart of a chart repository or registry. */
  | {
      readonly type: 'repository';
      readonly repository: string;
      readonly name: string;
      readonly version: string;
    };

export interface AppEntry {
  readonly name: string;
  readonly source: AppSource;
  /** Paths in the repository; `${environment}` and `${delivery}` stand for names. */
  readonly values: readonly string[];
  /** Changes of the objects that it renders to. */
  readonly patches?: readonly PatchEntry[];
  /** Apps that must be healthy first. */
  readonly dependsOn: readonly string[];
  /** Absent: as the environment has it. */
  readonly prune?: PruneMode;
  /** Beside those of the environment. */
  readonly ignore?: readonly IgnoreRule[];
  /** The name that this app's objects were tracked under before. */
  readonly renamedFrom?: string;
  readonly place: Place;
}

/** A strategic merge patch, or a JSON patch of the objects that `target` selects, as kustomizations have them. */
export type PatchEntry = (
  | {
      /** Of a file in the repository; `${environment}` and `${delivery}` stand for names. */ readonly path: string;
    }
  | { readonly patch: string }
) & { readonly target?: PatchTarget; readonly place: Place };

/** All that are given must match: expressions that match the whole, and selectors. */
export type PatchTarget = Readonly<
  Partial<
    Record<
      'group' | 'version' | 'kind' | 'name' | 'namespace' | 'labelSelector' | 'annotationSelector',
      string
    >
  >
>;

export interface ImageEntry {
  /** Folder of the repository. */
  readonly path: string;
  /** Shell command that runs once per tree, in a copy of the folder. Never beside `container`. */
  readonly build?: string;
  /** A container engine builds it, with the folder as context; absent: it is an image of the process runtime. */
  readonly container?: ContainerRecipe;
}

export interface RegistryEntry {
  /** `registry.example.com:5000/team`: images are below it. */
  readonly repository: string;
  /** Name of a Secret with its credentials; absent: it asks for none. */
  readonly secret?: string;
  readonly place: Place;
}

/** One key of a Secret. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
  readonly place: Place;
}

export interface ContainerRecipe {
  /** Path below the folder. */
  readonly dockerfile: string;
  /** The stage that is built; absent: the last one. */
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  /** By the ids that `RUN --mount=type=secret,id=…` has for them. */
  readonly secrets: Readonly<Record<string, SecretKey>>;
  readonly place: Place;
}

/** What the default branch says of previews. Durations in milliseconds. */
export interface PreviewPolicy {
  /** Patterns of branches (`matchesBranch`). */
  readonly branches: readonly string[];
  /** Whether the branches of open pull requests have one too. */
  readonly pullRequests: boolean;
  /** The environment that they are rendered as. */
  readonly from: string;
  /** Files over those of the environment. Absent: `values/preview.yaml`, where the branch has it. */
  readonly values?: readonly string[];
  /** With `{slug}`. Absent: previews are reached from inside of the cluster alone. */
  readonly host?: string;
  readonly ttl: number;
  readonly max: number;
  readonly idle?: number;
  readonly quota: PreviewQuota;
  /** Keys in the Secret `age-DELIVERY` and Secrets for builds that previews may use. */
  readonly secrets: readonly string[];
}

/** Quantities as Kubernetes writes them. */
export interface PreviewQuota {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: number;
}
