/** What a render takes from outside of its files, in a form that can be kept and compared: values that were made, answers of a cluster. */

import type { JsonObject } from '../kube/values/types.ts';

/** A value that no template can make twice: a password, a key, a certificate, an identifier, a time. */
export interface Generated {
  /** `randAlphaNum`: the function that made it. */
  readonly function: string;
  /** The template that was rendered, `shop/templates/secret.yaml`. */
  readonly template: string;
  /** Random, eight hexadecimal digits: `randAlphaNum-1f3a9c02` names the value and says nothing of it or of its arguments. */
  readonly id: string;
  /** When it was made, RFC 3339. */
  readonly since: string;
  /** The value as `gotemplate/valuerecord.ts` writes it. A secret, as a rule. */
  readonly value: unknown;
}

/** Values by the call that made them, as `gotemplate/made.ts` names calls. */
export type GeneratedValues = Readonly<Record<string, Generated>>;

/** The texts of a value, without the names of its types and fields. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if ('bytes' in value) return [String(value.bytes)];
  if ('list' in value) return listOf(value.list).flatMap(textsOf);
  const entries = 'map' in value ? value.map : 'struct' in value ? value.struct : [];
  return listOf(entries).flatMap((entry) => textsOf(listOf(entry)[1]));
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const generatedName = ({ function: name, id }: Generated): string => `${name}-${id}`;

/** What a template asks the cluster for. */
export interface Lookup {
  readonly apiVersion: string;
  readonly kind: string;
  /** '' for all namespaces, and for kinds that have none. */
  readonly namespace: string;
  /** '' for the list of all. */
  readonly name: string;
}

/** The object or the list, `{}` where there is none; or why the cluster did not say. */
export type LookupAnswer = { readonly object: JsonObject } | { readonly error: string };

/** Answers by `lookupKey`. */
export type LookupAnswers = Readonly<Record<string, LookupAnswer>>;

/** `apps/v1 Deployment shop/web` */
export const lookupKey = ({ apiVersion, kind, namespace, name }: Lookup): string =>
  `${apiVersion} ${kind} ${namespace}/${name}`;
