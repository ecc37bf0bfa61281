import type { Command } from 'commander';
import type { WebhookReport } from '../../model/faces.ts';
import { clientCommand, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { webhookLines } from '../output/webhook.ts';

interface WebhookCommandOptions extends OutputOptions {
  readonly rotate?: boolean;
  readonly off?: boolean;
  readonly test?: boolean;
}

export function webhookCommand(context: CliContext): Command {
  return clientCommand('webhook')
    .description('the address at which a forge says that something was pushed, so that no poll is waited for')
    .argument('<delivery>', 'name of the delivery')
    .option('--rotate', 'a new secret; the one before counts no more')
    .option('--off', 'no webhook any more: the repository is polled')
    .option('--test', 'send a ping there, signed as the forge would')
    .action(async (name: string, options: WebhookCommandOptions) => {
      const act = options.rotate ? 'rotate' : options.off ? 'off' : options.test ? 'test' : 'show';
      const daemon = await face(context, options);
      const path = `/api/v1/deliveries/${encodeURIComponent(name)}/webhook`;
      const report = await daemon.post<WebhookReport>(path, { act });
      if (report.request && report.path !== undefined) {
        const answer = await daemon.send<{ message: string }>(report.path, report.request);
        return options.output === 'json' ? printJson(context, answer) : print(context, answer.message);
      }
      if (options.output === 'json') return printJson(context, report);
      for (const line of webhookLines(daemon.url, report)) print(context, line);
    });
}
