import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { execute } from '../../../src/render/gotemplate/execute.ts';
import { sprint } from '../../../src/render/gotemplate/format/sprint.ts';
import { sprintf } from '../../../src/render/gotemplate/format/sprintf.ts';
import { define } from '../../../src/render/gotemplate/functions/define.ts';
import { parse } from '../../../src/render/gotemplate/parse.ts';
import { TemplateSpace } from '../../../src/render/gotemplate/space.ts';
import { bytesOf, type FunctionTable, type Value } from '../../../src/render/gotemplate/values.ts';
import { FUNCTIONS } from './functions.ts';
import { decode } from './values.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'gotemplate');
const budget = { spend: () => {} };

/** What Go makes of a template or a format; `test:helm` checks that it still does. */
interface Case {
  readonly template?: string;
  readonly format?: string;
  readonly args?: Parameters<typeof decode>[0][];
  readonly output?: string;
  readonly outputBytes?: string;
  readonly error?: string;
}

interface CaseFile {
  readonly missingKey?: 'invalid' | 'error' | 'zero';
  readonly data?: Parameters<typeof decode>[0];
  readonly cases: readonly Case[];
}

type Outcome = { readonly output: string } | { readonly error: string };

function render(text: string, data: Value, missingKey: 'invalid' | 'error' | 'zero'): Outcome {
  const space = new TemplateSpace();
  const functions: FunctionTable = {
    ...FUNCTIONS,
    include: define(['string', 'any'], ([name, dot]) => execute(space, name, dot, options).text),
  };
  const options = { functions, budget, missingKey };
  try {
    space.define(parse('case.tpl', text, functions));
    return { output: execute(space, 'case.tpl', data, options).text };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function outcome(
  { template, format, args = [] }: Case,
  { data = null, missingKey = 'zero' }: CaseFile,
): Outcome {
  if (template !== undefined) return render(template, decode(data), missingKey);
  const values = args.map(decode);
  return { output: format === undefined ? sprint(values) : sprintf(format, values) };
}

const expected = ({ output, outputBytes, error }: Case): unknown =>
  error !== undefined ? { error } : output !== undefined ? { output } : { bytes: outputBytes };

const shown = (found: Outcome, { outputBytes }: Case): unknown =>
  outputBytes !== undefined && 'output' in found
    ? { bytes: Buffer.from(bytesOf(found.output)).toString('base64') }
    : found;

describe('Go templates', () => {
  for (const name of readdirSync(folder)) {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CaseFile;
    it(`make of ${name} what Go makes of it`, () => {
      const wrong = file.cases.flatMap((one) => {
        const [found, wanted] = [shown(outcome(one, file), one), expected(one)];
        return JSON.stringify(found) === JSON.stringify(wanted)
          ? []
          : [{ of: one.template ?? one.format ?? one.args, found, wanted }];
      });
      expect(wrong).to.deep.equal([]);
    });
  }
});
