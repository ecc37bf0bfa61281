import type { Helper } from '../helper.ts';
import { COLLECTIONS } from './collections.ts';
import { DATES } from './dates.ts';
import { ENCODING } from './encoding.ts';
import { LOGIC } from './logic.ts';
import { MATCHING } from './matching.ts';
import { NUMBERS } from './numbers.ts';
import { STRINGS } from './strings.ts';

/** Every helper that needs nothing but its arguments. */
export const HELPERS: Readonly<Record<string, Helper>> = {
  ...STRINGS,
  ...NUMBERS,
  ...LOGIC,
  ...COLLECTIONS,
  ...ENCODING,
  ...MATCHING,
  ...DATES,
};
