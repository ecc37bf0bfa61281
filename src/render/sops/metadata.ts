import { failed, ok, type Result } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { isObject } from '../../kube/values/equal.ts';
import { compileRegex } from '../../kube/values/pattern.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';

/** A data key, sealed for one age recipient. */
export interface AgeKey {
  readonly recipient: string;
  /** An armored age file. */
  readonly enc: string;
}

/** A data key, sealed for an OpenPGP key. */
export interface PgpKey {
  readonly fingerprint: string;
  /** An armored message. */
  readonly enc: string;
}

/** The member `sops` of a file (stores/stores.go of SOPS). */
export interface SopsMetadata {
  readonly age: readonly AgeKey[];
  /** Data keys as messages of OpenPGP, by the fingerprints that they are for. */
  readonly pgp: readonly PgpKey[];
  /** Kinds of keys that this file names besides: `kms` … */
  readonly others: readonly string[];
  /** RFC 3339; the message authentication code is bound to it. */
  readonly lastModified: string;
  readonly mac: string;
  readonly macOnlyEncrypted: boolean;
  readonly rule: SealRule;
  /** All of it, as it was read. */
  readonly written: JsonObject;
}

const OTHERS = ['kms', 'gcp_kms', 'hckms', 'azure_kv', 'hc_vault'];
const DEFAULT_SUFFIX = '_unencrypted';
const RULES = ['unencrypted_suffix', 'encrypted_suffix', 'unencrypted_regex', 'encrypted_regex'];
const COMMENT_RULES = ['unencrypted_comment_regex', 'encrypted_comment_regex'];

export function readMetadata(sops: Json | undefined, place: Place): Result<SopsMetadata> {
  const invalid = (message: string, remedy?: string): Result<never> =>
    failed({ reason: 'InvalidSopsFile', message, place, ...(remedy ? { remedy } : {}) });
  if (!isObject(sops)) return invalid('sops must be a map: SOPS writes it');
  const { lastmodified, mac } = sops;
  if (typeof lastmodified !== 'string' || typeof mac !== 'string')
    return invalid('sops has no lastmodified and mac', 'Write the file with sops or pilotage secrets edit.');
  if (Array.isArray(sops.key_groups) && sops.key_groups.length > 0)
    return invalid('Key groups are not supported', 'Seal the file for age recipients: sops --age …');
  const rule = readRule(sops, place);
  if (!rule.ok) return rule;
  return ok({
    age: ageKeys(sops.age),
    pgp: pgpKeys(sops.pgp),
    others: OTHERS.filter((kind) => Array.isArray(sops[kind]) && sops[kind].length > 0),
    lastModified: lastmodified,
    mac,
    macOnlyEncrypted: sops.mac_only_encrypted === true,
    rule: rule.value,
    written: sops,
  });
}

const ageKeys = (value: Json | undefined): AgeKey[] =>
  (Array.isArray(value) ? value : []).flatMap((key) =>
    isObject(key) && typeof key.recipient === 'string' && typeof key.enc === 'string'
      ? [{ recipient: key.recipient, enc: key.enc }]
      : [],
  );

const pgpKeys = (value: Json | undefined): PgpKey[] =>
  (Array.isArray(value) ? value : []).flatMap((key) =>
    isObject(key) && typeof key.fp === 'string' && typeof key.enc === 'string'
      ? [{ fingerprint: key.fp, enc: key.enc }]
      : [],
  );

/** Which leaves are sealed, by the one rule that a file may have: `shouldBeEncrypted` of sops.go. */
export interface SealRule {
  /** `encrypted_regex`, say. */
  readonly name: string;
  readonly value: string;
  readonly isSealed: (path: readonly string[]) => boolean;
}

/** The rule in the metadata of a file, or in `.sops.yaml`. */
export function readRule(said: JsonObject, place: Place): Result<SealRule> {
  const comment = COMMENT_RULES.find((rule) => said[rule]);
  if (comment)
    return failed({
      reason: 'InvalidSopsFile',
      message: `${comment} is not supported`,
      place,
      remedy: `Choose what is sealed by ${RULES.join(', ')}.`,
    });
  const [name = 'unencrypted_suffix', second] = RULES.filter((rule) => said[rule]);
  if (second) {
    const message = `${name} and ${second} cannot both be in one file`;
    return failed({ reason: 'InvalidSopsFile', message, place });
  }
  const value = String(said[name] ?? DEFAULT_SUFFIX);
  const sealsMatches = name.startsWith('encrypted');
  const rule = (matches: (key: string) => boolean): Result<SealRule> =>
    ok({ name, value, isSealed: (path) => path.some(matches) === sealsMatches });
  if (name.endsWith('suffix')) return rule((key) => key.endsWith(value));
  const regex = compileRegex(value);
  if (!regex.ok) return failed({ ...regex.problems[0], reason: 'InvalidSopsFile', place });
  return rule((key) => regex.value.test(key));
}
