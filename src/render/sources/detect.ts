import { type FileTree, readText } from '../../base/filetree.ts';
import { looksLikeManifest } from './plain.ts';

/** What a folder of a tree holds, as far as rendering is concerned. */
export type Source =
  /** A chart whose templates are Handlebars (`templates/*.hbs`) or plain YAML. */
  | { readonly kind: 'chart' }
  /** A chart whose templates are written in Helm's Go templates; `file` shows one. */
  | { readonly kind: 'helm'; readonly file: string; readonly line: number }
  | { readonly kind: 'kustomize'; readonly file: string }
  | { readonly kind: 'plain' }
  | { readonly kind: 'empty' };

/** Actions that only Go templates have: a leading dot or `$`, `-` trimming, or a keyword without `#`. */
const GO_ACTION =
  /\{\{-?\s*(?:\.|\$|\/\*|(?:if|else|end|range|with|define|template|include|toYaml|printf|block|tpl)\b)/;

/** Looks at names first, at texts only where names do not decide. */
export function detect(tree: FileTree, path: string): Source {
  const prefix = path === '' ? '' : `${path}/`;
  const inside = tree.paths.filter((p) => p.startsWith(prefix)).map((p) => p.slice(prefix.length));
  if (inside.includes('Chart.yaml')) {
    const go = inside
      .filter((p) => /^templates\/.*\.(ya?ml|tpl|txt)$/.test(p))
      .map((p) => goAction(tree, prefix + p));
    const found = go.find((place) => place !== undefined);
    return found ? { kind: 'helm', ...found } : { kind: 'chart' };
  }
  const kustomization = inside.find((p) => /^(kustomization\.ya?ml|Kustomization)$/.test(p));
  if (kustomization) return { kind: 'kustomize', file: prefix + kustomization };
  const plain = inside.some(
    (p) => /\.(ya?ml|json)$/.test(p) && looksLikeManifest(readText(tree, prefix + p) ?? ''),
  );
  return { kind: plain ? 'plain' : 'empty' };
}

function goAction(tree: FileTree, file: string): { file: string; line: number } | undefined {
  const lines = (readText(tree, file) ?? '').split('\n');
  const line = lines.findIndex((text) => GO_ACTION.test(text));
  return line < 0 ? undefined : { file, line: line + 1 };
}
