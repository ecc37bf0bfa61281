import type { Problem } from '../../base/errors.ts';
import { ProblemError } from '../../base/errors.ts';
import { compilePattern } from './pathmatch.ts';

/** One line of a `.helmignore`. */
interface Rule {
  readonly negated: boolean;
  readonly onlyFolders: boolean;
  readonly matches: (path: string) => boolean;
}

/** Whether a file of a chart's folder is left out, by its path in the chart. */
export type Ignored = (path: string) => boolean;

/** Helm ignores what a rule matches, and everything that a negated rule does not match; dot files in `templates/` besides. */
const DEFAULTS = ['templates/.?*'];

/** The rules of a `.helmignore` (pkg/ignore/rules.go). @throws ProblemError for a rule that Helm does not know either */
export function ignoredBy(text: string, file: string): Ignored {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const rules = [
    ...lines.flatMap((line, index) => readRule(line, { file, line: index + 1 })),
    ...DEFAULTS.flatMap((line) => readRule(line, { file })),
  ];
  const folders = new Map<string, boolean>();
  const ignoresFolder = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const parent = folder.lastIndexOf('/');
    const answer = (parent > 0 && ignoresFolder(folder.slice(0, parent))) || applies(rules, folder, true);
    folders.set(folder, answer);
    return answer;
  };
  return (path) => {
    const parent = path.lastIndexOf('/');
    return (parent > 0 && ignoresFolder(path.slice(0, parent))) || applies(rules, path, false);
  };
}

function applies(rules: readonly Rule[], path: string, isFolder: boolean): boolean {
  for (const { negated, onlyFolders, matches } of rules) {
    const matched = (!onlyFolders || isFolder) && matches(path);
    if (matched !== negated) return true;
  }
  return false;
}

function readRule(line: string, place: NonNullable<Problem['place']>): Rule[] {
  const raw = line.trim();
  if (raw === '' || raw.startsWith('#')) return [];
  if (raw.includes('**')) throw refused('`**` is not part of the syntax of .helmignore', place);
  const negated = raw.startsWith('!');
  const onlyFolders = raw.endsWith('/');
  const pattern = raw.slice(negated ? 1 : 0, onlyFolders ? -1 : undefined);
  const matches = compilePattern(pattern.startsWith('/') ? pattern.slice(1) : pattern);
  if (!matches) throw refused(`${JSON.stringify(raw)} is not a pattern`, place);
  // Without a slash the rule speaks of names alone, wherever they are.
  const anywhere = !pattern.includes('/');
  return [
    {
      negated,
      onlyFolders,
      matches: anywhere ? (path) => matches(path.slice(path.lastIndexOf('/') + 1)) : matches,
    },
  ];
}

const refused = (message: string, place: NonNullable<Problem['place']>): ProblemError =>
  new ProblemError({
    reason: 'InvalidChart',
    message,
    place,
    remedy: 'Write one pattern a line: `*.md`, `docs/`, `/ci`.',
  });
