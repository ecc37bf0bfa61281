import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { sleep } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import { silentLogger } from '../../base/log.ts';
import { leaveSoon } from '../../base/process.ts';
import type { EnvironmentReport, PromotionReport, StatusReport } from '../../model/faces.ts';
import { environmentPath, print, reportProblem } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type FaceClient, openFace } from '../daemon/face.ts';
import { waitFor } from '../daemon/wait.ts';
import { signInColleague } from '../demo/colleague.ts';
import { type EphemeralDaemon, type Ready, startEphemeral } from '../demo/daemon.ts';
import { ask, startLoad } from '../demo/load.ts';
import { changeSample, createSample, type SampleRepository } from '../demo/sample.ts';
import { createStage, type Stage } from '../demo/stage.ts';
import { accessTo, configureGit } from './gitcredential.ts';

const NAME = 'resizer';
const FIRST = { version: '1.0.0', maxPixels: 2_000_000 };
const SECOND = { version: '1.1.0', maxPixels: 3_000_000 };
const TIMEOUT_MS = 120_000;
/** How long the sample ends its connections after SIGTERM, and some. */
const DRAIN_MS = 1_500;

interface Show {
  readonly context: CliContext;
  readonly stage: Stage;
  readonly ready: Ready;
  readonly dataDir: string;
  readonly daemon: FaceClient;
  readonly sample: SampleRepository;
}

export function demoCommand(context: CliContext, exit: (code: number) => void): Command {
  return new Command('demo')
    .description(
      'watch a whole delivery on a temporary Pilotage: push, rollout, promotion, update under load, rollback',
    )
    .option('--exit', 'end after the show; the exit code says whether every step held')
    .action(async (options: { exit?: boolean }) => exit(await demo(context, options.exit === true)));
}

async function demo(context: CliContext, leave: boolean): Promise<number> {
  const stage = createStage(context);
  print(context, 'From a git push to production, on this machine, in a temporary directory.');
  const started = stage.now();
  const running = await startEphemeral(context.surroundings, process.pid);
  stage.done(`Pilotage is up: daemon ${running.ready.pid}, agent ${running.ready.agentPid}`, started);
  const code = await play(context, stage, running, leave).catch((error: unknown) => {
    reportProblem(context, error);
    return 1;
  });
  const inOrder = await endAll(context, stage, running);
  // An interrupted show leaves requests behind that would be retried for ever.
  leaveSoon(silentLogger);
  return inOrder ? code : 1;
}

async function play(
  context: CliContext,
  stage: Stage,
  running: EphemeralDaemon,
  leave: boolean,
): Promise<number> {
  const stopped = stopOnSignals(stage, running);
  // Its waiters see a failure; before there are any, an error of the set-up is the one to report.
  stopped.catch(() => {});
  const { packageDir, fullEnvironment } = context.surroundings;
  const sample = await createSample(packageDir, running.dataDir, fullEnvironment);
  const access = accessTo(running.ready, running.dataDir);
  await configureGit(context.surroundings, access, ['--local'], sample.directory);
  const daemon = await openFace(context.surroundings, { dataDir: running.dataDir, user: 'demo' });
  const { ready, dataDir } = running;
  const show: Show = { context, stage, ready, dataDir, daemon, sample };
  if ((await Promise.race([perform(show), stopped])) === 'stopped') return 130;
  stage.chapter('Every step held.');
  if (leave) return 0;
  await showNextSteps(show);
  await stopped;
  return 0;
}

/** Resolves with whether Pilotage ended in order; where it did not, what it left is cleaned up here. */
async function endAll(context: CliContext, stage: Stage, running: EphemeralDaemon): Promise<boolean> {
  running.stop();
  const code = await running.ended;
  if (code !== 0) stage.say(`Pilotage ended out of order (exit code ${code}); cleaning up after it …`);
  // After an orderly end too: the show may have written something meanwhile.
  await context.reap(running.dataDir);
  stage.say('Everything is stopped, and nothing is left on this machine.');
  return code === 0;
}

