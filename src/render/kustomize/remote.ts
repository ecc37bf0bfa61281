import type { Place } from '../../base/place.ts';
import { refuse } from './errors.ts';

/** A folder of another repository at one commit. */
export interface RemoteBase {
  /** As the kustomization names it. */
  readonly written: string;
  /** What is cloned, without credentials: `https://github.com/org/repo`. */
  readonly url: string;
  /** With a port where one is written. */
  readonly host: string;
  readonly commit: string;
  /** Of its kustomization in that repository, '' for the root. */
  readonly folder: string;
}

/**
 * Where a render finds the repository of a base: git allows no folder of this name in a tree, so that nothing which is pushed can be
 * taken for it.
 */
export const MOUNTS = '.git';
export const mountOf = ({ url, commit }: Pick<RemoteBase, 'url' | 'commit'>): string =>
  `${MOUNTS}/${url.replace(/^https?:\/\//, '').replaceAll('//', '/')}@${commit}`;

/** Where its kustomization is. */
export const folderIn = (base: RemoteBase): string =>
  base.folder === '' ? mountOf(base) : `${mountOf(base)}/${base.folder}`;

const REMOTE =
  /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\/\/|git::|[\w.-]+@[\w.-]+:|(?:github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com|[\w.-]+\.(?:com|org|io|net))[:/])|\?ref=|\.git(?:\/|$|\?)/;

/** Whether a path of a kustomization means something elsewhere. */
export const isRemote = (path: string): boolean => REMOTE.test(path);

/** An address, as kustomize takes apart what it clones (api `internal/git/repospec.go`). */
export interface Address {
  readonly scheme: 'https' | 'http' | 'ssh' | 'file';
  readonly host: string;
  readonly repository: string;
  readonly folder: string;
  /** '' where none is named. */
  readonly ref: string;
}

const SCHEME = /^(ssh|https|http|file):\/\//i;

/** undefined for whatever kustomize would not clone: a path, a file of a web server. */
export function addressOf(text: string): Address | undefined {
  if (text.startsWith('/')) return undefined;
  const [before = '', query = ''] = splitAt(text.replace(/^git::/i, ''), '?');
  const written = SCHEME.exec(before)?.[1]?.toLowerCase();
  const afterScheme = before.replace(SCHEME, '');
  const user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(afterScheme)?.[0] ?? '';
  const rest = afterScheme.slice(user.length);
  const isGithub = /^github\.com[/:]/i.test(rest);
  if (written === 'file') return { scheme: 'file', host: '', repository: rest, folder: '', ref: 'HEAD' };
  const isShort = written === undefined && (user !== '' || isGithub);
  if (written === undefined && !isShort) return undefined;
  const end = hostEnd(rest, isShort);
  if (end <= 0) return undefined;
  const [host, path] = [rest.slice(0, end).toLowerCase(), rest.slice(end + 1)];
  const scheme = isGithub ? (user !== '' || written === 'ssh' ? 'ssh' : 'https') : (written ?? 'ssh');
  const parts = partsOf(path);
  if (!parts || parts.repository === '') return undefined;
  const parameters = new URLSearchParams(query);
  const ref = parameters.get('ref') || parameters.get('version') || '';
  return { scheme: scheme as Address['scheme'], host, ...parts, ref };
}

function hostEnd(rest: string, isShort: boolean): number {
  const slash = rest.indexOf('/');
  const colon = isShort ? rest.indexOf(':') : -1;
  return colon > 0 && (slash < 0 || colon < slash) ? colon : slash;
}

/** What is cloned ends at `_git/NAME`, `//` or `.git`; where none of them is, after the second segment. */
function partsOf(path: string): Pick<Address, 'repository' | 'folder'> | undefined {
  const split = (at: number, skip = 0) => ({
    repository: path.slice(0, at),
    folder: path
      .slice(at + skip)
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/'),
  });
  const azure = /^.*?_git\/[^/]*/.exec(path);
  const double = path.indexOf('//');
  const suffix = path.indexOf('.git');
  const found = azure
    ? split(azure[0].length)
    : double >= 0
      ? split(double, 2)
      : suffix >= 0
        ? split(suffix + '.git'.length)
        : split((/^[^/]+\/[^/]+/.exec(path)?.[0] ?? '').length);
  return found.folder.split('/').includes('..') ? undefined : found;
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const COMMIT = /^[0-9a-f]{40}$/;

/** The base that a kustomization names by an address. @throws ProblemError where it is no commit of a repository that could be fetched */
export function remoteBase(written: string, place: Place): RemoteBase {
  const address = addressOf(written);
  if (!address || isWebFile(written, address)) throw remoteFile(written, place);
  const { scheme, host, repository, folder, ref } = address;
  const path = folder === '' ? '' : `//${folder}`;
  if (scheme === 'ssh' || scheme === 'file')
    throw refuse(
      `${written} is reached by ${scheme}, and a base is fetched by https alone`,
      place,
      `Write https://${scheme === 'ssh' ? host : 'HOST'}/${scheme === 'ssh' ? repository : 'REPOSITORY'}${path}?ref=COMMIT, or copy it into the repository (kustomize localize).`,
      'RemoteResource',
    );
  const url = `${scheme}://${host}/${repository}`;
  if (!COMMIT.test(ref))
    throw refuse(
      `${written} names ${ref === '' ? 'no commit' : `${ref}, which may be another commit tomorrow`}: a base of another repository is used at one commit alone`,
      place,
      `Write ?ref= with the 40 digits that \`git ls-remote ${url} ${ref === '' ? 'HEAD' : ref}\` prints.`,
      'RemoteNotPinned',
    );
  return { written, url, host, commit: ref, folder };
}

/** kustomize reads a file of a web server too; a repository is told by its marks. */
const isWebFile = (written: string, { host, ref }: Address): boolean =>
  ref === '' && (/^raw\.|^gist\./.test(host) || /\.(ya?ml|json)$/i.test(written.split('?')[0] ?? ''));

export const remoteFile = (written: string, place: Place): Error =>
  refuse(
    `${written} is a file elsewhere, which may be another tomorrow: a render reads files of this repository alone`,
    place,
    'Download it, commit it, and name the copy; or name the folder of its repository with ?ref=COMMIT.',
    'RemoteResource',
  );

export const notFetched = ({ written }: RemoteBase, place: Place): Error =>
  refuse(
    `${written} is not here: bases of other repositories are fetched for a delivery alone, and not by a render on disk`,
    place,
    'Push it, or copy the base into the repository (kustomize localize).',
    'RemoteNotFetched',
  );
