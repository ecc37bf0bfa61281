import { failed, type Problem } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import type { Folder, SourceRenderer } from './source.ts';

/** Actions that only Go templates have: a leading dot or `$`, `-` trimming, or a keyword without `#`. */
const GO_ACTION =
  /\{\{-?\s*(?:\.|\$|\/\*|(?:if|else|end|range|with|define|template|include|toYaml|printf|block|tpl)\b)/;

/** A chart whose templates are written in Go's template language: recognised, and refused until this version renders it. */
export const helm: SourceRenderer = {
  name: 'helm',
  detect(folder) {
    const place = folder.files.includes('Chart.yaml') ? goTemplate(folder) : undefined;
    return place && { place };
  },
  render: ({ path }, _engine, place) => failed(notRendered(path, place)),
};

/** The first Go action of a chart. */
export function goTemplate(folder: Folder): Place | undefined {
  const prefix = folder.path === '' ? '' : `${folder.path}/`;
  for (const file of folder.files.filter((p) => /^templates\/.*\.(ya?ml|tpl|txt)$/.test(p))) {
    const line = folder
      .read(file)
      .split('\n')
      .findIndex((text) => GO_ACTION.test(text));
    if (line >= 0) return { file: prefix + file, line: line + 1 };
  }
  return undefined;
}

const notRendered = (path: string, place: Place | undefined): Problem => ({
  reason: 'HelmChart',
  message: `${path === '' ? 'This repository' : path} is a Helm chart: its templates are Go templates, which are not rendered yet`,
  ...(place ? { place } : {}),
  remedy: `Render it into a folder of plain manifests (helm template NAME ${path === '' ? '.' : path} > manifests/NAME.yaml) and name that in pilotage.yaml (apps: - {name: NAME, path: manifests}), or rewrite the templates as Handlebars (templates/*.hbs).`,
});