/** Resolves at the first signal; rejects when the daemon exits. A further signal skips the grace period. */
function stopOnSignals(stage: Stage, running: EphemeralDaemon): Promise<'stopped'> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        signals += 1;
        if (signals > 1) return running.hurry();
        stage.say('\nStopping … (once more: without waiting for the pods)');
        running.stop();
        resolve('stopped');
      });
    }
    // The terminal may be gone after SIGHUP: what cannot be printed must not stop the cleaning up.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    running.ended.then((code) =>
      reject(held(`Pilotage ended by itself (exit code ${code}).`, running.log())),
    );
  });
}

async function perform(show: Show): Promise<void> {
  const { stage } = show;
  stage.chapter('1. git push: from a commit to pods that answer');
  await push(show);
  const dev = await settle(show, 'dev', FIRST.version);

  stage.chapter('2. Promotion by merge: dev → preprod → prod');
  await promote(show, 'preprod');
  await settle(show, 'preprod', FIRST.version);
  await promote(show, 'prod');
  await settle(show, 'prod', FIRST.version);

  stage.chapter('3. A second commit (new code, new configuration) under load');
  await update(show, versionUrl(dev));

  stage.chapter('4. Rollback');
  await rollback(show);
}

/** A real push; what the host streams back is the progress. */
async function push({ stage, ready, sample }: Show): Promise<void> {
  const since = stage.now();
  await sample.git.stream((line) => remote(stage, line), 'push', `${ready.git}/${NAME}.git`, 'main');
  stage.done('pushed; the same connection reported how it went', since);
}

function remote(stage: Stage, line: string): void {
  const text = /^remote: (.*)$/.exec(line)?.[1]?.trimEnd();
  // A blank line of a build's output.
  if (text && !/^\[\S+\]$/.test(text)) stage.detail(text);
}

/** Waits until an environment is healthy and checks over HTTP that it runs the version that it should. */
async function settle(
  { context, stage, daemon }: Show,
  name: string,
  version: string,
): Promise<EnvironmentReport> {
  const since = stage.now();
  stage.live(`${NAME}/${name}: waiting until it is healthy`);
  const environment = await waitFor(context, daemon, `${NAME}/${name}`, {
    for: 'healthy',
    timeout: TIMEOUT_MS,
  });
  stage.done(
    `${NAME}/${name} is ${environment.health} and ${environment.sync} at ${environment.deployedRevision?.slice(0, 7)}`,
    since,
  );
  const answer = await ask(versionUrl(environment));
  if ('failure' in answer) throw held(`${NAME}/${name} does not answer: ${answer.failure}`);
  if (answer.version !== version)
    throw held(`${NAME}/${name} answers with version ${answer.version}, not ${version}.`);
  showAnswer(stage, versionUrl(environment), answer.body);
  return environment;
}

function showAnswer(stage: Stage, url: string, body: object): void {
  const said = Object.entries(body).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  stage.detail(`GET ${url}`);
  stage.detail(`→ {${said.join(', ')}}`);
}

const held = (message: string, details: readonly string[] = []): ProblemError =>
  new ProblemError({ reason: 'DemoFailed', message, ...(details.length > 0 ? { details } : {}) });

function versionUrl(environment: EnvironmentReport): string {
  const [url] = environment.urls;
  if (!url) throw held(`${environment.name} has no URL.`);
  return `${url}/version`;
}

async function promote({ context, dataDir, stage, daemon }: Show, to: string): Promise<void> {
  const since = stage.now();
  const path = (verb: string): string => environmentPath(`${NAME}/${to}`, verb);
  const ask = (): Promise<PromotionReport> => daemon.post(path('promote'), { dryRun: false });
  let report = await ask();
  if (
    report.outcome === 'Waiting' &&
    report.gates.some((gate) => gate.gate === 'approvals' && gate.state === 'Waiting')
  ) {
    for (const gate of report.gates) if (gate.state !== 'Passed') stage.detail(gate.reason);
    const colleague = await signInColleague(context, dataDir, daemon);
    stage.done('an account for a colleague: pilotage user create, role grant approver, login');
    await colleague.post(path('approve'), {});
    stage.done(`the colleague approves it: pilotage approve ${NAME}/${to}`);
    report = await ask();
  }
  if (report.outcome !== 'Promoted' && report.outcome !== 'UpToDate') {
    const reasons = [
      ...report.gates.filter((gate) => gate.state !== 'Passed').map((gate) => gate.reason),
      ...report.problems.map((problem) => problem.message),
    ];
    throw held(`${NAME}/${to} was not promoted: ${reasons.join(' ')}`);
  }
  stage.done(
    `pilotage promote ${NAME}/${to}: merge commit ${report.mergeCommit?.slice(0, 7) ?? 'not needed'}, same tree`,
    since,
  );
}

