import { alertmanager } from './alertmanager.ts';
import { discord } from './discord.ts';
import { email } from './email.ts';
import { mattermost } from './mattermost.ts';
import type { Sink } from './sink.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook.ts';

/** Every kind of channel. */
export const SINKS = {
  slack,
  mattermost,
  teams,
  discord,
  email,
  webhook,
  alertmanager,
} as const satisfies Record<string, Sink>;
export type SinkKind = keyof typeof SINKS;

export const sinkKind = (word: string): SinkKind | undefined =>
  Object.hasOwn(SINKS, word) ? (word as SinkKind) : undefined;
