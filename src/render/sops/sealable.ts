import { type Problem, unwrap } from '../../base/errors.ts';
import { placesOf } from '../../kube/values/yaml-places.ts';
import { bytesOf, type Plain } from './cipher.ts';
import { type Leaf, type Leaves, leavesOf } from './leaves.ts';
import type { SealRule } from './metadata.ts';
import { openSealed, pathText, readSealed } from './open.ts';

interface Sealing {
  readonly file: string;
  readonly key: Uint8Array;
  readonly rule: SealRule;
}

/** What SOPS would not read, or not as it was written: its keys are strings, and `sops` is its own. */
export function notForSops(text: string, content: Leaves, { file }: Sealing): Problem | undefined {
  const place = placesOf(text, file);
  const [key] = content.oddKeys;
  if (key !== undefined)
    return refusal('SOPS takes keys that are strings only', place(key), 'Write the key in quotes.');
  const [own] = content.metadata;
  if (own) return refusal('The key sops is where SOPS writes its own', place(own.start), 'Choose another.');
  return undefined;
}

const refusal = (message: string, place: Problem['place'] & object, remedy: string): Problem => ({
  reason: 'NotForSops',
  message,
  place,
  remedy,
});

/** Opens what was sealed, and says which value of the text is no longer there. */
export function lostBy(
  sealed: string,
  { leaves }: Leaves,
  { file, key, rule }: Sealing,
): Problem | undefined {
  const again = unwrap(readSealed(sealed, file));
  const opened = again ? leavesOf(unwrap(openSealed(again, key)).text, file).leaves : [];
  const wanted = leaves.map((leaf) => meaning(leaf, rule));
  const found = opened.map((leaf) => meaning(leaf, rule));
  const at = wanted.findIndex((each, i) => each !== found[i]);
  if (at < 0 && found.length === wanted.length) return undefined;
  return {
    reason: 'NotSealed',
    message: `${leaves[at]?.path.join('.') ?? 'The file'} would not be the same after it was sealed and opened; nothing was written`,
    place: { file },
    remedy: 'Write the value in quotes.',
  };
}

/** A time is sealed as it is written; where it stays readable, SOPS counts it as RFC 3339. */
export function sealedAs({ value, written, path }: Leaf, { isSealed }: SealRule): Plain | null {
  return typeof value === 'string' && isSealed(path) ? written : value;
}

/** A number has no type beside its digits: SOPS writes `1.0` as `1`. */
function meaning(leaf: Leaf, rule: SealRule): string {
  const value = sealedAs(leaf, rule);
  return `${pathText(leaf.path)} ${typeof value === 'string' ? 'text' : ''} ${value === null ? 'null' : bytesOf(value)}`;
}
