import type { TestFormat } from './format.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { text } from './text.ts';

/** How results can be printed, by the names of `--format`. */
export const TEST_FORMATS: Readonly<Record<string, TestFormat>> = { text, junit, json };
