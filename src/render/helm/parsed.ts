import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { parse, type Tree } from '../gotemplate/parse.ts';
import { functionNames } from './basefunctions.ts';
import { remembering } from './memo.ts';

type Trees = ReadonlyMap<string, Tree>;

/** Parsing takes longer than running, and templates seldom change. */
const trees = remembering<Trees>((text, scope) => {
  const helm: HelmVersion = scope.startsWith('3') ? 3 : 4;
  return parse(scope.slice(1), text, functionNames(helm));
});

/** The trees of a template by its name and its text. @throws TemplateError */
export const parsed = (name: string, text: string, helm: HelmVersion): Trees => trees(text, `${helm}${name}`);
