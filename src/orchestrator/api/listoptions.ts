import { type FieldError, forbidden, notSupported } from '../../kube/values/fielderrors.ts';
import { badRequest, invalidOptions } from './errors.ts';
import type { ListRequest, WatchRequest } from './types.ts';

/** apimachinery `pkg/apis/meta/internalversion/validation`, ValidateListOptions. @throws StatusError Invalid, BadRequest */
export function assertListOptions(request: ListRequest): void {
  const { resourceVersion, resourceVersionMatch: match } = request;
  const errors: FieldError[] = [];
  if (match !== undefined) {
    if (!resourceVersion)
      errors.push(never('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (request.continue) errors.push(never('resourceVersionMatch is forbidden when continue is provided'));
    if (!LIST_MATCHES.includes(match)) errors.push(notSupported(MATCH, match, LIST_MATCHES));
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(never('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  refuse(errors);
  if (request.continue && resourceVersion && resourceVersion !== '0')
    throw badRequest('specifying resource version is not allowed when using continue');
}

/** The same of a watch (`validateWatchOptions`), as a client sends it. */
export function assertWatchOptions(
  request: Pick<WatchRequest, 'resourceVersionMatch' | 'sendInitialEvents'>,
): void {
  const { resourceVersionMatch: match, sendInitialEvents } = request;
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(never('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match !== undefined) {
    if (sendInitialEvents === undefined)
      errors.push(never('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']));
  }
  refuse(errors);
}

const MATCH = 'resourceVersionMatch';
const LIST_MATCHES: readonly string[] = ['Exact', 'NotOlderThan', ''];

const never = (why: string): FieldError => forbidden(MATCH, why);

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidOptions('ListOptions', errors);
}

/** 0 for an absent version: any state will do. @throws StatusError BadRequest */
export function revisionOf(resourceVersion: string | undefined): number {
  if (!resourceVersion) return 0;
  if (/^\d{1,15}$/.test(resourceVersion)) return Number(resourceVersion);
  const shown = JSON.stringify(resourceVersion);
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`,
  );
}
