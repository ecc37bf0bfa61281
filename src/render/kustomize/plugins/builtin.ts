import type { Place } from '../../../base/place.ts';
import { fieldSpecOf } from '../config/config.ts';
import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import { generate } from '../generators/generate.ts';
import { addHashes } from '../generators/hash.ts';
import { type Inflate, inflateChart } from '../helmcharts/inflate.ts';
import { boolean, type Cursor, listOf, object, text, textMap, texts } from '../kustomization/decode.ts';
import {
  fieldSpec,
  generator,
  helmChartGenerator,
  image,
  patch,
  replacement,
  replica,
} from '../kustomization/fields.ts';
import { readResources } from '../resource/read.ts';
import type { Resource } from '../resource/resource.ts';
import { addPrefix, addSuffix } from '../transformers/affixes.ts';
import { setImage } from '../transformers/images.ts';
import { addEntries } from '../transformers/labels.ts';
import { strategicMergeStep } from '../transformers/list.ts';
import { type SubjectMode, setNamespace } from '../transformers/namespace.ts';
import { json6902Step, mergeStep, patchStep, type Step } from '../transformers/patches.ts';
import { readReplacements, replaceFields } from '../transformers/replacements.ts';
import { setReplicas } from '../transformers/replicas.ts';
import { Node } from '../yaml/node.ts';

/** Transformers and generators that are configured by objects of their own (`apiVersion: builtin`) instead of fields. */

const HEAD = new Set(['apiVersion', 'kind', 'metadata']);

/** What an object configures, without what makes it one; `keep`: its name and namespace are part of it. */
function cursorOf(config: Resource, keepName = false): Cursor {
  const node = new Node('map');
  node.line = config.origin.line;
  const metadata = config.node.fields.get('metadata');
  for (const name of keepName ? ['name', 'namespace'] : []) {
    const value = metadata?.fields.get(name);
    if (value) node.fields.set(name, value);
  }
  for (const [key, value] of config.node.fields) if (!HEAD.has(key)) node.fields.set(key, value);
  return { node, path: '', file: config.origin.file };
}

/** Whose generator it is. */
export interface Generating {
  readonly files: Files;
  readonly inflate: Inflate;
}

type Make = (config: Resource, target: Generating) => Resource[];

const makeOf =
  (kind: 'ConfigMap' | 'Secret'): Make =>
  (config, { files }) => [generate(kind, generator(cursorOf(config, true)), undefined, files)];

export const GENERATORS: Readonly<Record<string, Make>> = {
  ConfigMapGenerator: makeOf('ConfigMap'),
  SecretGenerator: makeOf('Secret'),
  HelmChartInflationGenerator: (config, { files, inflate }) =>
    inflateChart(helmChartGenerator(cursorOf(config)), files, inflate),
};

type Plan = (config: Resource, files: Files) => Step;

const fieldSpecs = listOf(fieldSpec);
const entries = object({ labels: textMap, annotations: textMap, fieldSpecs });
const namespaceFields = object({ fieldSpecs, unsetOnly: boolean, setRoleBindingSubjects: text });
const affixFields = object({ prefix: text, suffix: text, fieldSpecs });
const imageFields = object({ imageTag: image, fieldSpecs });
const replicaFields = object({ replica, fieldSpecs });
const mergeFields = object({ paths: texts, patches: text });
const json6902Fields = object({ ...{ path: text, jsonOp: text }, target: (cursor) => cursor });
const replacementFields = object({ replacements: listOf(replacement) });

const specsOf = (fields: { readonly fieldSpecs?: ReturnType<typeof fieldSpecs> }) =>
  (fields.fieldSpecs ?? []).map(fieldSpecOf);

const addTo =
  (member: 'labels' | 'annotations'): Plan =>
  (config) => {
    const fields = entries(cursorOf(config));
    return (resources) => addEntries(resources.list, fields[member] ?? new Map(), specsOf(fields));
  };

const MODES: readonly string[] = ['defaultOnly', 'allServiceAccounts', 'none'];
const isMode = (mode: string): mode is SubjectMode => MODES.includes(mode);

function modeOf(mode: string | undefined, place: Place): SubjectMode {
  if (mode === undefined || mode === '') return 'defaultOnly';
  if (isMode(mode)) return mode;
  throw refuse(`setRoleBindingSubjects must be one of ${MODES.join(', ')}, not ${mode}`, place);
}

const affixes: Plan = (config) => {
  const fields = affixFields(cursorOf(config));
  if (!fields.fieldSpecs) throw refuse(`A ${config.kind} needs fieldSpecs`, config.origin);
  return ({ list }) => {
    addPrefix(list, fields.prefix ?? '', specsOf(fields));
    addSuffix(list, fields.suffix ?? '', specsOf(fields));
  };
};

/** Kind → what it does. */
export const PLUGINS: Readonly<Record<string, Plan>> = {
  AnnotationsTransformer: addTo('annotations'),
  LabelTransformer: addTo('labels'),
  PrefixTransformer: affixes,
  SuffixTransformer: affixes,
  PrefixSuffixTransformer: affixes,
  HashTransformer: () => (resources) => addHashes(resources.list),
  NamespaceTransformer(config) {
    const fields = namespaceFields(cursorOf(config));
    const { namespace } = config;
    const args = {
      namespace,
      fields: specsOf(fields),
      unsetOnly: fields.unsetOnly ?? false,
      subjects: modeOf(fields.setRoleBindingSubjects, config.origin),
    };
    return (resources) => {
      if (namespace !== '') setNamespace(resources.list, args);
    };
  },
  ImageTagTransformer(config) {
    const fields = imageFields(cursorOf(config));
    const { imageTag } = fields;
    return (resources) => {
      if (imageTag) setImage(resources.list, imageTag, specsOf(fields));
    };
  },
  ReplicaCountTransformer(config) {
    const fields = replicaFields(cursorOf(config));
    const args = fields.replica ?? { place: config.origin };
    return (resources) => setReplicas(resources, args, specsOf(fields));
  },
  PatchTransformer: (config, files) => patchStep(patch(cursorOf(config)), files),
  PatchStrategicMergeTransformer(config, files) {
    const { paths = [], patches = '' } = mergeFields(cursorOf(config));
    const steps = paths.map((path) => strategicMergeStep(path, files, config.origin));
    if (patches !== '') {
      const inline = readResources(patches, config.origin.file, config.origin);
      steps.push(mergeStep(inline, config.origin));
    }
    return (resources) => {
      for (const step of steps) step(resources);
    };
  },
  PatchJson6902Transformer(config, files) {
    const cursor = cursorOf(config);
    json6902Fields(cursor);
    const jsonOp = cursor.node.fields.get('jsonOp');
    cursor.node.fields.delete('jsonOp');
    if (jsonOp) cursor.node.fields.set('patch', jsonOp);
    return json6902Step(patch(cursor), files);
  },
  ReplacementTransformer(config, files) {
    const { replacements = [] } = replacementFields(cursorOf(config));
    const all = readReplacements(replacements, files);
    return (resources) => replaceFields(resources.list, all);
  },
};
