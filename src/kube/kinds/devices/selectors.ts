import { compile } from '../../cel/compile.ts';
import { withBindings } from '../../cel/macros.ts';
import { formatType, mapType, objectType, opaqueType } from '../../cel/types.ts';
import { type FieldError, forbidden, invalid, required, tooLong } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { objectAt, objectsAt, textAt } from '../checks/read.ts';
import { upTo } from './items.ts';

const MOST_SELECTORS = 32;
const LONGEST_EXPRESSION = 10 * 1024;
const MOST_COST = 1_000_000;
const MOST_ATTRIBUTES = 32;

const text = (maxElements: number) => ({ kind: 'string', maxElements }) as const;
const byDomain = (value: Parameters<typeof mapType>[1]) =>
  mapType(text(63), mapType(text(32), value, { maxElements: MOST_ATTRIBUTES }), {
    maxElements: MOST_ATTRIBUTES,
  });

/** What an expression knows of a device (k8s.io/dynamic-resource-allocation `cel/compile.go`). */
const DEVICE = objectType('kubernetes.DRADevice', {
  driver: text(63),
  attributes: byDomain({ kind: 'dyn', maxElements: 64 }),
  capacity: byDomain(opaqueType('kubernetes.Quantity')),
});

/** Expressions that say which devices are meant. */
export const deviceSelectors = (self: JsonObject, at: string): readonly FieldError[] =>
  upTo(MOST_SELECTORS, objectsAt(self, 'selectors'), `${at}.selectors`, (selector, one) =>
    selector.cel === undefined
      ? [required(`${one}.cel`)]
      : expression(textAt(objectAt(selector, 'cel'), 'expression'), `${one}.cel.expression`),
  );

function expression(source: string, field: string): readonly FieldError[] {
  if (source.length > LONGEST_EXPRESSION) return [tooLong(field, LONGEST_EXPRESSION)];
  const made = compile(source, { variables: { device: DEVICE }, macros: withBindings });
  if (!made.ok) return [invalid(field, source, `compilation failed: ${made.text}`)];
  const type = formatType(made.program.outputType);
  if (type !== 'bool' && type !== 'dyn')
    return [invalid(field, source, `must evaluate to bool or the unknown type, not ${type}`)];
  return made.program.estimate().max > MOST_COST
    ? [forbidden(field, 'too complex, exceeds cost limit')]
    : none;
}
