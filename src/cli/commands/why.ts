import type { Command } from 'commander';
import { formatProblem } from '../../base/errors.ts';
import type { WhyReport } from '../../model/faces.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatPusher } from '../output/pushes.ts';
import { shortRevision } from '../output/table.ts';

export function whyCommand(context: CliContext): Command {
  return clientCommand('why')
    .description('what keeps an environment from being synced and healthy')
    .argument('<environment>', 'shop/prod')
    .action(async (name: string, options: OutputOptions) => {
      const report = await (await face(context, options)).get<WhyReport>(environmentPath(name, 'why'));
      if (options.output === 'json') return printJson(context, report);
      const { environment } = report;
      const lines = [
        `${name} is ${environment.health}, ${environment.sync}, ${environment.phase} at ${shortRevision(environment.deployedRevision)} (wanted: ${shortRevision(environment.wantedRevision)}).`,
        ...report.reasons.map((reason) => `- ${formatProblem(reason)}`),
        ...report.gates.map(
          (gate) =>
            `  ${gate.state === 'Passed' ? '✓' : '·'} ${gate.gate}: ${gate.reason}${gate.until ? ` (until ${gate.until})` : ''}`,
        ),
        ...report.pushes.map(
          (push) => `  pushed by ${formatPusher(push)}${push.ref ? ` to ${push.ref}` : ''}, ${push.at}`,
        ),
        ...madeOnce(report, name),
        ...(report.reasons.length === 0 ? ['Nothing is in its way.'] : []),
        `  look closer: kubectl -n ${environment.namespace} get pods,events; pilotage logs ${name}`,
      ];
      print(context, lines.join('\n'));
    });
}

/** By object: what it holds that no template makes twice, and since when. */
function madeOnce({ generated = [] }: WhyReport, name: string): readonly string[] {
  const objects = [...new Set(generated.flatMap((one) => one.objects))].sort();
  const lines = objects.map((object) => {
    const held = generated.filter((one) => one.objects.includes(object));
    const values = held.map((one) => `${one.name} since ${one.since.slice(0, 10)}`);
    return `  ${object} holds what was made once: ${values.join(', ')}`;
  });
  return lines.length === 0 ? [] : [...lines, `    → pilotage generated ${name} --renew NAME`];
}
