import type { Command } from 'commander';
import { formatProblem, unwrap } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { formatPlace } from '../../base/place.ts';
import { isHandlebarsFile } from '../../charts/chart.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';
import { dumpYaml } from '../../kube/values/yaml.ts';
import type { AppEntry } from '../../model/deliveryfile.ts';
import { explainRequest } from '../../model/explanation.ts';
import { systemChance } from '../../render/chance.ts';
import { handlebars } from '../../render/handlebars/engine.ts';
import { withoutIdleHooks } from '../../render/manifests/hooks.ts';
import { fromWire, toWire } from '../../render/pool/wire.ts';
import { explanationIn } from '../../render/provenance/explain.ts';
import { render } from '../../render/render.ts';
import type { Rendered, RenderRequest } from '../../render/types.ts';
import { appRequest, refuseMissingImages } from '../apprequest.ts';
import { collect, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatExplanation } from '../output/explanation.ts';
import { ownIdentities } from '../secrets/keyfile.ts';
import { readWorkingTree, type WorkingTree } from '../workingtree.ts';
import { overridesOf, type WorkingTreeOptions, workingTreeCommand } from '../workingtreecommand.ts';

interface RenderOptions extends WorkingTreeOptions {
  readonly values: readonly string[];
  readonly kubeVersion?: string;
  readonly explain?: readonly string[];
  readonly notes?: boolean;
}

/** Needs no daemon: renders the files on disk, committed or not. */
export function renderCommand(context: CliContext): Command {
  return workingTreeCommand('render')
    .description('render a working tree offline, as an environment would')
    .option('-f, --values <file>', 'a further values file of the repository (repeatable)', collect, [])
    .option(
      '--kube-version <version>',
      `what charts see as .Capabilities.KubeVersion (default: ${SCHEMA_VERSION}; no cluster is asked)`,
    )
    .option(
      '--notes',
      'what charts say to whoever installs them (NOTES.txt, NOTES.hbs), in place of the objects',
    )
    .option('--explain <object...>', 'KIND/NAME, and a field of it: which line and which value it comes from')
    .action(async (folder: string, options: RenderOptions) => {
      const work = readWorkingTree(folder, options);
      refuseMissingImages(work);
      const rendered = await Promise.all(work.apps.map((app) => renderApp(context, work, app, options)));
      if (options.explain) {
        const explanation = explanationIn(rendered, explainRequest(options.explain));
        if (options.output === 'json') return printJson(context, explanation);
        return print(context, formatExplanation(explanation, context.stdout.columns));
      }
      if (options.notes) {
        for (const { notes = '' } of rendered)
          if (notes.trim() !== '') print(context, printable(notes).trim());
        return;
      }
      const manifests = rendered.flatMap((one) => one.manifests);
      if (options.kubeVersion === undefined && readsVersion(work.tree)) context.stderr.write(ASSUMED);
      if (options.output === 'json')
        return print(context, JSON.stringify(manifests.map(({ object }) => object)));
      for (const { object, origin } of manifests)
        print(context, `---\n# ${formatPlace(origin)}\n${dumpYaml(object).trimEnd()}`);
    });
}

const ASSUMED = `A chart asks for the release of the cluster: ${SCHEMA_VERSION} is assumed; --kube-version names another.\n`;

const readsVersion = (tree: FileTree): boolean =>
  tree.paths.some((path) => isHandlebarsFile(path) && readText(tree, path)?.includes('KubeVersion'));

async function renderApp(
  context: CliContext,
  work: WorkingTree,
  app: AppEntry,
  { values, set, kubeVersion, explain }: RenderOptions,
): Promise<Pick<Rendered, 'manifests' | 'explanation' | 'notes'>> {
  const identities = await ownIdentities(context.surroundings.fullEnvironment);
  const request = {
    ...appRequest(work, app, { values, overrides: overridesOf(set), kubeVersion, identities }),
    ...(explain ? { explain: explainRequest(explain) } : {}),
  };
  // Of what the daemon would hand a render, and no more: what is missing there is missing here.
  const rendered = unwrap(await render(delivered(request), handlebars, systemChance));
  const { manifests, warnings } = withoutIdleHooks(rendered.manifests);
  for (const warning of [...rendered.warnings, ...warnings])
    context.stderr.write(`warning: ${formatProblem(warning)}\n`);
  return { ...rendered, manifests };
}

const delivered = (request: RenderRequest): RenderRequest => fromWire(toWire(request));

/** A chart has no say over the terminal. */
const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, '');
