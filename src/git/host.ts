import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { formatProblem, ProblemError, problemOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { advertiseCapabilities, advertiseRefs } from './advertise.ts';
import { bodyOf, protocolOf, type Route, refuse, routeOf, write } from './host-http.ts';
import { Quarantine } from './incoming.ts';
import { Mutex } from './mutex.ts';
import { FLUSH, PacketReader, packet, sideBand } from './pkt-line.ts';
import {
  needsPack,
  type PushOutcome,
  type PushPolicy,
  type PushRequest,
  readPushRequest,
  takePush,
} from './receive-pack.ts';
import { branchOf } from './refname.ts';
import { INCOMING, type OpenRepository, openRepository } from './repository.ts';
import type { PushedRef, Repository } from './types.ts';
import { uploadPack } from './upload-pack.ts';

export interface GitHostOptions {
  /** Folder of the repositories; NAME stands in NAME.git. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who asks; undefined answers 401. See basicCredentials. */
  readonly authorize: (req: IncomingMessage) => Promise<string | undefined> | string | undefined;
  /** Says why a branch may not be pushed; undefined lets it through. */
  readonly policy: PushPolicy;
  /**
   * Called once the refs are durable, outside of any lock. Lines that are reported reach the pusher at once, until the promise
   * settles. `signal` aborts when the pusher stops watching; the push stands all the same.
   */
  readonly onPush: (
    repository: string,
    refs: readonly PushedRef[],
    report: (line: string) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Largest push, in bytes as sent. */
  readonly maxBytes?: number;
}

export interface GitHost {
  /** Answers a request below /git/; false (and untouched) for any other. Never rejects. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  repository(name: string): Promise<Repository | undefined>;
  list(): Promise<readonly string[]>;
  /** Creates an empty repository, or opens the one that is there. */
  create(name: string): Promise<Repository>;
  remove(name: string): Promise<void>;
  /** Closes the repositories' files. */
  close(): void;
}

const DEFAULT_MAX_BYTES = 512 * 2 ** 20;
/** A fetch request is a list of ids; even a huge history's negotiation stays far below. */
const MAX_FETCH_REQUEST = 16 * 2 ** 20;
/** Proxies close connections that are silent for long; git reads an empty packet as nothing. */
const KEEPALIVE_MS = 5_000;

/** A repository's name becomes a delivery's, and so a DNS label. */
export const isRepositoryName = (name: string): boolean => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);

export function createGitHost(options: GitHostOptions): GitHost {
  const { root, logger } = options;
  const open = new Map<string, Promise<OpenRepository>>();
  /** Creating and removing must not overlap, or a push could land in a folder that is being deleted. */
  const lifecycle = new Mutex();
  const dirOf = (name: string) => join(root, `${name}.git`);

  const find = async (name: string): Promise<OpenRepository | undefined> => {
    if (!isRepositoryName(name)) return undefined;
    if (!open.has(name) && !existsSync(join(dirOf(name), 'HEAD'))) return undefined;
    return obtain(name);
  };
  const obtain = (name: string): Promise<OpenRepository> => {
    const known = open.get(name);
    if (known) return known;
    mkdirSync(root, { recursive: true });
    const opening = openRepository(dirOf(name), { create: true });
    open.set(name, opening);
    opening.catch(() => open.delete(name));
    return opening;
  };
  const remove = (name: string) =>
    lifecycle.run(async () => {
      const repository = await find(name);
      if (!repository) return;
      await repository.writes.run(async () => {
        open.delete(name);
        repository.close();
        rmSync(repository.dir, { recursive: true, force: true });
      });
    });

  const serve = async (req: IncomingMessage, res: ServerResponse, route: Route, principal: string) => {
    const receiving = route.service === 'git-receive-pack';
    if (!isRepositoryName(route.repository)) {
      return refuse(
        res,
        400,
        `${route.repository} cannot name a repository: use lower-case letters, digits and dashes`,
      );
    }
    if (route.service === undefined)
      return refuse(res, 403, 'this host speaks smart HTTP only: use git 1.6.6 or later');
    const repository = await find(route.repository);
    // A repository comes into being with its first push, so to someone who pushes an absent one looks empty.
    if (!repository && !receiving)
      return refuse(res, 404, `there is no repository ${route.repository}: push to create it`);
    if (route.kind === 'advertise') return advertise(req, res, route, repository);
    if (receiving) return receive(req, res, route.repository, principal);
    if (repository) return upload(req, res, repository);
  };

  const advertise = (
    req: IncomingMessage,
    res: ServerResponse,
    route: Route,
    repository: OpenRepository | undefined,
  ) => {
    const service = route.service ?? 'git-upload-pack';
    const protocol = protocolOf(req);
    const body =
      protocol === 2 && service === 'git-upload-pack'
        ? advertiseCapabilities()
        : advertiseRefs(service, protocol === 1 ? 1 : 0, repository);
    res.writeHead(200, headers(`application/x-${service}-advertisement`));
    res.end(body);
  };

  const upload = async (req: IncomingMessage, res: ServerResponse, repository: OpenRepository) => {
    res.writeHead(200, headers('application/x-git-upload-pack-result'));
    for await (const bytes of uploadPack(repository, bodyOf(req, MAX_FETCH_REQUEST), protocolOf(req))) {
      if (!(await write(res, bytes))) return;
    }
    res.end();
  };

  const receive = async (req: IncomingMessage, res: ServerResponse, name: string, principal: string) => {
    const reader = new PacketReader(bodyOf(req, options.maxBytes ?? DEFAULT_MAX_BYTES));
    const request = await readPushRequest(reader);
    res.writeHead(200, headers('application/x-git-receive-pack-result'));
    // git asks with an empty request first when it has much to send, to be told early that it may not.
    if (request.commands.length === 0) return void res.end();
    const repository = await lifecycle.run(() => obtain(name));
    const outcome = await takeRequest(repository, name, request, reader, principal);
    await answer(res, name, request, outcome);
    const isEmpty = repository.refs.list('refs/').size === 0;
    if (isEmpty && !outcome.refs.some(({ kind }) => kind === 'moved')) await removeIfEmpty(name);
  };

  const takeRequest = async (
    repository: OpenRepository,
    name: string,
    request: PushRequest,
    reader: PacketReader,
    principal: string,
  ): Promise<PushOutcome> => {
    const quarantine = needsPack(request) ? new Quarantine(repository.dir, repository.store) : undefined;
    try {
      await quarantine?.receive(reader.rest());
      return await takePush(repository, name, request, quarantine, { principal, policy: options.policy });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const problem = error.problem;
      return {
        unpack: problem,
        refs: request.commands.map((command) => ({ kind: 'refused', command, problem })),
      };
    } finally {
      quarantine?.discard();
    }
  };

  /** A push that failed must not leave an empty repository; one that another push is filling is left alone. */
  const removeIfEmpty = (name: string) =>
    lifecycle.run(async () => {
      const repository = await find(name);
      await repository?.writes.run(async () => {
        const filling = readdirSync(repository.dir).some((entry) => entry.startsWith(INCOMING));
        if (filling || repository.refs.list('refs/').size > 0) return;
        open.delete(name);
        repository.close();
        rmSync(repository.dir, { recursive: true, force: true });
      });
    });

  /** The report first, as git's own receive-pack sends it: whoever disconnects afterwards knows what became of the push. */
  const answer = async (res: ServerResponse, name: string, request: PushRequest, outcome: PushOutcome) => {
    const banded = request.capabilities.has('side-band-64k');
    const say = (line: string) => banded && !res.destroyed && res.write(sideBand(2, `${line}\n`));
    for (const result of outcome.refs) if (result.kind === 'refused') explain(result.problem, say);
    const report = request.capabilities.has('report-status') ? reportStatus(outcome) : Buffer.alloc(0);
    if (report.length > 0) await write(res, banded ? sideBand(1, report) : report);
    const pushed = pushedBranches(outcome);
    if (pushed.length > 0) await watch(res, name, pushed, banded, say);
    if (!res.destroyed) res.end(banded ? FLUSH : undefined);
  };

  const watch = async (
    res: ServerResponse,
    name: string,
    pushed: readonly PushedRef[],
    banded: boolean,
    say: (line: string) => void,
  ) => {
    const watching = new AbortController();
    const onClose = () => watching.abort();
    res.on('close', onClose);
    let cancel = () => {};
    const keepalive = () => {
      if (watching.signal.aborted) return;
      res.write(sideBand(2, ''));
      cancel = options.clock.after(KEEPALIVE_MS, keepalive);
    };
    if (banded) cancel = options.clock.after(KEEPALIVE_MS, keepalive);
    if (res.destroyed) watching.abort();
    try {
      const done = options.onPush(name, pushed, say, watching.signal);
      // Without a side band nothing can be shown: the pusher need not wait.
      if (banded) await done;
      else
        done.catch((error) =>
          logger.error({ repository: name, problem: problemOf(error) }, 'delivery after a push failed'),
        );
    } catch (error) {
      logger.error({ repository: name, problem: problemOf(error) }, 'delivery after a push failed');
      explain(problemOf(error), say);
    } finally {
      cancel();
      res.off('close', onClose);
    }
  };

  return {
    async handle(req, res) {
      const route = routeOf(req);
      if (route === undefined) return false;
      try {
        const principal = await options.authorize(req);
        if (principal === undefined) {
          refuse(res, 401, 'a token is needed: user git, the token as password', {
            'www-authenticate': 'Basic realm="pilotage"',
          });
        } else if (route === 'unknown') refuse(res, 404, 'no such address: the form is /git/NAME.git');
        else await serve(req, res, route, principal);
      } catch (error) {
        const problem = problemOf(error);
        logger.warn({ url: req.url, problem }, 'a git request failed');
        if (!res.headersSent) refuse(res, problem.reason === 'InternalError' ? 500 : 400, problem.message);
        else res.destroy();
      }
      return true;
    },
    repository: find,
    async list() {
      if (!existsSync(root)) return [];
      const names = readdirSync(root)
        .filter((entry) => entry.endsWith('.git'))
        .map((entry) => entry.slice(0, -4));
      return names.filter((name) => isRepositoryName(name) && existsSync(join(dirOf(name), 'HEAD'))).sort();
    },
    async create(name) {
      if (!isRepositoryName(name))
        throw new ProblemError({ reason: 'InvalidName', message: `${name} cannot name a repository` });
      return lifecycle.run(() => obtain(name));
    },
    remove,
    close() {
      for (const opening of open.values())
        opening.then(
          (repository) => repository.close(),
          () => {},
        );
      open.clear();
    },
  };
}

const headers = (type: string) => ({ 'content-type': type, 'cache-control': 'no-cache' });

function explain(problem: Parameters<typeof formatProblem>[0], say: (line: string) => void): void {
  for (const line of formatProblem(problem).split('\n')) say(line);
}

/** gitprotocol-pack, "Report Status". A reason stands on one line. */
function reportStatus(outcome: PushOutcome): Buffer {
  const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, ' ');
  const lines = outcome.refs.map((result) =>
    result.kind === 'moved'
      ? `ok ${result.command.ref}`
      : `ng ${result.command.ref} ${oneLine(result.problem.message)}`,
  );
  const unpack = outcome.unpack ? oneLine(outcome.unpack.message) : 'ok';
  return Buffer.concat([...[`unpack ${unpack}`, ...lines].map((line) => packet(`${line}\n`)), FLUSH]);
}

function pushedBranches(outcome: PushOutcome): readonly PushedRef[] {
  return outcome.refs.flatMap(({ kind, command }) => {
    const branch = branchOf(command.ref);
    return kind === 'moved' && branch !== undefined ? [{ branch, from: command.from, to: command.to }] : [];
  });
}
