import { fieldSpecOf } from '../config/config.ts';
import type { FieldSpec } from '../config/types.ts';
import { isSelected } from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import { changeField } from './fieldspec.ts';
import { setScalar } from './setters.ts';

/** Their names mean something. */
const KEPT = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
].map(fieldSpecOf);

export function addPrefix(
  resources: readonly Resource[],
  prefix: string,
  fields: readonly FieldSpec[],
): void {
  affix(resources, fields, {
    rename: (text) => prefix + text,
    note: ({ memory }) => {
      memory.prefixes = [...memory.prefixes, prefix];
    },
    isNothing: prefix === '',
  });
}

export function addSuffix(
  resources: readonly Resource[],
  suffix: string,
  fields: readonly FieldSpec[],
): void {
  affix(resources, fields, {
    rename: (text) => text + suffix,
    note: ({ memory }) => {
      memory.suffixes = [...memory.suffixes, suffix];
    },
    isNothing: suffix === '',
  });
}

interface Affix {
  rename(text: string): string;
  /** Two resources with the same affixes belong together: references go by that. */
  note(resource: Resource): void;
  readonly isNothing: boolean;
}

function affix(
  resources: readonly Resource[],
  fields: readonly FieldSpec[],
  { rename, note, isNothing }: Affix,
): void {
  if (isNothing) return;
  for (const resource of resources) {
    const id = resource.originalId;
    if (KEPT.some((kept) => isSelected(id, kept))) continue;
    for (const field of fields) {
      if (!isSelected(id, field)) continue;
      if (field.path === 'metadata/name') {
        note(resource);
        resource.remember();
      }
      changeField(
        resource,
        field,
        (node) => setScalar(rename(node.text), '', resource.origin)(node),
        'scalar',
      );
    }
  }
}
