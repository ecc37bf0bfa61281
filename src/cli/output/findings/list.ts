import type { Format } from './format.ts';
import { github } from './github.ts';
import { json } from './json.ts';
import { sarif } from './sarif.ts';
import { text } from './text.ts';

/** How findings can be printed, by the names of `--format`. */
export const FORMATS: Readonly<Record<string, Format>> = { text, json, sarif, github };
