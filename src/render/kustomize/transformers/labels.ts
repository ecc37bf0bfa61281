import { fieldSpecOf, mergeFields } from '../config/config.ts';
import type { Config, FieldSpec } from '../config/types.ts';
import type { LabelArgs } from '../kustomization/fields.ts';
import type { Resource } from '../resource/resource.ts';
import { changeFields } from './fieldspec.ts';
import { setEntries } from './setters.ts';

/** Labels or annotations, into every field of the list that a resource has or is to have. */
export function addEntries(
  resources: readonly Resource[],
  entries: ReadonlyMap<string, string>,
  fields: readonly FieldSpec[],
): void {
  if (entries.size === 0) return;
  for (const resource of resources)
    changeFields(resource, fields, setEntries(entries, resource.origin), 'map');
}

const METADATA: FieldSpec = fieldSpecOf({ path: 'metadata/labels', create: true });

/** Where an entry of `labels` goes: to the metadata, and wherever it says besides. */
export function fieldsOfLabel(args: LabelArgs, config: Config): readonly FieldSpec[] {
  const { place } = args;
  const parts = args.includeSelectors
    ? [config.commonLabels]
    : [
        args.includeTemplates ? config.templateLabels : [],
        args.includeVolumeClaimTemplates ? config.volumeClaimTemplateLabels : [],
        [METADATA],
      ];
  const own = (args.fields ?? []).map(fieldSpecOf);
  return [config.labels, ...parts].reduce<readonly FieldSpec[]>(
    (fields, more) => mergeFields(fields, more, place),
    own,
  );
}
