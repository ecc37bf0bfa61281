import type { Json } from '../../kube/values/types.ts';

/** A document of a template's output: an object, or the text of what is no YAML. */
export type Document = Readonly<Record<string, Json>>;

/** The member that holds the text of a document that is no YAML. */
export const RAW = 'raw';
