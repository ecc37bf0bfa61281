import type { Gvk } from '../resource/id.ts';

/** A field of some kinds that a transformer writes. Its path separates members by `/` and goes through lists; `[]` marks one. */
export interface FieldSpec extends Gvk {
  readonly path: string;
  /** Made where it is absent. */
  readonly create: boolean;
}

/** Where a kind is referred to by its name. */
export interface NameReference extends Gvk {
  readonly fieldSpecs: readonly FieldSpec[];
}

export const FIELD_LISTS = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'labels',
  'templateLabels',
  'volumeClaimTemplateLabels',
  'commonAnnotations',
  'varReference',
  'images',
  'replicas',
] as const;

/** The fields that transformers write, and the names that they follow (api `builtinconfig/transformerconfig.go`). */
export type Config = Readonly<Record<(typeof FIELD_LISTS)[number], readonly FieldSpec[]>> & {
  readonly nameReference: readonly NameReference[];
};

/** As it is written: what is absent is '' or false. */
export type RawFieldSpec = Partial<FieldSpec>;
export type RawConfig = Readonly<
  Partial<Record<(typeof FIELD_LISTS)[number], readonly RawFieldSpec[]>> & {
    nameReference?: readonly (Partial<Gvk> & { readonly fieldSpecs?: readonly RawFieldSpec[] })[];
  }
>;
