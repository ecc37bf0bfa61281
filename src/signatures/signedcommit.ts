/** What a commit signs, and its signature: git's commit.c (parse_signed_commit), gpg-interface.c. */

/** Larger ones are not looked at: a signature of RSA with 16384 bits has 3 KiB. */
const MOST_SIGNATURE_BYTES = 16 * 1024;

export type Signed =
  | { readonly kind: 'signed'; readonly signature: string; readonly payload: Buffer }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'odd'; readonly why: string };

const HEADER = Buffer.from('gpgsig ');

/** The bytes of a commit, apart from its signature: the very bytes that were signed. */
export function signedCommit(content: Buffer): Signed {
  const end = content.indexOf('\n\n');
  const head = content.subarray(0, end < 0 ? content.length : end + 1);
  const kept: Buffer[] = [];
  const signature: Buffer[] = [];
  let count = 0;
  let isInside = false;
  for (let at = 0; at < head.length; ) {
    const next = head.indexOf(0x0a, at);
    const line = head.subarray(at, next < 0 ? head.length : next + 1);
    at += line.length;
    if (isInside && line[0] === 0x20) {
      signature.push(line.subarray(1));
      continue;
    }
    isInside = line.subarray(0, HEADER.length).equals(HEADER);
    if (isInside) {
      count += 1;
      signature.push(line.subarray(HEADER.length));
    } else kept.push(line);
  }
  if (count === 0) return { kind: 'unsigned' };
  // git would take the one after the other: which of them counts must not be a question.
  if (count > 1) return { kind: 'odd', why: `it has ${count} signatures (gpgsig)` };
  const bytes = Buffer.concat(signature);
  if (bytes.length > MOST_SIGNATURE_BYTES)
    return { kind: 'odd', why: `its signature has ${bytes.length} bytes, more than ${MOST_SIGNATURE_BYTES}` };
  return {
    kind: 'signed',
    signature: bytes.toString('latin1'),
    payload: Buffer.concat([...kept, content.subarray(head.length)]),
  };
}
