import { ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { pathMatch } from '../../charts/helm/pathmatch.ts';
import { textOf } from '../gotemplate/values.ts';
import type { HelmOutput } from './render.ts';
import { splitManifests } from './split.ts';
import { trimSpace } from './trim.ts';

export interface PrintOptions {
  readonly helm: HelmVersion;
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly noHooks?: boolean;
  /** Patterns of templates, by their path in the chart; empty for all. */
  readonly showOnly?: readonly string[];
}

/** A manifest or a file of crds/ in the output, without the comment that names its source. */
export interface PrintedDocument {
  readonly name: string;
  readonly content: string;
  /** Line of the content, from 1 → the file and line that wrote it. */
  readonly place: (line: number) => Place;
}

/** What `helm template` prints, in its order (pkg/cmd/template.go): definitions and manifests, then hooks. */
export function printedDocuments(
  output: HelmOutput,
  { includeCrds, skipTests, noHooks }: Omit<PrintOptions, 'helm' | 'showOnly'>,
): { readonly manifests: readonly PrintedDocument[]; readonly hooks: readonly PrintedDocument[] } {
  const crds = (includeCrds ? output.crds : []).map(
    ({ name, file }): PrintedDocument => ({
      name,
      content: textOf(file.bytes),
      place: (line) => ({ file: file.file, line }),
    }),
  );
  const hooks = (noHooks ? [] : output.hooks).filter(
    ({ events = [] }) => !(skipTests && events.includes('test')),
  );
  return { manifests: [...crds, ...output.manifests], hooks };
}

/** What `helm template` writes to its output (pkg/cmd/template.go). @throws ProblemError for a pattern that no manifest fits */
export function printTemplate(output: HelmOutput, options: PrintOptions): string {
  const { helm, showOnly = [] } = options;
  const { manifests, hooks } = printedDocuments(output, options);
  const all = `${trimSpace(manifests.map(document).join(''))}\n${hooks.map(document).join('')}`;
  return showOnly.length === 0 ? all : shown(all, showOnly, helm);
}

const document = ({ name, content }: PrintedDocument): string => `---\n# Source: ${name}\n${content}\n`;

const SOURCE = /# Source: [^/]+\/(.+)/;

function shown(text: string, patterns: readonly string[], helm: HelmVersion): string {
  const parts = splitManifests(text, helm).map(({ content }) => ({
    content,
    path: SOURCE.exec(content)?.[1],
  }));
  const found = patterns.flatMap((pattern) => {
    const matching = parts.filter(({ path }) => path !== undefined && pathMatch(pattern, path));
    if (matching.length > 0) return matching;
    throw new ProblemError({
      reason: 'NotFound',
      message: `could not find template ${pattern} in chart`,
      remedy: 'Name it by its path in the chart: templates/deployment.yaml.',
    });
  });
  return found.map(({ content }) => `---\n${content}\n`).join('');
}
