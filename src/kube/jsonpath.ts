import type { Result } from '../base/errors.ts';

export type JsonPath = (object: unknown) => unknown[];

/** Compiles the subset that additionalPrinterColumns use: `.a.b`, `['k']`, `[0]`, `[*]`, `..b`, `[?(@.type=="Ready")].status`. */
export function compileJsonPath(_text: string): Result<JsonPath> {
  throw new Error('signature only');
}
