import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import type { Keyboard } from '../password.ts';
import { chartDependencyCommand } from './chartdependency.ts';
import { chartLoginCommand, chartLogoutCommand } from './chartlogin.ts';
import { chartPullCommand } from './chartpull.ts';
import { chartPushCommand } from './chartpush.ts';
import { chartSearchCommand } from './chartsearch.ts';
import { chartShowCommand } from './chartshow.ts';

/** What is done with charts of registries and repositories: they may ask for a password. */
export const REMOTE_SUBCOMMANDS: readonly ((context: CliContext, keyboard: Keyboard) => Command)[] = [
  chartDependencyCommand,
  chartPullCommand,
  chartPushCommand,
  chartSearchCommand,
  chartShowCommand,
  chartLoginCommand,
  chartLogoutCommand,
];