/** The rolling update: not one request may fail, and afterwards every answer must come from the new code and configuration. */
async function update({ context, stage, sample, ready, daemon }: Show, url: string): Promise<void> {
  const pause = (ms: number): Promise<void> => sleep(context.clock, ms);
  const load = startLoad({ url, pairs: 4, pauseMs: 15, pause });
  await until(pause, () => load.report().requests >= 50);
  const since = stage.now();
  await changeSample(sample, SECOND.version, SECOND.maxPixels);
  const revision = await sample.git.run('rev-parse', 'HEAD');
  const show = (): void => {
    const { requests, failures, versions } = load.report();
    const counts = Object.entries(versions).map(([version, count]) => `${version}: ${count}`);
    stage.live(`${requests} requests, ${failures} failed; answers by version ${counts.join(', ')}`);
  };
  const pushed = sample.git.stream((line) => remote(stage, line), 'push', `${ready.git}/${NAME}.git`, 'main');
  let settled = false;
  const rolled = pushed
    .then(() => waitFor(context, daemon, `${NAME}/dev`, { for: 'healthy', revision, timeout: TIMEOUT_MS }))
    .finally(() => {
      settled = true;
    });
  await Promise.all([
    rolled,
    until(pause, () => {
      show();
      return settled;
    }),
  ]);
  stage.done('rolled out under load: 8 clients, half on kept connections', since);
  // The last old pod is ending, and answers requests that are under way for its second of draining.
  await pause(DRAIN_MS);
  const before = load.report();
  await until(pause, () => load.report().requests >= before.requests + 100);
  const report = await load.stop();
  const old = (report.versions[FIRST.version] ?? 0) - (before.versions[FIRST.version] ?? 0);
  if (report.failures > 0)
    throw held(`${report.failures} of ${report.requests} requests failed: ${report.firstFailure}`);
  if (old > 0) throw held(`${old} answers came from the old code after the rollout was complete.`);
  const answer = await ask(url);
  if ('failure' in answer || answer.body.maxImageSizeInPixels !== SECOND.maxPixels) {
    throw held(`The new configuration is not in force: ${JSON.stringify(answer)}`);
  }
  stage.done(`${report.requests} requests, 0 failed; every answer afterwards came from ${SECOND.version}`);
  showAnswer(stage, url, answer.body);
}

async function until(pause: (ms: number) => Promise<void>, condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50);
}

async function rollback(show: Show): Promise<void> {
  const { stage, daemon } = show;
  const since = stage.now();
  const answer = await daemon.post<{ message: string }>(environmentPath(`${NAME}/dev`, 'rollback'), {});
  stage.done(`pilotage rollback ${NAME}/dev`, since);
  stage.detail(answer.message);
  await settle(show, 'dev', FIRST.version);
}

async function showNextSteps({ context, daemon, ready, dataDir }: Show): Promise<void> {
  const { deliveries } = await daemon.get<StatusReport>('/api/v1/status');
  print(context, 'It answers at:');
  for (const { name, urls } of deliveries.flatMap(({ environments }) => environments))
    print(context, `  ${name.padEnd(9)} ${urls.join(' ')}`);
  print(context, '\nWhat to try next, in another terminal:');
  const pilotage = isCheckout(context) ? 'npx pilotage' : 'pilotage';
  const lines = [
    `export PILOTAGE_DATA_DIR=${dataDir}`,
    `export KUBECONFIG=${ready.kubeconfig}`,
    `${pilotage} status`,
    `${pilotage} logs dev -f`,
    `${pilotage} history dev`,
    'kubectl get pods -A',
    `${pilotage} pin dev --off   # the rollback pinned dev: it follows main again`,
    'npx pilotage git-credential setup',
    `git clone ${ready.git}/${NAME}.git`,
    '                         # change app/server.js, commit, push, watch',
  ];
  for (const line of lines) print(context, `  ${line}`);
  print(context, '\nIt stays up until Ctrl-C.');
}

/** In a checkout the command is not on the PATH, but npx finds it. */
const isCheckout = (context: CliContext): boolean => existsSync(join(context.surroundings.packageDir, 'src'));
