import { findSigner, fingerprintOf, type Signers } from './allowedsigners.ts';
import type { Signed } from './signedcommit.ts';
import { isSignatureOf, parseSshSignature, SSH_BEGIN } from './sshsig.ts';

export type Verdict =
  | { readonly kind: 'good'; readonly by: string; readonly key: string; readonly ends?: readonly number[] }
  | { readonly kind: 'bad'; readonly why: string };

/** A signature of OpenPGP: e-mail addresses of the key that made it, and when something of either expires (ms); or why it does not count. */
export type PgpVerdict =
  | {
      readonly kind: 'valid';
      readonly fingerprint: string;
      readonly emails: readonly string[];
      readonly ends: readonly number[];
    }
  | { readonly kind: 'bad'; readonly why: string };

export type VerifyPgp = (keys: readonly string[], signature: string, payload: Buffer) => Promise<PgpVerdict>;

export interface Court {
  readonly signers: Signers;
  readonly verifyPgp: VerifyPgp;
  /** Milliseconds since 1970. What a commit says of its own time is its author's word, and counts for nothing. */
  readonly now: number;
}

const bad = (why: string): Verdict => ({ kind: 'bad', why });

/** Whether what was signed counts, in the name of the committer's e-mail address. */
export async function judge(
  signed: Signed,
  committer: string,
  { signers, verifyPgp, now }: Court,
): Promise<Verdict> {
  if (signed.kind === 'unsigned') return bad('it is not signed');
  if (signed.kind === 'odd') return bad(signed.why);
  const { signature, payload } = signed;
  if (signature.startsWith(SSH_BEGIN)) {
    const parsed = parseSshSignature(signature);
    if (!parsed) return bad('its signature is damaged');
    if (!isSignatureOf(parsed, payload))
      return bad('its signature is of something else, or of a type of key that is not supported');
    const found = findSigner(signers.ssh, parsed.key, committer, now);
    return found.kind === 'refused'
      ? bad(found.why)
      : { kind: 'good', by: committer, key: fingerprintOf(parsed.key) };
  }
  if (signature.startsWith('-----BEGIN PGP ')) {
    if (signers.pgp.length === 0)
      return bad('it is signed by OpenPGP, and no key of OpenPGP is in the list of allowed signers');
    const verdict = await verifyPgp(signers.pgp, signature, payload);
    if (verdict.kind === 'bad') return bad(verdict.why);
    if (!verdict.emails.includes(committer.toLowerCase()))
      return bad(`signed by ${verdict.fingerprint}, which is not the key of its committer ${committer}`);
    return { kind: 'good', by: committer, key: verdict.fingerprint, ends: verdict.ends };
  }
  if (signature.startsWith('-----BEGIN SIGNED MESSAGE-----'))
    return bad('it is signed by X.509 (S/MIME, or Sigstore keyless), which is not supported');
  return bad('its signature is of an unknown kind');
}
