import type { Place } from '../../../base/place.ts';
import type { Config } from '../config/types.ts';
import type { Files } from '../files.ts';
import { placeOf, text } from '../kustomization/decode.ts';
import type { Kustomization } from '../kustomization/fields.ts';
import { readResources } from '../resource/read.ts';
import { readNodes } from '../yaml/read.ts';
import { addPrefix, addSuffix } from './affixes.ts';
import { setImage } from './images.ts';
import { addEntries, fieldsOfLabel } from './labels.ts';
import { setNamespace } from './namespace.ts';
import { json6902Step, mergeStep, patchStep, type Step } from './patches.ts';
import { readReplacements, replaceFields } from './replacements.ts';
import { setReplicas } from './replicas.ts';

/** What a transformer is made of. */
export interface Setting {
  readonly fields: Kustomization;
  readonly config: Config;
  readonly files: Files;
}

export interface TransformerRow {
  /** As kustomize calls it, also in `buildMetadata`. */
  readonly name: string;
  /** The steps that a kustomization asks for. @throws ProblemError */
  steps(setting: Setting): readonly Step[];
}

/** Every transformer that a kustomization has a field for, in the order in which they run (api `kusttarget_configplugin.go`). */
export const TRANSFORMERS: readonly TransformerRow[] = [
  { name: 'PatchStrategicMergeTransformer', steps: strategicMerges },
  {
    name: 'PatchTransformer',
    steps: ({ fields, files }) => (fields.patches ?? []).map((patch) => patchStep(patch, files)),
  },
  {
    name: 'NamespaceTransformer',
    steps({ fields: { namespace }, config }) {
      if (!namespace) return [];
      const args = {
        namespace,
        fields: config.namespace,
        unsetOnly: false,
        subjects: 'defaultOnly',
      } as const;
      return [(resources) => setNamespace(resources.list, args)];
    },
  },
  {
    name: 'PrefixTransformer',
    steps: ({ fields: { namePrefix }, config }) =>
      namePrefix ? [(resources) => addPrefix(resources.list, namePrefix, config.namePrefix)] : [],
  },
  {
    name: 'SuffixTransformer',
    steps: ({ fields: { nameSuffix }, config }) =>
      nameSuffix ? [(resources) => addSuffix(resources.list, nameSuffix, config.nameSuffix)] : [],
  },
  { name: 'LabelTransformer', steps: labelSteps },
  {
    name: 'AnnotationsTransformer',
    steps({ fields: { commonAnnotations }, config }) {
      if (!commonAnnotations || commonAnnotations.size === 0) return [];
      return [(resources) => addEntries(resources.list, commonAnnotations, config.commonAnnotations)];
    },
  },
  {
    name: 'PatchJson6902Transformer',
    steps: ({ fields, files }) => (fields.patchesJson6902 ?? []).map((patch) => json6902Step(patch, files)),
  },
  {
    name: 'ReplicaCountTransformer',
    steps: ({ fields, config }) =>
      (fields.replicas ?? []).map((args) => (resources) => setReplicas(resources, args, config.replicas)),
  },
  {
    name: 'ImageTagTransformer',
    steps: ({ fields, config }) =>
      (fields.images ?? []).map((args) => (resources) => setImage(resources.list, args, config.images)),
  },
  {
    name: 'ReplacementTransformer',
    steps({ fields, files }) {
      if (!fields.replacements || fields.replacements.length === 0) return [];
      const replacements = readReplacements(fields.replacements, files);
      return [(resources) => replaceFields(resources.list, replacements)];
    },
  },
];

/** `commonLabels` counts as a transformer even where it is empty, as soon as there are `labels`. */
function labelSteps({ fields, config }: Setting): Step[] {
  const { labels = [], commonLabels } = fields;
  if (labels.length === 0 && (commonLabels?.size ?? 0) === 0) return [];
  const steps = labels.map((label): Step => {
    const into = fieldsOfLabel(label, config);
    return (resources) => addEntries(resources.list, label.pairs ?? new Map(), into);
  });
  return [
    ...steps,
    (resources) => addEntries(resources.list, commonLabels ?? new Map(), config.commonLabels),
  ];
}

/** An entry is a path, or a patch itself. */
function strategicMerges({ fields, files }: Setting): Step[] {
  const entries = fields.patchesStrategicMerge ?? [];
  if (entries.length === 0) return [];
  const steps = entries.map((cursor): Step => {
    return strategicMergeStep(text(cursor), files, placeOf(cursor));
  });
  return [
    (resources) => {
      for (const step of steps) step(resources);
    },
  ];
}

/** @throws ProblemError */
export function strategicMergeStep(entry: string, files: Files, place: Place): Step {
  if (isInline(entry)) return mergeStep(readResources(entry, place.file, place), place);
  const { text: content, file } = files.load(entry, place);
  return mergeStep(readResources(content, file), place);
}

/** Whether a text is YAML of objects rather than a path. */
export function isInline(entry: string): boolean {
  if (!entry.includes(':')) return false;
  try {
    return readNodes(entry, '')[0]?.kind === 'map';
  } catch {
    return entry.includes('\n');
  }
}
