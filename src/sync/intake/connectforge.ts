import { ProblemError } from '../../base/errors.ts';
import type { ConnectRequest } from '../../model/faces.ts';
import { FORGE_KINDS } from '../../model/kinds/delivery.ts';
import type { Delivery } from '../../model/types.ts';
import type { ConnectPart } from './connectsecret.ts';

type ForgeRequest = Pick<
  ConnectRequest,
  'name' | 'url' | 'forge' | 'forgeToken' | 'githubApp' | 'githubAppKey'
>;

/**
 * What a Delivery says of its forge from now on, as a merge patch; nothing where the request does not speak of it. A token is kept with the
 * address that it was given for, and is shown to no other. @throws ProblemError BadRequest
 */
export function forgeSpec(request: ForgeRequest, before: Delivery['spec'] | undefined): ConnectPart {
  const { name, forge } = request;
  if (forge === 'none') return { spec: { forge: null } };
  const named = forge === undefined ? undefined : parseForge(forge);
  const secret = secretOf(request);
  if (!named && !secret) return { spec: {} };
  const known = before?.forge?.url;
  const remote = request.url ?? (before?.repository.type === 'remote' ? before.repository.url : undefined);
  const url = named?.url ?? known ?? originOf(remote);
  if (secret && url === undefined)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `It is not known which forge ${name} is at, so there is nobody to show a token to.`,
      remedy: `pilotage connect ${name} --forge gitea=https://… --forge-token-file FILE`,
    });
  if (secret && url !== undefined) {
    const kept = `forge-${name}`;
    return {
      spec: { forge: { ...(named ?? {}), secretRef: { name: kept } } },
      keep: { name: kept, data: { ...secret, url } },
    };
  }
  const moved = named !== undefined && known !== undefined && named.url !== known;
  return { spec: { forge: { ...(named ?? {}), ...(moved ? { secretRef: null } : {}) } } };
}

/** Forges that people have, and whose API is not spoken. */
const UNSPOKEN: Readonly<Record<string, string>> = {
  bitbucket: 'Bitbucket',
  'bitbucket-server': 'Bitbucket Data Center',
  azure: 'Azure DevOps',
};

/** `gitea=https://git.example.com`. @throws ProblemError BadRequest */
export function parseForge(text: string): {
  readonly kind: (typeof FORGE_KINDS)[number];
  readonly url: string;
} {
  const [word = '', ...rest] = text.split('=');
  const kind = FORGE_KINDS.find((one) => one === (word === 'forgejo' ? 'gitea' : word));
  const unspoken = UNSPOKEN[word];
  if (unspoken !== undefined)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `Pull requests and statuses of ${unspoken} are not supported; its repositories and webhooks are.`,
      remedy: `Leave out --forge: what is pushed there is delivered as ever, and promotions are merges that Pilotage pushes. ${FORGE_KINDS.join(', ')} and forgejo are spoken.`,
    });
  const address = rest.join('=');
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url && !url.username && !url.password && !url.search && !url.hash;
  if (kind && isPlain && (url.protocol === 'https:' || url.protocol === 'http:'))
    return { kind, url: url.href.replace(/\/+$/, '') };
  throw new ProblemError({
    reason: 'BadRequest',
    message: `"${url?.password ? `${word}=…` : text}" does not say which forge there is, and where.`,
    remedy: `Write KIND=https://HOST, without a path to a repository and without credentials; KIND is ${FORGE_KINDS.join(', ')} or forgejo. \`none\` takes it back.`,
  });
}

function secretOf({ forgeToken, githubApp, githubAppKey }: ForgeRequest): Record<string, string> | undefined {
  if (githubApp === undefined && githubAppKey === undefined)
    return forgeToken ? { token: forgeToken } : undefined;
  const [, appId, installationId] = /^([\w.-]+):(\d+)$/.exec(githubApp ?? '') ?? [];
  if (appId && installationId && githubAppKey && !forgeToken)
    return { appId, installationId, privateKey: githubAppKey };
  throw new ProblemError({
    reason: 'BadRequest',
    message:
      'A GitHub App needs its number, that of its installation, and its private key; and no token beside them.',
    remedy: '--github-app APP:INSTALLATION --github-app-key-file FILE',
  });
}

/** Of an address of git over HTTP, where the pages of the forge are too. */
const originOf = (remote: string | undefined): string | undefined => {
  if (remote === undefined) return undefined;
  const host = /^(?:ssh:\/\/)?git@(github\.com|gitlab\.com|codeberg\.org)[:/]/.exec(remote)?.[1];
  if (host) return `https://${host}`;
  return /^https?:/i.test(remote) && URL.canParse(remote) ? new URL(remote).origin : undefined;
};
