import type { FileTree } from '../../base/filetree.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { Written } from '../manifests/read.ts';
import { Target } from './accumulate.ts';
import { nothingYet } from './accumulated.ts';
import { droppedKeys, MANAGED_BY, ORIGINS, TRANSFORMATIONS } from './buildmetadata.ts';
import { refuse } from './errors.ts';
import { Files } from './files.ts';
import { addHashes } from './generators/hash.ts';
import type { Inflate } from './helmcharts/inflate.ts';
import { History } from './history.ts';
import type { Kustomization } from './kustomization/fields.ts';
import { readKustomization } from './kustomization/read.ts';
import { inOrder } from './order.ts';
import { followNames } from './references/names.ts';
import { resolveVariables } from './references/vars.ts';
import { isGone, type Resource } from './resource/resource.ts';
import { toJson } from './yaml/json.ts';

/** The release of kustomize whose output is the measure, as `managedByLabel` says it. */
export const KUSTOMIZE_VERSION = 'v5.8.2';

/**
 * The objects of a kustomization, in the order of `kustomize build`, members in the order of their names (api `krusty/kustomizer.go`).
 * `inflate` renders its charts.
 * @throws ProblemError
 */
export function build(tree: FileTree, folder: string, inflate: Inflate, explain = false): Written[] {
  const history = explain ? new History() : undefined;
  const files = new Files(tree, folder);
  const options = metadataOptions(readKustomization(files).fields);
  const target = new Target(files, {
    folder: options.size > 0 ? '' : undefined,
    namespace: '',
    inflate,
    ...(history ? { history } : {}),
  });
  const all = nothingYet();
  target.accumulate(all);
  const { list } = all.resources;
  history?.note(list, { by: 'kustomize' });
  addHashes(list);
  history?.note(list, { by: 'kustomize: the hash of what a generator has made' });
  followNames(list, all.config.nameReference);
  history?.note(list, { by: 'kustomize: a name that was changed elsewhere' });
  resolveVariables(all.variables, list, all.config.varReference);
  history?.note(list, { by: 'kustomize: vars' });
  const kept = list.filter((resource) => !isGone(resource) && !isLocal(resource));
  return inOrder(kept, target.read.fields.sortOptions).map((resource) => ({
    ...finish(resource, options),
    ...(history ? { provenance: history.provenanceOf(resource, tree) } : {}),
  }));
}

function metadataOptions({ buildMetadata = [], place }: Kustomization): ReadonlySet<string> {
  const known = [ORIGINS, TRANSFORMATIONS, MANAGED_BY];
  for (const option of buildMetadata) {
    if (!known.includes(option))
      throw refuse(`buildMetadata has no option ${option}`, place, `Options: ${known.join(', ')}.`);
  }
  return new Set(buildMetadata);
}

/** Meant for tools, not for the cluster. */
function isLocal(resource: Resource): boolean {
  const local = resource.annotations.get('config.kubernetes.io/local-config');
  return local !== undefined && local !== 'false';
}

/** Annotations by which kustomize and its functions remember things. */
const BUILD_ANNOTATIONS = [
  ...['previousKinds', 'previousNames', 'prefixes', 'suffixes', 'previousNamespaces'],
  ...['allowNameChange', 'allowKindChange', 'refBy', 'generatorBehavior', 'needsHashSuffix'],
  ...['path', 'index', 'seqindent', 'id', 'annotations-migration-resource-id', 'helm-generated'],
].map((name) => `internal.config.kubernetes.io/${name}`);
const LEGACY_ANNOTATIONS = ['path', 'index', 'id'].map((name) => `config.kubernetes.io/${name}`);

function finish(resource: Resource, options: ReadonlySet<string>): Written {
  if (options.has(MANAGED_BY)) {
    const label = ['app.kubernetes.io/managed-by', `kustomize-${KUSTOMIZE_VERSION}`] as const;
    resource.setLabels(new Map([...resource.labels, label]));
  }
  const dropped = new Set([...BUILD_ANNOTATIONS, ...LEGACY_ANNOTATIONS, ...droppedKeys(options)]);
  resource.setAnnotations(new Map([...resource.annotations].filter(([key]) => !dropped.has(key))));
  return { object: toJson(resource.node, resource.origin) as unknown as KubeObject, origin: resource.origin };
}
