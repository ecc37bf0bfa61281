import { formatProblem, type Result } from '../../src/base/errors.ts';
import type { FileTree } from '../../src/base/filetree.ts';
import { systemChance } from '../../src/render/chance.ts';
import { handlebars } from '../../src/render/handlebars/engine.ts';
import { renderInline } from '../../src/render/render.ts';
import type { Rendered, RenderRequest } from '../../src/render/types.ts';
import { tree } from './tree.ts';

export type Files = Readonly<Record<string, string>>;

export const CHART = 'apiVersion: v2\nname: shop\nversion: 1.0.0\n';

/** A request for the app `web` of shop/dev, over texts or a tree. */
export function request(files: Files | FileTree, more: Partial<RenderRequest> = {}): RenderRequest {
  return {
    tree: 'paths' in files && Array.isArray(files.paths) ? (files as FileTree) : tree(files as Files),
    path: '',
    app: 'web',
    namespace: 'shop-dev',
    delivery: 'shop',
    environment: 'dev',
    revision: '0123456789abcdef0123456789abcdef01234567',
    valuesFiles: [],
    images: {},
    capabilities: { kubeVersion: 'v1.35.0', apiVersions: ['v1', 'apps/v1'] },
    ...more,
  };
}

/** A chart of one template and its values. */
export const chart = (template: string, values = '', more: Files = {}): Files => ({
  'Chart.yaml': CHART,
  'values.yaml': values,
  'templates/all.yaml.hbs': template,
  ...more,
});

export const render = (files: Files | FileTree, more: Partial<RenderRequest> = {}): Result<Rendered> =>
  renderInline(request(files, more), handlebars, systemChance);

export function rendered(files: Files | FileTree, more: Partial<RenderRequest> = {}): Rendered {
  const result = render(files, more);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
}

/** The problems of a render that must fail, as a person reads them. */
export function refusal(files: Files | FileTree, more: Partial<RenderRequest> = {}): string {
  const result = render(files, more);
  if (result.ok) throw new Error(`rendered ${result.value.manifests.length} objects instead of refusing`);
  return result.problems.map(formatProblem).join('\n');
}
