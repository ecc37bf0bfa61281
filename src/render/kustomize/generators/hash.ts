import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../kube/values/equal.ts';
import type { Json } from '../../../kube/values/types.ts';
import { refuse } from '../errors.ts';
import type { Resource } from '../resource/resource.ts';
import { toJson } from '../yaml/json.ts';
import { fieldOf } from '../yaml/node.ts';

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['data', 'binaryData'],
  Secret: ['type', 'data', 'stringData'],
};
/** Left out where they are absent; the others are '' then. */
const OPTIONAL = new Set(['binaryData', 'stringData']);

/** Letters for digits, so that a hash spells no word (api `hasher/hasher.go`, as Kubernetes' `SafeEncodeString`). */
const SAFE: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/** The ten characters that a name of generated content ends with. */
export function contentHash(resource: Resource): string {
  const { kind, node, origin } = resource;
  const fields = Object.hasOwn(FIELDS, kind) ? FIELDS[kind] : undefined;
  if (!fields) throw refuse(`The content of a ${kind} cannot be hashed`, origin);
  const members = fields.flatMap((field): [string, Json][] => {
    const found = fieldOf(node, field);
    const value = found === undefined ? '' : found.kind === 'scalar' ? found.text : toJson(found, origin);
    return OPTIONAL.has(field) && typeof value !== 'object' ? [] : [[field, value]];
  });
  // The name does not count: kustomize looks for it under another path than it is at.
  const text = goJson({ kind, name: '', ...Object.fromEntries(members) });
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return [...digest].map((character) => SAFE[character] ?? character).join('');
}

/** As Go's encoding/json, which writes HTML's characters as escapes. */
const goJson = (value: Json): string =>
  canonicalJson(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Appends the hash to the names of what was generated (`HashTransformer`). */
export function addHashes(resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (!resource.memory.needsHash) continue;
    const hash = contentHash(resource);
    resource.remember();
    resource.setName(`${resource.name}-${hash}`);
  }
}
