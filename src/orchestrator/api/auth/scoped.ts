import type { User } from '../../../kube/client/client.ts';
import { SCOPE } from '../../../kube/client/scope.ts';
import type { Attributes, Decision, RequestVerb } from '../types.ts';

type ResourceAttributes = Extract<Attributes, { group: string }>;

export const isScoped = ({ groups }: User): boolean => groups.includes(SCOPE.group);

const READS: readonly RequestVerb[] = ['get', 'list', 'watch'];

/** A user who is confined: to whole namespaces, to named objects outside of them, and to deleting what carries its mark. */
export function scopedMay(user: User, attributes: Attributes): Decision {
  if (!('group' in attributes)) return refused('it has no business with paths');
  const { group, verb, namespace } = attributes;
  if (verb === 'impersonate') return refused('it acts as nobody but itself');
  if (group === SCOPE.closed || group.endsWith(`.${SCOPE.closed}`)) {
    return refused(`${SCOPE.closed} is written by Pilotage and by people`);
  }
  const may =
    namespace === undefined
      ? mayOutside(user, attributes)
      : has(user, SCOPE.namespaces, namespace) || (READS.includes(verb) && has(user, SCOPE.reads, namespace));
  if (may || (verb === 'delete' && isItsOwn(user, attributes))) return { allowed: true };
  return refused(
    namespace === undefined
      ? 'it is outside of its namespace'
      : 'an environment writes its own namespace only',
  );
}

/** Definitions of closed kinds are objects outside of namespaces, which are named one by one. */
function mayOutside(user: User, { group, resource, verb, name, object }: ResourceAttributes): boolean {
  const kind = `${group}/${resource}/`;
  const asked = name ?? object?.metadata.name;
  if (asked !== undefined) return has(user, SCOPE.objects, `${kind}${asked}`);
  return READS.includes(verb) && list(user, SCOPE.objects).some((one) => one.startsWith(kind));
}

function isItsOwn(user: User, { live }: ResourceAttributes): boolean {
  const tracking = live?.metadata.annotations?.[SCOPE.tracking];
  return tracking !== undefined && list(user, SCOPE.owns).some((mark) => tracking.startsWith(mark));
}

const list = ({ extra = {} }: User, key: string): readonly string[] => extra[key] ?? [];
const has = (user: User, key: string, value: string): boolean => list(user, key).includes(value);
const refused = (reason: string): Decision => ({ allowed: false, reason });
