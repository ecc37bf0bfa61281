import { once } from '../../../base/once.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../kube/kinds/objects.data.ts';
import { crdSchema } from '../../../kube/schema/crdschema.ts';
import type { Schema } from '../../../kube/schema/schema.ts';
import { canonicalJson } from '../../../kube/values/equal.ts';
import type { Json } from '../../../kube/values/types.ts';
import type { Kind, Subresource } from './kind.ts';
import { type ScalePaths, scale } from './scale.ts';
import { ALL_VERBS } from './servedrow.ts';
import { STATUS } from './subresource.ts';

/** The rows that a definition brings: one for each version that is served; none until its names are accepted. */
export function kindsOf(definition: CustomResourceDefinition): readonly Kind[] {
  const established = definition.status?.conditions?.some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  );
  const storage = definition.spec.versions.find((version) => version.storage);
  if (!established || !storage) return [];
  return definition.spec.versions
    .filter((version) => version.served)
    .map((version) => kindOf(definition, version, storage.name));
}

function kindOf(
  { spec, metadata }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  storageVersion: string,
): Kind {
  const { group, names } = spec;
  const published = version.schema?.openAPIV3Schema as Json | undefined;
  const schema = once(() => schemaOf(published));
  const { scale: paths } = version.subresources ?? {};
  const hasStatus = version.subresources?.status !== undefined;
  const subresources: readonly Subresource[] = [
    ...(paths === undefined ? [] : [scale(scalePaths(paths))]),
    ...(hasStatus ? [STATUS] : []),
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
    storage: { group, plural: names.plural, apiVersion: `${group}/${storageVersion}` },
    strategy: {
      status: hasStatus,
      generation: true,
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
