import { remembering } from '../../base/textmemo.ts';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { parse, type Tree } from '../gotemplate/parse.ts';
import { functionNames } from './basefunctions.ts';

export type Trees = ReadonlyMap<string, Tree>;
/** The trees of a template by its name and its text. @throws TemplateError */
export type ParseTemplate = (name: string, text: string, helm: HelmVersion) => Trees;

/** Characters of templates whose trees are kept. A tree takes up to 112 bytes for each: no chart may use up the memory of another's render. */
const CAPACITY = 2 ** 20;

/** Parsing takes longer than running. What is kept lives as long as the function that this gives. */
export function rememberingParser(): ParseTemplate {
  const trees = remembering<Trees>(CAPACITY, (text, scope) =>
    parse(scope.slice(1), text, functionNames(scope.startsWith('3') ? 3 : 4)),
  );
  return (name, text, helm) => trees(text, `${helm}${name}`);
}

/** Of files, for all renders of a process: templates seldom change. */
export const parsed: ParseTemplate = rememberingParser();
