import { type FileTree, readText } from '../base/filetree.ts';
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

/** Where a repository that says nothing keeps what it delivers: the first of these folders that holds something. */
const CONVENTIONAL = ['', 'chart', 'charts', 'deploy', 'k8s', 'kubernetes', 'manifests'] as const;

/**
 * The folder to render when no pilotage.yaml names one: a chart in the root or in `chart/`, the only chart of `charts/`,
 * or the first conventional folder with manifests; '' when nothing was found.
 */
export function defaultPath(tree: FileTree): string {
  for (const folder of CONVENTIONAL) {
    const prefix = folder === '' ? '' : `${folder}/`;
    if (tree.paths.includes(`${prefix}Chart.yaml`)) return folder;
    const nested = tree.paths.filter(
      (p) => p.startsWith(prefix) && /^[^/]+\/Chart\.yaml$/.test(p.slice(prefix.length)),
    );
    const only = nested.length === 1 && folder === 'charts' ? nested[0] : undefined;
    if (only) return only.slice(0, -'/Chart.yaml'.length);
    if (folder !== '' && detect(tree, folder).kind !== 'empty') return folder;
    const direct = tree.paths.filter((p) => p.startsWith(prefix) && !p.slice(prefix.length).includes('/'));
    if (direct.some((p) => isRootManifest(tree, p))) return folder;
  }
  return '';
}

const isRootManifest = (tree: FileTree, path: string): boolean =>
  /\.ya?ml$/.test(path) &&
  !/(^|\/)pilotage\.ya?ml$/.test(path) &&
  looksLikeManifest(readText(tree, path) ?? '');
