/** By what a request is counted (apiserver `pkg/endpoints/metrics/metrics.go`). */
import type { KindRegistry } from '../types.ts';
import type { Asked } from './asked.ts';
import { STREAMS } from './overload/deadline.ts';

export interface CountedRequest {
  readonly asked: Asked;
  readonly query: URLSearchParams;
  /** Tells an apply from another patch. */
  readonly contentType?: string | undefined;
}

export type Labels = Readonly<Record<string, string>>;
export type RequestLabels = Labels & { readonly verb: string; readonly dry_run: string };

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

/** What nobody serves here has no name, so that strangers cannot make up as many as they like. */
export function labelsOf(
  { asked, query, contentType }: CountedRequest,
  kinds: Pick<KindRegistry, 'find'>,
): RequestLabels {
  const { verb, policyResource, objectRef } = asked;
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
  if (STREAMS.has(subresource)) return 'CONNECT';
  if (verb === 'patch' && contentType?.startsWith('application/apply-patch')) return 'APPLY';
  return VERBS[verb] ?? 'OTHER';
}
