import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { placesOf } from '../../kube/values/yaml-places.ts';
import { isSealed } from './cipher.ts';
import type { SealedFile } from './open.ts';

/** How many values of a file are sealed. */
export const sealedValues = (file: SealedFile | undefined): number =>
  file?.content.leaves.filter(({ value }) => typeof value === 'string' && isSealed(value)).length ?? 0;

/** Whether a file loses nothing by a new key: keys of other kinds cannot be sealed again here, and neither can comments. */
export function rotatable({ file, text, metadata }: SealedFile): Result<undefined> {
  const others = [...(metadata.pgp.length > 0 ? ['pgp'] : []), ...metadata.others];
  if (others.length > 0) return failed(refusal({ file }, `is sealed by ${others.join(', ')} as well`));
  const comment = text.search(/ENC\[AES256_GCM,[^\]\n]*,type:comment\]/);
  return comment < 0
    ? ok(undefined)
    : failed(refusal(placesOf(text, file)(comment), 'has comments that are sealed'));
}

const refusal = (place: Problem['place'] & object, what: string): Problem => ({
  reason: 'NotRotatable',
  message: `The file ${what}, which only sops can seal with another key`,
  place,
  remedy: 'Run sops rotate --in-place FILE, and sops updatekeys FILE.',
});
