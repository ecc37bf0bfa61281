import type { FunctionTable } from '../values.ts';
import { ENCODING } from './encoding.ts';

/** Every family of sprig v3's functions, a file each; a new function is a row of its family. */
const FAMILIES: readonly FunctionTable[] = [ENCODING];

export const SPRIG: FunctionTable = Object.assign({}, ...FAMILIES);
