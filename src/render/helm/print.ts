import { ProblemError } from '../../base/errors.ts';
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

/** What `helm template` writes to its output (pkg/cmd/template.go). @throws ProblemError for a pattern that no manifest fits */
export function printTemplate(output: HelmOutput, options: PrintOptions): string {
  const { helm, includeCrds, skipTests, noHooks, showOnly = [] } = options;
  const crds = includeCrds ? output.crds.map(({ name, file }) => document(name, textOf(file.bytes))) : [];
  const manifests = output.manifests.map(({ name, content }) => document(name, content));
  const hooks = noHooks
    ? []
    : output.hooks
        .filter(({ events = [] }) => !(skipTests && events.includes('test')))
        .map(({ name, content }) => document(name, content));
  const all = `${trimSpace([...crds, ...manifests].join(''))}\n${hooks.join('')}`;
  return showOnly.length === 0 ? all : shown(all, showOnly, helm);
}

const document = (name: string, content: string): string => `---\n# Source: ${name}\n${content}\n`;

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
