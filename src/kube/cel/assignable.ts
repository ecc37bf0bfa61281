import { type CelType, type Substitution, substitute } from './types.ts';

/**
 * Whether a value of type `from` may stand where `to` is asked for; parameters of types are bound in `mapping` on the way, also
 * by what fails: try on a copy (cel-go `checker/types.go`).
 */
export function isAssignable(mapping: Substitution, from: CelType, to: CelType): boolean {
  const [source, target] = [resolve(mapping, from), resolve(mapping, to)];
  if (source === target) return true;
  if (target.kind === 'param') return bind(mapping, target.name, source);
  if (source.kind === 'param') return bind(mapping, source.name, target);
  if (isAny(source) || isAny(target)) return true;
  if (source.kind === 'null') return target.kind === 'null' || isNullable(target);
  if (target.kind === 'null') return isNullable(source);
  return haveSameShape(mapping, source, target);
}

function haveSameShape(mapping: Substitution, a: CelType, b: CelType): boolean {
  if (a.kind === 'list' && b.kind === 'list') return isAssignable(mapping, a.element, b.element);
  if (a.kind === 'map' && b.kind === 'map')
    return isAssignable(mapping, a.key, b.key) && isAssignable(mapping, a.value, b.value);
  if (a.kind === 'type' && b.kind === 'type') return true;
  if (a.kind === 'opaque' && b.kind === 'opaque')
    return (
      a.name === b.name &&
      a.params.length === b.params.length &&
      a.params.every((param, i) => isAssignable(mapping, param, b.params[i] as CelType))
    );
  if (a.kind === 'object' && b.kind === 'object') return a === b || a.fields === b.fields;
  return a.kind === b.kind;
}

/** The type that holds both, once they are assignable: the more general of the two. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  if (isAny(a) || (b.kind === 'null' && isNullable(a))) return a;
  if (isAny(b) || (a.kind === 'null' && isNullable(b))) return b;
  return a;
}

const resolve = (mapping: Substitution, type: CelType): CelType =>
  type.kind === 'param' ? substitute(mapping, type) : type;

function bind(mapping: Substitution, name: string, type: CelType): boolean {
  if (occurs(mapping, name, type)) return false;
  mapping.set(name, type);
  return true;
}

function occurs(mapping: Substitution, name: string, type: CelType): boolean {
  const resolved = resolve(mapping, type);
  switch (resolved.kind) {
    case 'param':
      return resolved.name === name;
    case 'list':
      return occurs(mapping, name, resolved.element);
    case 'map':
      return occurs(mapping, name, resolved.key) || occurs(mapping, name, resolved.value);
    case 'opaque':
      return resolved.params.some((param) => occurs(mapping, name, param));
    default:
      return false;
  }
}

const isAny = ({ kind }: CelType): boolean => kind === 'dyn' || kind === 'error';

const isNullable = ({ kind }: CelType): boolean =>
  kind === 'object' || kind === 'duration' || kind === 'timestamp' || kind === 'opaque';
