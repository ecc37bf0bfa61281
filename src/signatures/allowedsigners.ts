import { createHash } from 'node:crypto';
import type { Problem } from '../base/errors.ts';
import { publicKeyOf, unsupportedType } from './sshkey.ts';
import { GIT_NAMESPACE } from './sshsig.ts';

/** A line of a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS). Times in milliseconds since 1970. */
export interface AllowedSigner {
  /** Patterns with `*`, `?` and `!`. */
  readonly principals: readonly string[];
  /** The public key as SSH writes it. */
  readonly key: Buffer;
  readonly namespaces?: readonly string[];
  readonly validAfter?: number;
  readonly validBefore?: number;
  readonly line: number;
}

/** Whose signatures count: keys of SSH, and keys of OpenPGP in ASCII armor. */
export interface Signers {
  readonly ssh: readonly AllowedSigner[];
  readonly pgp: readonly string[];
}

const PGP_BLOCK = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;
const MOST_BYTES = 256 * 1024;

/** Allowed signers, and blocks of public keys of OpenPGP, in one file. Problems have their lines. */
export function readSigners(
  text: string,
  file: string,
): { readonly signers: Signers; readonly problems: readonly Problem[] } {
  const place = (line: number) => ({ file, line });
  if (text.length > MOST_BYTES)
    return {
      signers: { ssh: [], pgp: [] },
      problems: [{ reason: 'TooLarge', message: `${file} is larger than ${MOST_BYTES} bytes.` }],
    };
  const pgp = text.match(PGP_BLOCK) ?? [];
  // Lines keep their numbers.
  const rest = text.replace(PGP_BLOCK, (block) => block.replace(/[^\n]/g, ''));
  const ssh: AllowedSigner[] = [];
  const problems: Problem[] = [];
  rest.split('\n').forEach((raw, at) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const read = readLine(line, at + 1);
    if ('wrong' in read)
      problems.push({ reason: 'WrongValue', message: read.wrong, place: place(at + 1), remedy: REMEDY });
    else ssh.push(read);
  });
  if (ssh.length + pgp.length + problems.length === 0)
    problems.push({ reason: 'WrongValue', message: 'It has no key.', place: place(1), remedy: REMEDY });
  return { signers: { ssh, pgp }, problems };
}

const REMEDY =
  'A line is: ada@example.com ssh-ed25519 AAAA…; options of ssh-keygen(1) stand before the type.';

function readLine(line: string, at: number): AllowedSigner | { readonly wrong: string } {
  const words = line.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  const [principals = '', second = '', ...others] = words;
  const isType = unsupportedType(second) === undefined || /^(?:sk-|ssh-|ecdsa-)/.test(second);
  const [options, type, encoded = ''] = isType
    ? ['', second, others[0]]
    : [second, others[0] ?? '', others[1]];
  const unsupported = unsupportedType(type);
  if (unsupported) return { wrong: `Its key cannot be used: ${unsupported}.` };
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return { wrong: 'Its key is not base64.' };
  const key = Buffer.from(encoded, 'base64');
  try {
    if (publicKeyOf(key).type !== type) return { wrong: `Its key is not of type ${type}.` };
  } catch (error) {
    return { wrong: `Its key cannot be used: ${error instanceof Error ? error.message : 'it is damaged'}.` };
  }
  const found = readOptions(options);
  if ('wrong' in found) return found;
  return { principals: principals.replaceAll('"', '').split(','), key, ...found, line: at };
}

type Options = Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'>;

function readOptions(text: string): Options | { readonly wrong: string } {
  const options: { -readonly [Key in keyof Options]: Options[Key] } = {};
  for (const option of text === '' ? [] : (text.match(/(?:"[^"]*"|[^,"])+/g) ?? [])) {
    const [name = '', ...rest] = option.split('=');
    const value = rest.join('=').replaceAll('"', '');
    const time = timeOf(value);
    switch (name.toLowerCase()) {
      case 'namespaces':
        options.namespaces = value.split(',');
        break;
      case 'valid-after':
      case 'valid-before':
        if (time === undefined)
          return { wrong: `${name}: "${value}" is not a time as YYYYMMDD or YYYYMMDDHHMMSSZ.` };
        options[name.toLowerCase() === 'valid-after' ? 'validAfter' : 'validBefore'] = time;
        break;
      case 'cert-authority':
        return {
          wrong: 'cert-authority: certificates of SSH are not supported yet; list the keys themselves.',
        };
      default:
        return { wrong: `"${name}" is not an option of allowed signers.` };
    }
  }
  return options;
}

/** `YYYYMMDD[HHMM[SS]][Z]`; without a zone UTC too, whatever the zone of the machine. */
function timeOf(text: string): number | undefined {
  const [, y, mo, d, h = '00', mi = '00', s = '00'] =
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z?$/.exec(text) ?? [];
  const time = y === undefined ? Number.NaN : Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return Number.isNaN(time) ? undefined : time;
}

export type SignerFound =
  | { readonly kind: 'allowed'; readonly signer: AllowedSigner }
  | { readonly kind: 'refused'; readonly why: string };

/** The line that lets a key sign for git at `now` (ms) in the name of `principal`, or why there is none. */
export function findSigner(
  signers: readonly AllowedSigner[],
  key: Buffer,
  principal: string,
  now: number,
): SignerFound {
  const lines = signers.filter((signer) => signer.key.equals(key));
  if (lines.length === 0)
    return refused(`signed by ${fingerprintOf(key)}, which is not in the list of allowed signers`);
  const named = lines.filter(({ principals }) => matches(principals, principal));
  if (named.length === 0)
    return refused(`signed by ${fingerprintOf(key)}, which is not the key of its committer ${principal}`);
  const forGit = named.filter(
    ({ namespaces }) => namespaces === undefined || matches(namespaces, GIT_NAMESPACE),
  );
  if (forGit.length === 0) return refused(`signed by ${fingerprintOf(key)}, which may not sign for git`);
  const valid = forGit.find(
    ({ validAfter = -Infinity, validBefore = Infinity }) => validAfter <= now && now < validBefore,
  );
  if (valid) return { kind: 'allowed', signer: valid };
  return refused(
    `signed by ${fingerprintOf(key)}, which has expired or is not valid yet (line ${forGit[0]?.line})`,
  );
}

const refused = (why: string): SignerFound => ({ kind: 'refused', why });

/** As `ssh-keygen -l` prints it. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** A list of patterns as OpenSSH matches it: one that is negated outweighs all others (match_pattern_list). */
function matches(patterns: readonly string[], text: string): boolean {
  const isMatch = (pattern: string): boolean => glob(pattern, text);
  if (patterns.some((one) => one.startsWith('!') && isMatch(one.slice(1)))) return false;
  return patterns.some((one) => !one.startsWith('!') && isMatch(one));
}

/** In time that grows with the product of both lengths, whatever the pattern. */
function glob(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') [star, mark, p] = [p, t, p + 1];
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) [p, t] = [p + 1, t + 1];
    else if (star >= 0) [p, mark, t] = [star + 1, mark + 1, mark + 1];
    else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
