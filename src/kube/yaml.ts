import type { Result } from '../base/errors.ts';
import type { Located } from '../base/located.ts';
import type { Json } from './types.ts';

/** One document as Kubernetes reads YAML (sigs.k8s.io/yaml); an empty text is null. Problems carry file, line, column. */
export function parseYaml(_text: string, _file: string): Result<Json> {
  throw new Error('signature only');
}

/** Every document that is not empty, with the line of its first content. */
export function parseDocuments(_text: string, _file: string): Result<Located<Json>[]> {
  throw new Error('signature only');
}

/** JSON pointer (`/image/tag`, `/ports/0`) of every member of the first document → its line, from 1. */
export function locateKeys(_text: string): ReadonlyMap<string, number> {
  throw new Error('signature only');
}

/** Block-style YAML, keys in the order of the object, no line folding. */
export function dumpYaml(_value: unknown): string {
  throw new Error('signature only');
}
