import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import type { ChannelReport, ChannelRequest } from '../../model/notifyfaces.ts';
import { clientCommand, collect, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatTable } from '../output/table.ts';

interface AddFlags extends OutputOptions {
  readonly for: readonly string[];
  readonly slackUrlFile?: string;
  readonly mattermostUrlFile?: string;
  readonly teamsUrlFile?: string;
  readonly discordUrlFile?: string;
  readonly webhookUrlFile?: string;
  readonly alertmanagerUrlFile?: string;
  readonly secretFile?: string;
  readonly tokenFile?: string;
  readonly smtp?: string;
  readonly emailFrom?: string;
  readonly emailTo?: string;
  readonly smtpUser?: string;
  readonly smtpPasswordFile?: string;
}

type ReadSecret = (path: string) => Promise<string>;
type Message = { readonly message: string };

const pathOf = (name: string, act: string): string => `/api/v1/channels/${encodeURIComponent(name)}/${act}`;

export function notifyCommand(context: CliContext, readSecret: ReadSecret): Command {
  const command = new Command('notify').description(
    'the channels that notifications go to: chats, mail, webhooks, Alertmanager',
  );
  command.addCommand(
    clientCommand('add')
      .description(
        'add a channel, or put another in its place; addresses are read from files (-: standard input)',
      )
      .argument('<name>', 'as pilotage.yaml is to name it: team-slack')
      .option('--for <delivery>', "who may name it, '*' for all; repeatable", collect, [])
      .option('--slack-url-file <file>', 'an incoming webhook of Slack')
      .option('--mattermost-url-file <file>', 'an incoming webhook of Mattermost')
      .option('--teams-url-file <file>', 'a workflow of Microsoft Teams')
      .option('--discord-url-file <file>', 'a webhook of Discord')
      .option('--webhook-url-file <file>', 'anything that takes JSON')
      .option('--secret-file <file>', 'what a webhook is signed with')
      .option('--alertmanager-url-file <file>', 'an Alertmanager')
      .option('--token-file <file>', 'a bearer token for it')
      .option('--email-to <addresses>', 'who gets mail, with commas between')
      .option('--email-from <address>', 'from whom')
      .option('--smtp <url>', 'through smtp://HOST:587 (STARTTLS) or smtps://HOST')
      .option('--smtp-user <name>', 'who sends there')
      .option('--smtp-password-file <file>', 'and the password')
      .action(async (name: string, flags: AddFlags) => {
        const request = { name, deliveries: flags.for, ...(await settingsOf(flags, readSecret)) };
        const daemon = await face(context, flags);
        const answer = await daemon.post<Message>('/api/v1/channels', request);
        if (flags.output === 'json') return printJson(context, answer);
        print(context, answer.message);
        print(context, `  next: pilotage notify test ${name}`);
        print(context, `  in pilotage.yaml: spec: {notifications: [{to: ${name}}]}`);
      }),
  );
  command.addCommand(
    clientCommand('list')
      .alias('ls')
      .description('the channels, and whether the last message was taken')
      .action(async (flags: OutputOptions) => {
        const channels = await (await face(context, flags)).get<readonly ChannelReport[]>('/api/v1/channels');
        if (flags.output === 'json') return printJson(context, channels);
        if (channels.length === 0) return print(context, 'There are no channels: pilotage notify add --help');
        print(context, formatTable(['CHANNEL', 'KIND', 'FOR', 'LAST'], channels.map(row)));
      }),
  );
  for (const [act, what] of [
    ['test', 'send a test message'],
    ['remove', 'forget a channel and its address'],
  ] as const)
    command.addCommand(
      clientCommand(act)
        .description(what)
        .argument('<name>', 'team-slack')
        .action(async (name: string, flags: OutputOptions) => {
          const answer = await (await face(context, flags)).post<Message>(pathOf(name, act), {});
          if (flags.output === 'json') return printJson(context, answer);
          print(context, answer.message);
        }),
    );
  return command;
}

const row = ({ name, kind, deliveries, last }: ChannelReport): string[] => [
  name,
  kind,
  deliveries.includes('*') ? 'all' : deliveries.join(' '),
  last === undefined ? '-' : last.ok ? `taken ${last.at.slice(0, 16)}Z` : `not taken: ${last.message ?? ''}`,
];

/** The kind that the flags speak of, and its settings. */
async function settingsOf(
  flags: AddFlags,
  readSecret: ReadSecret,
): Promise<Pick<ChannelRequest, 'kind' | 'settings'>> {
  const urls = Object.entries({
    slack: flags.slackUrlFile,
    mattermost: flags.mattermostUrlFile,
    teams: flags.teamsUrlFile,
    discord: flags.discordUrlFile,
    webhook: flags.webhookUrlFile,
    alertmanager: flags.alertmanagerUrlFile,
  }).filter(([, file]) => file !== undefined);
  const [first] = urls;
  if (urls.length + (flags.smtp ? 1 : 0) !== 1)
    throw new ProblemError({
      reason: 'BadRequest',
      message: first
        ? 'A channel is of one kind, and several are named.'
        : 'It is not said what kind it is of.',
      remedy: '--slack-url-file FILE, --smtp URL …; see pilotage notify add --help',
    });
  const read = async (key: string, file: string | undefined) =>
    file === undefined ? {} : { [key]: (await readSecret(file)).trim() };
  if (first) {
    const [kind, file] = first;
    const secrets = {
      ...(await read('secret', flags.secretFile)),
      ...(await read('token', flags.tokenFile)),
    };
    return { kind, settings: { ...(await read('url', file)), ...secrets } };
  }
  const given = { url: flags.smtp, from: flags.emailFrom, to: flags.emailTo, user: flags.smtpUser };
  const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    kind: 'email',
    settings: {
      ...(settings as Record<string, string>),
      ...(await read('password', flags.smtpPasswordFile)),
    },
  };
}
