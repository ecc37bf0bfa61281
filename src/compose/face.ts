/** The HTTP face: what sync and promotion can be asked, beside the git host. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { DiskRoom } from '../base/diskspace.ts';
import { ProblemError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { ForgeOf } from '../forge/forge.ts';
import { wordOfForge } from '../forge/word.ts';
import type { GitHost } from '../git/host/host.ts';
import { approverProblem } from '../identity/approver.ts';
import type { ChannelActions } from '../model/notifyfaces.ts';
import type { ProgressSource } from '../model/progress.ts';
import type { User } from '../model/user.ts';
import { createPromotionActions } from '../promotion/actions.ts';
import type { PromoteOptions } from '../promotion/options.ts';
import type { SignatureSources } from '../promotion/permit/signed.ts';
import type { Actions } from '../server/actions.ts';
import { createFace, type Face } from '../server/server.ts';
import { makeWebhook, manageWebhook, webhookKind } from '../server/webhooks/manage.ts';
import { createSyncActions } from '../sync/actions.ts';
import type { Audit } from './audit.ts';
import type { Certificates } from './certificates.ts';
import type { Home } from './home.ts';
import type { Identity } from './identity.ts';
import type { Repositories } from './repositories.ts';
import type { Synced } from './sync.ts';
import { composeWebhooks, type Webhooks } from './webhooks.ts';

export interface FaceParts extends Synced {
  readonly signatures: SignatureSources;
  readonly dataDir: string;
  readonly home: Home;
  readonly repositories: Repositories;
  readonly promotion: PromoteOptions;
  readonly forge: ForgeOf;
  readonly channels: ChannelActions;
  readonly gitHost: GitHost<User>;
  readonly room: DiskRoom;
  readonly progress: ProgressSource;
  readonly audit: Audit;
  readonly identity: Identity;
  /** Learns that pull requests of a delivery have changed. */
  readonly pullRequests: (delivery: string) => void;
  /** By which the face may be asked, beside addresses and localhost. */
  readonly names: readonly string[];
  /** What it proves to be with; undefined: it speaks plain HTTP. */
  readonly certificates: Certificates | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function composeFace(parts: FaceParts): Face {
  const { home, gitHost, progress, identity, names, certificates, clock, logger } = parts;
  const look = readBranchesOf(parts);
  const { dataDir, pullRequests } = parts;
  const webhooks = composeWebhooks({ dataDir, home: home.client, look, pullRequests, clock, logger });
  return createFace({
    actions: actionsOf(parts, webhooks),
    webhooks: webhooks.receive,
    progress,
    git: gitHost.handle,
    backup: home.backup,
    audit: { log: parts.audit.log, uuid: randomUUID },
    ...(home.serveAs ? { kubernetes: home.serveAs } : {}),
    access: identity.access,
    authenticate: identity.authenticate,
    knowSession: identity.knowSession,
    observeSession: identity.observeSession,
    identity: identity.actions,
    browserSignIn: identity.browserSignIn,
    clock,
    names,
    ...(certificates ? { certificates } : {}),
    logger,
  });
}

function actionsOf(parts: FaceParts, webhooks: Webhooks): Actions {
  const { home, room, promotion, audit, certificates, identity } = parts;
  const sync = syncActionsOf(parts);
  const promotions = createPromotionActions(promotion);
  return {
    ...sync,
    async status() {
      const problems = [
        room.lack('builds'),
        audit.log.problem(),
        certificates?.problem(),
        identity.problem(),
      ].filter((one) => one !== undefined);
      return { ...(problems.length > 0 ? { problems } : {}), ...(await sync.status()) };
    },
    async connect(request) {
      // Before anything is changed.
      const kind = request.webhook === undefined ? undefined : webhookKind(request.webhook);
      const changed = await sync.connect(request);
      const word = await wordOfForge(parts.forge, request.name);
      const isShown = request.signers !== undefined || request.check === true;
      const ownKey = isShown ? await parts.signatures.ownKey() : undefined;
      const answer = {
        ...changed,
        ...(word === undefined ? {} : { message: `${changed.message}\n  ${word}` }),
        ...(ownKey ? { signingKey: `ssh-ed25519 ${ownKey.toString('base64')}` } : {}),
      };
      if (kind === undefined) return answer;
      return { ...answer, webhook: await makeWebhook(webhooks.manage, request.name, kind) };
    },
    channels: parts.channels,
    webhook: (delivery, act) => manageWebhook(webhooks.manage, delivery, act),
    promote: async (name, request, user) => promotions.promote(await sync.find(name), request, user),
    hold: async (name, request, user) => promotions.hold(await sync.find(name), request, user),
    release: async (name) => promotions.release(await sync.find(name)),
    async history(name) {
      const target = await sync.find(name);
      return promotions.withStories(target, await promotions.withSkips(target, await sync.history(name)));
    },
    async promoteTogether(names, request, user) {
      const targets = await Promise.all(names.map((name) => sync.find(name)));
      return promotions.promoteTogether(targets, request, user);
    },
    async approve(name, request, user) {
      const problem = await approverProblem(home.identityClient, user);
      if (problem) throw new ProblemError(problem);
      const report = await promotions.approve(await sync.find(name), request, user);
      return { ...report, approvedBy: user.name };
    },
    recipients: async (delivery) => ({ recipients: await parts.ageKeys.recipients(delivery) }),
    reject: async (name, request, user) => promotions.reject(await sync.find(name), request, user),
    backport: async (name, request, user) => promotions.backport(await sync.find(name), request, user),
    setImage: async (name, request, user) => promotions.setImage(await sync.find(name), request, user),
    async why(name) {
      const report = await sync.why(name);
      const lack = room.lack('builds');
      const { gates, problems } = await promotions.gatesTo(await sync.find(name));
      return { ...report, reasons: [...report.reasons, ...problems, ...(lack ? [lack] : [])], gates };
    },
  };
}

function syncActionsOf({
  home,
  repositories,
  sync,
  observer,
  clock,
}: FaceParts): ReturnType<typeof createSyncActions> {
  const { access, find } = repositories;
  return createSyncActions({
    home: home.client,
    sync,
    repository: find,
    remotes: access,
    clock,
    failureOf: observer.failureOf,
    readBranches: readBranchesOf({ repositories, observer }),
  });
}

const readBranchesOf =
  ({ repositories: { remotes }, observer }: Pick<FaceParts, 'repositories' | 'observer'>) =>
  async (name: string): Promise<void> => {
    if (await remotes.remote(name)) await remotes.poke(name);
    else await observer.observe(name);
  };
