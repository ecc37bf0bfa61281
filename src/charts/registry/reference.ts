import { isAuthority } from '../../base/authority.ts';
import { ProblemError } from '../../base/errors.ts';
import { type Digest, isDigest } from '../web/digest.ts';

/** A chart of an OCI registry. */
export interface Reference {
  /** `registry.example.com`, `127.0.0.1:5000` */
  readonly host: string;
  /** `charts/web` */
  readonly repository: string;
  /** As the registry writes it: `1.2.3_build`. */
  readonly tag?: string;
  readonly digest?: Digest;
}

const SCHEME = 'oci://';
const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

export const isOci = (text: string): boolean => text.startsWith(SCHEME);

/** Tags know no `+`: Helm writes `_`, which no version has (helm/helm#10166). */
export const tagOf = (version: string): string => version.replaceAll('+', '_');
export const versionOf = (tag: string): string => tag.replaceAll('_', '+');

/** `oci://host/repository[:version][@sha256:…]`. @throws ProblemError InvalidReference */
export function parseReference(text: string): Reference {
  const [named = '', digest, ...more] = text.slice(isOci(text) ? SCHEME.length : 0).split('@');
  const slash = named.indexOf('/');
  const host = named.slice(0, slash);
  const path = named.slice(slash + 1);
  const colon = path.lastIndexOf(':');
  const repository = colon < 0 ? path : path.slice(0, colon);
  const tag = colon < 0 ? undefined : tagOf(path.slice(colon + 1));
  const isValid =
    slash > 0 &&
    more.length === 0 &&
    isAuthority(host) &&
    REPOSITORY.test(repository) &&
    repository.length < 256;
  if (!isValid || (tag !== undefined && !TAG.test(tag)) || (digest !== undefined && !isDigest(digest)))
    throw new ProblemError({
      reason: 'InvalidReference',
      message: `${JSON.stringify(text)} does not name a chart of a registry`,
      remedy: 'Write oci://HOST/REPOSITORY:VERSION, in lower case, or …@sha256:DIGEST.',
    });
  return {
    host,
    repository,
    ...(tag ? { tag } : {}),
    ...(digest !== undefined && isDigest(digest) ? { digest } : {}),
  };
}

/** The reference without its scheme, for people. */
export const referenceText = ({ host, repository, tag, digest }: Reference): string =>
  `${host}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
