import { readFileSync } from 'node:fs';
import { sprint } from '../../../src/render/gotemplate/format/sprint.ts';
import { sprintf } from '../../../src/render/gotemplate/format/sprintf.ts';
import { bytesOf, type FunctionTable } from '../../../src/render/gotemplate/values.ts';
import { type Run, render } from './run.ts';
import { decode } from './values.ts';

/** What Go makes of a template or a format; `test:helm` checks that it still does. */
export interface Case {
  readonly template?: string;
  readonly format?: string;
  readonly args?: Parameters<typeof decode>[0][];
  readonly output?: string;
  readonly outputBytes?: string;
  readonly error?: string;
}

export interface CaseFile {
  readonly missingKey?: 'invalid' | 'error' | 'zero';
  readonly data?: Parameters<typeof decode>[0];
  readonly cases: readonly Case[];
}

type Outcome = { readonly output: string } | { readonly error: string };

export const readCases = (path: string): CaseFile => JSON.parse(readFileSync(path, 'utf8')) as CaseFile;

/** The cases that do not come out as Go has them, with what was found instead. */
export const wrongCases = (file: CaseFile, functions: FunctionTable): unknown[] =>
  file.cases.flatMap((one) => {
    const [found, wanted] = [shown(outcome(one, file, functions), one), expected(one)];
    return JSON.stringify(found) === JSON.stringify(wanted)
      ? []
      : [{ of: one.template ?? one.format ?? one.args, found, wanted }];
  });

function outcome(
  { template, format, args = [] }: Case,
  { data = null, missingKey = 'zero' }: CaseFile,
  functions: FunctionTable,
): Outcome {
  if (template !== undefined) return rendered(template, { data: decode(data), missingKey, functions });
  const values = args.map(decode);
  return { output: format === undefined ? sprint(values) : sprintf(format, values) };
}

function rendered(text: string, run: Run): Outcome {
  try {
    return { output: render({ 'case.tpl': text }, run).text };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const expected = ({ output, outputBytes, error }: Case): unknown =>
  error !== undefined ? { error } : output !== undefined ? { output } : { bytes: outputBytes };

const shown = (found: Outcome, { outputBytes }: Case): unknown =>
  outputBytes !== undefined && 'output' in found
    ? { bytes: Buffer.from(bytesOf(found.output)).toString('base64') }
    : found;
