import type { Selector } from '../resource/selector.ts';
import { anything, boolean, integer, listOf, object, text, textMap, texts } from './decode.ts';

/** The fields of a kustomization and of what it is made of (api `types/`); a new field is a line here. */

const gvk = { group: text, version: text, kind: text };
const id = { ...gvk, name: text, namespace: text };

export const fieldSpec = object({ ...gvk, path: text, create: boolean });
const generatorOptions = object({
  labels: textMap,
  annotations: textMap,
  disableNameSuffixHash: boolean,
  immutable: boolean,
});
export const generator = object({
  namespace: text,
  name: text,
  behavior: text,
  literals: texts,
  files: texts,
  envs: texts,
  env: text,
  options: generatorOptions,
  type: text,
});
const selectorFields = object({ ...id, annotationSelector: text, labelSelector: text });
export const patch = object({
  path: text,
  patch: text,
  target: selectorFields,
  options: object({ allowNameChange: boolean, allowKindChange: boolean }),
});
export const image = object({ name: text, newName: text, tagSuffix: text, newTag: text, digest: text });
export const replica = object({ name: text, count: integer });
export const label = object({
  pairs: textMap,
  includeSelectors: boolean,
  includeTemplates: boolean,
  includeVolumeClaimTemplates: boolean,
  fields: listOf(fieldSpec),
});
const fieldOptions = object({ delimiter: text, index: integer, encoding: text, create: boolean });
export const replacement = object({
  source: object({ ...id, fieldPath: text, options: fieldOptions }),
  sourceValue: text,
  targets: listOf(
    object({
      select: selectorFields,
      reject: listOf(selectorFields),
      fieldPaths: texts,
      options: fieldOptions,
    }),
  ),
  path: text,
});
export const variable = object({
  name: text,
  objref: object({ apiVersion: text, ...id }),
  fieldref: object({ fieldPath: text }),
});

const chartFields = {
  name: text,
  version: text,
  repo: text,
  releaseName: text,
  namespace: text,
  additionalValuesFiles: texts,
  valuesFile: text,
  valuesInline: anything,
  valuesMerge: text,
  includeCRDs: boolean,
  skipHooks: boolean,
  skipTests: boolean,
  apiVersions: texts,
  kubeVersion: text,
  nameTemplate: text,
  debug: boolean,
  devel: boolean,
};
const homes = { chartHome: text, configHome: text };
export const helmChart = object(chartFields);
const helmGlobals = object(homes);
/** A chart that an object of its own configures (`generators`). */
export const helmChartGenerator = object({ ...chartFields, ...homes });
/** Of old; what its other fields say, kustomize does not pass on either (api `types/helmchartargs.go`). */
const helmChartOfOld = object({
  chartName: text,
  chartVersion: text,
  chartRepoUrl: text,
  chartHome: text,
  chartRepoName: text,
  helmBin: text,
  helmHome: text,
  values: text,
  valuesLocal: anything,
  valuesMerge: text,
  releaseName: text,
  releaseNamespace: text,
  extraArgs: texts,
});

/** A kustomization.yaml, or a component. */
export const kustomization = object({
  apiVersion: text,
  kind: text,
  metadata: anything,
  openapi: textMap,
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  commonLabels: textMap,
  labels: listOf(label),
  commonAnnotations: textMap,
  patchesStrategicMerge: listOf(anything),
  patchesJson6902: listOf(patch),
  patches: listOf(patch),
  images: listOf(image),
  imageTags: listOf(image),
  replacements: listOf(replacement),
  replicas: listOf(replica),
  vars: listOf(variable),
  sortOptions: object({
    order: text,
    legacySortOptions: object({ orderFirst: texts, orderLast: texts }),
  }),
  resources: listOf(anything),
  components: listOf(anything),
  crds: listOf(anything),
  bases: listOf(anything),
  configMapGenerator: listOf(generator),
  secretGenerator: listOf(generator),
  helmGlobals,
  helmCharts: listOf(helmChart),
  helmChartInflationGenerator: listOf(helmChartOfOld),
  generatorOptions,
  configurations: listOf(anything),
  generators: listOf(anything),
  transformers: listOf(anything),
  validators: listOf(anything),
  buildMetadata: texts,
});

export type Kustomization = ReturnType<typeof kustomization>;
export type GeneratorArgs = ReturnType<typeof generator>;
export type GeneratorOptions = ReturnType<typeof generatorOptions>;
export type PatchArgs = ReturnType<typeof patch>;
export type ImageArgs = ReturnType<typeof image>;
export type ReplicaArgs = ReturnType<typeof replica>;
export type LabelArgs = ReturnType<typeof label>;
export type ReplacementArgs = ReturnType<typeof replacement>;
export type HelmChartArgs = ReturnType<typeof helmChartGenerator>;
export type FieldOptions = ReturnType<typeof fieldOptions>;
export type VariableArgs = ReturnType<typeof variable>;

type SelectorArgs = ReturnType<typeof selectorFields>;

export const selectorOf = (args: SelectorArgs): Selector => ({
  group: args.group ?? '',
  version: args.version ?? '',
  kind: args.kind ?? '',
  name: args.name ?? '',
  namespace: args.namespace ?? '',
  labelSelector: args.labelSelector ?? '',
  annotationSelector: args.annotationSelector ?? '',
  place: args.place,
});
