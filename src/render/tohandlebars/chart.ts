import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { TemplateError } from '../gotemplate/errors.ts';
import type { Statement, Tree } from '../gotemplate/nodes.ts';
import { isEmpty } from '../gotemplate/nodes.ts';
import { parse } from '../gotemplate/parse.ts';
import { isWhole, type Scope, Untranslatable } from './expressions.ts';
import { callsIn, statements } from './statements.ts';

/** What the two languages have: functions of Helm's templates, helpers of Handlebars. */
export interface Languages {
  readonly functions: ReadonlySet<string>;
  readonly helpers: ReadonlySet<string>;
}

/**
 * A Helm chart, at the root of a tree, as a chart of Handlebars: its files by path. Every place that has no equal is a problem with file and line, and
 * then there is no chart. Comments of templates are lost. Whether both render to the same, only a render of both can say.
 */
export function toHandlebars(tree: FileTree, languages: Languages): Result<Readonly<Record<string, string>>> {
  const problems: Problem[] = [];
  const files: Record<string, string> = {};
  const templates: ParsedFile[] = [];
  for (const path of tree.paths) {
    const text = readText(tree, path) ?? '';
    if (path.startsWith('charts/') || /^requirements\.(yaml|lock)$|^Chart\.lock$/.test(path))
      problems.push({
        reason: 'Untranslatable',
        message: 'Charts that a chart depends on are not translated',
        place: { file: path },
        remedy: 'Import each by itself, or deliver the chart as it is.',
      });
    else if (path.startsWith('templates/')) templates.push(...parsedFile(path, text, languages, problems));
    else files[path] = path === 'Chart.yaml' ? text.replace(/^apiVersion: *v1 *$/m, 'apiVersion: v2') : text;
  }
  const vocabulary = { helpers: languages.helpers, takeContext: takingContext(templates) };
  for (const template of templates) {
    const write = (name: string, list: readonly Statement[]): string => {
      const isRoot = !vocabulary.takeContext.has(name);
      const scope: Scope = { isRoot, beganAsRoot: isRoot, variables: new Map(), vocabulary };
      return translated(template, list, scope, problems);
    };
    if (!isEmpty(template.root))
      files[`${stem(template.path)}.hbs`] = laidOut(write('', template.root).trim());
    const defined = [...template.defined].map(
      ([name, one]) => `{{#*inline "${name}"}}\n${write(name, one.root).trimEnd()}\n{{/inline}}\n`,
    );
    if (defined.length > 0) files[helperFile(template.path)] = defined.join('\n');
  }
  const [first, ...others] = problems;
  return first ? failed(first, ...others) : ok(files);
}

interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly root: readonly Statement[];
  readonly defined: ReadonlyMap<string, Tree>;
}

function parsedFile(path: string, text: string, { functions }: Languages, problems: Problem[]): ParsedFile[] {
  try {
    const trees = parse(path, text, functions);
    const root = trees.get(path)?.root ?? [];
    return [{ path, text, root, defined: new Map([...trees].filter(([name]) => name !== path)) }];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    problems.push({ reason: 'TemplateError', message: error.message, place: { file: path } });
    return [];
  }
}

/** Defined templates that are called with something else than what the whole chart sees, and what those call with theirs. */
function takingContext(files: readonly ParsedFile[]): ReadonlySet<string> {
  const found = new Set<string>();
  const trees = files.flatMap(({ root, defined }) => [
    ['', root] as const,
    ...[...defined].map(([name, one]) => [name, one.root] as const),
  ]);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const [caller, list] of trees)
      for (const { name, node, isRoot } of callsIn(list, !found.has(caller))) {
        const context = node.kind === 'template' ? node.pipe : node;
        if (!isWhole(context, isRoot)) found.add(name);
      }
  }
  return found;
}

function translated(
  { path, text }: ParsedFile,
  list: readonly Statement[],
  scope: Scope,
  problems: Problem[],
): string {
  try {
    return statements(list, scope);
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    const line = text.slice(0, error.pos).split('\n').length;
    problems.push({ reason: 'Untranslatable', message: error.message, place: { file: path, line } });
    return '';
  }
}

/** A condition around a whole file has lines of its own. */
function laidOut(text: string): string {
  const opened = text.replace(/^(\{\{#\w+ [^{}]*\}\})(?=[^\n])/, '$1\n');
  const closed = text.startsWith('{{#') ? opened.replace(/(?<=[^\n])(\{\{\/\w+\}\})$/, '\n$1') : opened;
  return `${closed}\n`;
}

/** `templates/NOTES.txt` → `templates/NOTES`; manifests keep their ending before `.hbs`. */
const stem = (path: string): string => path.replace(/\.(txt|tpl)$/, '');

/** What a file defines can be called from everywhere, and stands in a file of helpers. */
function helperFile(path: string): string {
  const slash = path.lastIndexOf('/');
  const name = stem(path.slice(slash + 1)).replace(/\.ya?ml$/, '');
  return `${path.slice(0, slash + 1)}${name.startsWith('_') ? name : `_${name}`}.hbs`;
}
