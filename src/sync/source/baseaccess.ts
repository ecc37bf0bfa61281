import type { Credentials } from '../../git/transport/transport.ts';
import type { RemoteBase } from '../../render/kustomize/remote.ts';

/** What a person lets a delivery read of other repositories. */
export interface BasePolicy {
  /** HOST or HOST:PORT, whole: `connect --allow-base`. */
  readonly hosts: readonly string[];
  /** The repository that it follows by http or https, with what it is given there. */
  readonly own?: { readonly url: string; readonly credentials?: Credentials };
}

export type BaseAccess =
  | { readonly isAllowed: true; readonly credentials?: Credentials }
  | { readonly isAllowed: false };

/**
 * Whoever commits names the address, so that it must not decide what a token opens: that of the delivery reads its own repository, and others
 * of that server once a person allows the host. It goes to the scheme, host and port that it was given for alone: never by http where the
 * repository is followed by https.
 */
export function baseAccess({ url, host }: Pick<RemoteBase, 'url' | 'host'>, policy: BasePolicy): BaseAccess {
  const { own, hosts } = policy;
  // As the client asks, which takes `..` and default ports out of an address.
  const [base, followed] = [parsed(url), parsed(own?.url)];
  const isSameServer = base !== undefined && base.origin === followed?.origin;
  const isOwn = isSameServer && repositoryOf(base) === repositoryOf(followed);
  if (!isOwn && !hosts.includes(host)) return { isAllowed: false };
  return { isAllowed: true, ...(isSameServer && own?.credentials ? { credentials: own.credentials } : {}) };
}

const parsed = (url: string | undefined): URL | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url) : undefined;

/** With and without `.git` it is the same one. */
const repositoryOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '').replace(/\.git$/, '');
