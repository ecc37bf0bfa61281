import { kindOf, typeOf } from '../kinds.ts';
import type { FunctionTable, Value } from '../values.ts';
import { define } from './define.ts';

/** As reflect names the kind, which is `invalid` for nil. */
const kindName = (value: Value): string => {
  const kind = kindOf(value);
  return kind === 'nil' ? 'invalid' : kind;
};

export const REFLECTION: FunctionTable = {
  typeOf: define(['any'], ([value]) => typeOf(value)),
  typeIs: define(['string', 'any'], ([name, value]) => typeOf(value) === name),
  typeIsLike: define(['string', 'any'], ([name, value]) => [name, `*${name}`].includes(typeOf(value))),
  kindOf: define(['any'], ([value]) => kindName(value)),
  kindIs: define(['string', 'any'], ([name, value]) => kindName(value) === name),
};
