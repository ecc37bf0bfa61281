import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { formatProblem, type Problem, ProblemError, problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { OpenRepository } from '../repository.ts';
import { Quarantine } from '../store/quarantine.ts';
import { storageProblem } from '../store/storage-errors.ts';
import type { Principal } from '../types.ts';
import { PacketReader } from '../wire/pkt-line.ts';
import { advertiseCapabilities, advertiseRefs, type Service } from './advertise.ts';
import { bodyOf, protocolOf, type Route, refuse, routeOf, write } from './host-http.ts';
import { type HostedRepositories, isRepositoryName } from './hosted.ts';
import { answerPush, type OnPush } from './push-answer.ts';
import {
  needsPack,
  type PushOutcome,
  type PushPolicy,
  type PushRequest,
  readPushRequest,
  refuseAll,
  takePush,
} from './receive-pack.ts';
import { uploadPack } from './upload-pack.ts';

export interface GitHostOptions<P extends Principal = Principal> {
  readonly repositories: HostedRepositories;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The user of a request; undefined answers 401. A ProblemError answers 403. */
  readonly authorize: (req: IncomingMessage) => Promise<P | undefined> | P | undefined;
  /** Why the user may not read a repository, or begin to push there; default: everybody may who is known. */
  readonly admits?: (principal: P, visit: Visit) => Promise<Problem | undefined>;
  /** Why a branch may not be pushed; undefined allows it. */
  readonly policy: PushPolicy<P>;
  /**
   * Called once the refs are durable, outside of any lock. Lines that are reported reach the pusher at once, until the promise
   * settles. The signal aborts when the pusher stops watching; the push stands all the same.
   */
  readonly onPush: OnPush<P>;
  /** Told what came of each push, whether it was taken or not; must not throw. */
  readonly recorded?: (push: RecordedPush) => void;
  /** Why nothing that takes room can be taken now; asked before a pack is received. */
  readonly lacksRoom?: () => Problem | undefined;
  /** Largest push, in bytes after decompression of the request; 512 MiB when left out. */
  readonly maxBytes?: number;
}

export interface RecordedPush {
  readonly request: IncomingMessage;
  /** When it began, in milliseconds since the epoch. */
  readonly received: number;
  readonly repository: string;
  readonly user: string;
  readonly outcome: PushOutcome;
  /** Whether there was no such repository before. */
  readonly created: boolean;
}

export interface Visit {
  readonly repository: string;
  readonly service: Service;
  readonly exists: boolean;
}

export interface GitHost<P extends Principal = Principal> {
  /** Answers a request below /git/; false (and untouched) for any other. `known` learns whose it is, once that is clear. Never rejects. */
  handle(req: IncomingMessage, res: ServerResponse, known?: (principal: P) => void): Promise<boolean>;
}

const DEFAULT_MAX_BYTES = 512 * 2 ** 20;
/** A fetch request is a list of ids; even a huge history's negotiation stays far below. */
const MAX_FETCH_REQUEST = 16 * 2 ** 20;

/** The embedded git server: smart HTTP (protocols 0 to 2) at /git/NAME.git, without any git program. */
export function createGitHost<P extends Principal>(options: GitHostOptions<P>): GitHost<P> {
  const { repositories } = options;

  const serve = async (req: IncomingMessage, res: ServerResponse, route: Route, principal: P) => {
    const { repository: name, service } = route;
    if (!isRepositoryName(name)) {
      return refuse(res, 400, `${name} cannot name a repository: use lower-case letters, digits and dashes`);
    }
    if (service === undefined) return refuse(res, 403, 'this host speaks smart HTTP only: use a newer git');
    // As git http-backend does; and a web page cannot send this type in a visitor's name without being asked about it first.
    if (route.kind === 'serve' && req.headers['content-type'] !== `application/x-${service}-request`)
      return refuse(res, 415, `this address takes application/x-${service}-request only`);
    const repository = await repositories.find(name);
    const visit = { repository: name, service, exists: repository !== undefined };
    const barred = await options.admits?.(principal, visit);
    if (barred) return refuse(res, 403, formatProblem(barred));
    if (service === 'git-receive-pack') {
      // A repository comes into being with its first push: to someone who pushes, an absent one looks empty.
      if (route.kind === 'serve') return receive(req, res, name, principal);
    } else if (!repository) {
      return refuse(res, 404, `there is no repository ${name}: push to create it`);
    } else if (route.kind === 'serve') return upload(req, res, repository);
    advertise(req, res, service, repository);
  };

  const receive = async (req: IncomingMessage, res: ServerResponse, name: string, principal: P) => {
    const begun = { request: req, received: options.clock.now(), repository: name, user: principal.name };
    const reader = new PacketReader(bodyOf(req, options.maxBytes ?? DEFAULT_MAX_BYTES));
    const request = await readPushRequest(reader);
    res.writeHead(200, headers('application/x-git-receive-pack-result'));
    // git asks with an empty request first when it has much to send, to be told early that it may not.
    if (request.commands.length === 0) {
      res.end();
      return;
    }
    const lack = needsPack(request) ? options.lacksRoom?.() : undefined;
    if (lack) {
      options.recorded?.({ ...begun, outcome: refuseAll(request.commands, lack), created: false });
      return turnAway(res, { repository: name, principal, request }, reader, lack);
    }
    const created = (await repositories.find(name)) === undefined;
    const repository = await repositories.create(name);
    const who = { principal, policy: options.policy, at: begun.received };
    const outcome = await takeRequest(repository, name, request, reader, who);
    if (!outcome.refs.some(({ kind }) => kind === 'moved')) await repositories.removeEmpty(name);
    options.recorded?.({ ...begun, outcome, created });
    await answerPush(res, { repository: name, principal, request, outcome }, options);
    await tidy(repository, name);
  };

  /** Keeps nothing of the pack, but reads it to its end, because a client that is still sending does not read the reason. */
  const turnAway = async (
    res: ServerResponse,
    push: { readonly repository: string; readonly principal: P; readonly request: PushRequest },
    reader: PacketReader,
    why: Problem,
  ) => {
    for await (const _ of reader.rest());
    await answerPush(res, { ...push, outcome: refuseAll(push.request.commands, why) }, options);
  };

  /** No client waits for it, so a failure is only logged: with all its packs a repository is slower, but complete. */
  const tidy = async (repository: OpenRepository, name: string): Promise<void> => {
    const { logger } = options;
    try {
      const merged = await repository.tidy();
      if (merged > 0) logger.debug({ repository: name, merged }, 'merged packs');
    } catch (error) {
      logger.warn({ repository: name, problem: problemOf(error) }, 'cannot merge packs');
    }
  };

  return {
    async handle(req, res, known) {
      const route = routeOf(req);
      if (route === undefined) return false;
      try {
        const principal = await options.authorize(req);
        if (principal !== undefined) known?.(principal);
        if (principal === undefined) {
          const challenge = { 'www-authenticate': 'Basic realm="pilotage"' };
          refuse(
            res,
            401,
            'a token is needed, as the password: pilotage login, or pilotage token create',
            challenge,
          );
        } else if (route === 'unknown') refuse(res, 404, 'no such address: the form is /git/NAME.git');
        else await serve(req, res, route, principal);
      } catch (error) {
        const problem = problemOf(error);
        options.logger.warn({ path: req.url, problem }, 'a git request failed');
        if (res.headersSent) res.destroy();
        else refuse(res, STATUS[problem.reason] ?? 400, problem.message);
      }
      return true;
    },
  };
}

const STATUS: Readonly<Record<string, number>> = { InternalError: 500, Forbidden: 403 };

const headers = (type: string) => ({ 'content-type': type, 'cache-control': 'no-cache' });

function advertise(
  req: IncomingMessage,
  res: ServerResponse,
  service: Service,
  repository: OpenRepository | undefined,
): void {
  const protocol = protocolOf(req);
  const body =
    protocol === 2 && service === 'git-upload-pack'
      ? advertiseCapabilities()
      : advertiseRefs(service, protocol === 1 ? 1 : 0, repository);
  res.writeHead(200, headers(`application/x-${service}-advertisement`));
  res.end(body);
}

async function upload(req: IncomingMessage, res: ServerResponse, repository: OpenRepository): Promise<void> {
  res.writeHead(200, headers('application/x-git-upload-pack-result'));
  for await (const bytes of uploadPack(repository, bodyOf(req, MAX_FETCH_REQUEST), protocolOf(req))) {
    if (!(await write(res, ...bytes))) return;
  }
  res.end();
}

/** Receives the pack, if one comes, and takes the push; what is wrong with the pack becomes the outcome of every ref. */
async function takeRequest<P extends Principal>(
  repository: OpenRepository,
  name: string,
  request: PushRequest,
  reader: PacketReader,
  who: { readonly principal: P; readonly policy: PushPolicy<P>; readonly at: number },
): Promise<PushOutcome> {
  let quarantine: Quarantine | undefined;
  try {
    if (needsPack(request)) quarantine = new Quarantine(repository.dir, repository.store);
    await quarantine?.receive(reader.rest());
    return await takePush(repository, name, request, quarantine, who);
  } catch (error) {
    const problem = error instanceof ProblemError ? error.problem : storageProblem(error);
    if (problem) return refuseAll(request.commands, problem);
    throw error;
  } finally {
    quarantine?.discard();
  }
}
