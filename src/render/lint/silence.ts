import { type FileTree, readText } from '../../base/filetree.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import type { Remark } from './rule.ts';

/** A comment of YAML or of either language of templates: on the line itself, on the one before, or for the whole file. */
const COMMENT = /pilotage-lint:\s*disable(-file)?=([\w-]+(?:\s*,\s*[\w-]+)*)/;

/** Whether a comment at its place, or the annotation of its object, says that it is meant so. */
export function isSilenced(rule: string, { place, object }: Remark, tree: FileTree): boolean {
  const annotation: unknown = object?.metadata.annotations?.[ANNOTATIONS.lintDisable];
  if (typeof annotation === 'string' && namesIn(annotation).includes(rule)) return true;
  const text = place === undefined ? undefined : readText(tree, place.file);
  if (text === undefined || !text.includes('pilotage-lint:')) return false;
  return text.split('\n').some((line, index) => {
    const [, wholeFile, names = ''] = COMMENT.exec(line) ?? [];
    if (!namesIn(names).includes(rule)) return false;
    return wholeFile !== undefined || index + 1 === place?.line || index + 2 === place?.line;
  });
}

const namesIn = (text: string): readonly string[] => text.split(',').map((name) => name.trim());
