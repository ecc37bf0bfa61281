import { once } from '../../../base/once.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  SelectableField,
} from '../../../kube/kinds/objects.data.ts';
import { plainFields } from '../../../kube/kinds/selectable.ts';
import { applyDefaults } from '../../../kube/rules/defaults.ts';
import { crdSchema } from '../../../kube/schema/crdschema.ts';
import type { Schema } from '../../../kube/schema/schema.ts';
import { pruneUnknown } from '../../../kube/schema/unknown.ts';
import { canonicalJson } from '../../../kube/values/equal.ts';
import { StatusError } from '../../../kube/values/status.ts';
import type { Json, KubeObject } from '../../../kube/values/types.ts';
import type { Convert, Kind, Subresource } from './kind.ts';
import { type ScalePaths, scale } from './scale.ts';
import { ALL_VERBS } from './servedrow.ts';
import { STATUS_ALONE } from './subresource.ts';

/**
 * The rows that a definition brings: one for each version that is served; none until its names are accepted. `convert`: its webhook, where
 * it has one.
 */
export function kindsOf(definition: CustomResourceDefinition, convert?: Convert): readonly Kind[] {
  const established = definition.status?.conditions?.some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  );
  const storage = definition.spec.versions.find((version) => version.storage);
  if (!established || !storage) return [];
  return definition.spec.versions
    .filter((version) => version.served)
    .map((version) =>
      kindOf(definition, version, {
        name: storage.name,
        complete: completer(definition),
        ...(convert ? { convert } : {}),
      }),
    );
}

interface StoredVersion {
  readonly name: string;
  readonly complete: (object: KubeObject) => KubeObject;
  readonly convert?: Convert;
}

/**
 * Stored objects follow the schema of the version that they are stored in, also when it has changed since: what it does not know
 * is pruned, what it has a default for is there (apiextensions `apiserver/schema/pruning`, `defaulting`). One that cannot be
 * completed stays readable as it is.
 */
function completer({ spec }: CustomResourceDefinition): StoredVersion['complete'] {
  const schemas = new Map(
    spec.versions.map(({ name, schema }) => [
      `${spec.group}/${name}`,
      once(() => schemaOf(schema?.openAPIV3Schema as Json | undefined)),
    ]),
  );
  return (object) => {
    const schema = schemas.get(object.apiVersion)?.();
    if (!schema) return object;
    try {
      return applyDefaults(schema, pruneUnknown(schema, object));
    } catch (error) {
      if (error instanceof StatusError) return object;
      throw error;
    }
  };
}

/** `.spec.color` is the field `spec.color`. */
const selectableBy = (fields: readonly SelectableField[]) =>
  plainFields(...fields.map(({ jsonPath }) => jsonPath.replace(/^\./, '')));

const deprecationOf = (
  group: string,
  { name, deprecationWarning }: CustomResourceDefinitionVersion,
  kind: string,
) => deprecationWarning ?? `${group}/${name} ${kind} is deprecated`;

function kindOf(
  { spec, metadata }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  stored: StoredVersion,
): Kind {
  const { group, names } = spec;
  const published = version.schema?.openAPIV3Schema as Json | undefined;
  const schema = once(() => schemaOf(published));
  const { scale: paths } = version.subresources ?? {};
  const hasStatus = version.subresources?.status !== undefined;
  const subresources: readonly Subresource[] = [
    ...(paths === undefined ? [] : [scale(scalePaths(paths))]),
    ...(hasStatus ? [STATUS_ALONE] : []),
  ];
  return {
    group,
    version: version.name,
    plural: names.plural,
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    singular: names.singular ?? names.kind.toLowerCase(),
    namespaced: spec.scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: ALL_VERBS,
    subresources: subresources.map((row) => row.name),
    subresourceRows: subresources,
    schema,
    columns: version.additionalPrinterColumns ?? AGE_ONLY,
    custom: true,
    hash: canonicalJson({ names, version }),
    ...(published === undefined ? {} : { openAPIV3Schema: published }),
    storedVersion: `${group}/${stored.name}`,
    storage: {
      group,
      plural: names.plural,
      apiVersion: `${group}/${stored.name}`,
      complete: stored.complete,
      ...(stored.convert ? { convert: stored.convert } : {}),
    },
    ...(version.selectableFields ? { selectable: selectableBy(version.selectableFields) } : {}),
    ...(version.deprecated ? { warning: deprecationOf(group, version, names.kind) } : {}),
    strategy: {
      status: hasStatus,
      generation: true,
      needsVersion: true,
      ...(metadata.deletionTimestamp
        ? { refusesCreates: 'create not allowed while custom resource definition is terminating' }
        : {}),
    },
  };
}

const AGE_ONLY = [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];

function schemaOf(published: Json | undefined): Schema | undefined {
  if (published === undefined) return undefined;
  const schema = crdSchema(published);
  return schema.ok ? schema.value : undefined;
}

function scalePaths(published: unknown): ScalePaths {
  const paths = published as {
    specReplicasPath: string;
    statusReplicasPath: string;
    labelSelectorPath?: string;
  };
  return {
    specReplicas: paths.specReplicasPath,
    statusReplicas: paths.statusReplicasPath,
    ...(paths.labelSelectorPath ? { selector: paths.labelSelectorPath } : {}),
  };
}
