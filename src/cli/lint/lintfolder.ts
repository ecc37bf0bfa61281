import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { Blot } from '../../base/blot.ts';
import { ProblemError, unwrap } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';
import { PILOTAGE_FILE, readPilotageFile } from '../../model/pilotagefile.ts';
import { GATE_GRAMMAR } from '../../promotion/gates/list.ts';
import { systemChance } from '../../render/chance.ts';
import { handlebars } from '../../render/handlebars/engine.ts';
import { lint } from '../../render/lint/lint.ts';
import type { Finding } from '../../render/lint/rule.ts';
import { subjectOf } from '../../render/lint/subject.ts';
import { blotterOf } from '../../render/manifests/secrets.ts';
import { openTree } from '../../render/sops/tree.ts';
import type { RenderRequest } from '../../render/types.ts';
import { type AppOptions, appRequest } from '../apprequest.ts';
import { namedFrom } from '../inchart.ts';
import { readChartFolder } from '../init/chartfolder.ts';
import { readWorkingTree } from '../workingtree.ts';

export interface LintRequest extends Omit<AppOptions, 'kubeVersion'> {
  readonly disabled: ReadonlySet<string>;
}

/**
 * What is found in a folder: a chart or another source, or every app and environment of a repository with a pilotage.yaml.
 * Files are named from the working directory, so that editors find them. @throws ProblemError where there is nothing to look at
 */
export async function lintFolder(folder: string, options: LintRequest): Promise<readonly Finding[]> {
  const root = resolve(folder);
  if (!existsSync(root))
    throw new ProblemError({ reason: 'NotFound', message: `There is no folder ${folder}.` });
  const requests = existsSync(join(root, PILOTAGE_FILE))
    ? repositoryRequests(root, options)
    : [folderRequest(root, options)];
  const opened = await Promise.all(requests.map((request) => openedRequest(request)));
  const subjects = opened.map(({ request }) => subjectOf(request, handlebars, systemChance));
  const blot = blotterOf(opened.flatMap(({ secrets }) => secrets));
  const findings = lint(subjects, options.disabled).map((finding) => blotted(finding, blot));
  return findings.map((finding) => namedFrom(root, finding));
}

function repositoryRequests(root: string, options: LintRequest): readonly RenderRequest[] {
  const text = readFileSync(join(root, PILOTAGE_FILE), 'utf8');
  const { environments } = unwrap(readPilotageFile(text, GATE_GRAMMAR));
  const names = environments.length > 0 ? environments.map(({ name }) => name) : ['dev'];
  return names.flatMap((environment) => {
    const work = readWorkingTree(root, { environment });
    return work.apps.map((app) => appRequest(work, app, options));
  });
}

function folderRequest(root: string, { values, overrides, identities }: LintRequest): RenderRequest {
  const chart = readChartFolder(root);
  const name =
    basename(root)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-') || 'app';
  const files = values.map((file) => relative(root, resolve(file)));
  return {
    ...{ tree: withFiles(chart, root, files), path: '', app: name, namespace: name, delivery: name },
    ...{ environment: 'dev', revision: '0'.repeat(40), images: {}, anyImage: true, allowNamespaces: true },
    ...{ valuesFiles: files, overrides, identities },
    capabilities: { kubeVersion: SCHEMA_VERSION, apiVersions: [] },
  };
}

/** Values files may lie outside of the chart: `../prod.yaml`. */
function withFiles(tree: FileTree, root: string, files: readonly string[]): FileTree {
  const outside = new Set(files.filter((file) => file.startsWith('..') && existsSync(join(root, file))));
  return {
    ...tree,
    read: (path) => (outside.has(path) ? readFileSync(join(root, path)) : tree.read(path)),
  };
}

async function openedRequest(
  request: RenderRequest,
): Promise<{ readonly request: RenderRequest; readonly secrets: readonly string[] }> {
  const { tree, secrets } = await openTree(request.tree, request.identities ?? []);
  return { request: { ...request, tree }, secrets };
}

const blotted = ({ message, details, ...rest }: Finding, blot: Blot): Finding => ({
  ...rest,
  message: blot(message),
  ...(details ? { details: details.map(blot) } : {}),
});
