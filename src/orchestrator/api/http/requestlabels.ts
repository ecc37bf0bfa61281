/** By what a request is counted (apiserver `pkg/endpoints/metrics/metrics.go`). */
import type { KindRegistry } from '../types.ts';
import { askedOf } from './auditasked.ts';

export interface CountedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Tells an apply from another patch. */
  readonly contentType: string | undefined;
}

export type Labels = Readonly<Record<string, string>>;

const VERBS: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  post: 'POST',
  put: 'PUT',
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};
const CONNECTED: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** What nobody serves here has no name, so that strangers cannot make up as many as they like. */
export function labelsOf(
  request: CountedRequest,
  kinds: Pick<KindRegistry, 'find'>,
): Labels & { readonly verb: string } {
  const { method, path, query, contentType } = request;
  const { verb, policyResource, objectRef } = askedOf(method, path, query);
  const dry_run = query.get('dryRun') ? 'All' : '';
  const { group = '', plural = '', subresource = '', namespace = '', name = '' } = policyResource ?? {};
  const version = objectRef?.apiVersion ?? '';
  const served = kinds.find(group, version, plural);
  if (!served || (subresource && !served.subresourceRows.some((row) => row.name === subresource)))
    return { verb: VERBS[verb] ?? 'OTHER', dry_run, ...NOTHING };
  const scope = name ? 'resource' : namespace ? 'namespace' : 'cluster';
  const named = { group, version, resource: plural, subresource, scope, component: 'apiserver' };
  return { verb: verbAt(verb, subresource, contentType), dry_run, ...named };
}

const NOTHING = { group: '', version: '', resource: '', subresource: '', scope: '', component: 'apiserver' };

function verbAt(verb: string, subresource: string, contentType: string | undefined): string {
  if (CONNECTED.has(subresource)) return 'CONNECT';
  if (verb === 'patch' && contentType?.startsWith('application/apply-patch')) return 'APPLY';
  return VERBS[verb] ?? 'OTHER';
}
