import { randomBytes } from 'node:crypto';
import { sleep } from '../../base/clock.ts';
import type { LoggedIn, Verdict } from '../../model/identityfaces.ts';
import type { CliContext } from '../context.ts';
import { type FaceClient, openFace } from '../daemon/face.ts';

const NAME = 'colleague';
/** A controller puts a grant in force: that takes a moment, and not so long. */
const GRANTED_MS = 10_000;

/** Somebody else than whoever pushed, with an account and the right to approve, signed in with a password that nobody keeps. */
export async function signInColleague(
  context: CliContext,
  dataDir: string,
  administrator: FaceClient,
): Promise<FaceClient> {
  const password = randomBytes(16).toString('base64url');
  await administrator.post('/api/v1/users', { name: NAME, password });
  await administrator.post('/api/v1/grants', { role: 'approver', users: [NAME] });
  const stranger = await openFace(context.surroundings, { dataDir, anonymous: true });
  const { token } = await stranger.post<LoggedIn>('/login', { name: NAME, password });
  const colleague = await openFace(context.surroundings, { dataDir, token });
  const mayApprove = async () => (await colleague.post<Verdict>('/api/v1/can', { verb: 'approve' })).allowed;
  const until = context.clock.now() + GRANTED_MS;
  // Where it is refused still, the approval itself says why.
  while (!(await mayApprove()) && context.clock.now() < until) await sleep(context.clock, 50);
  return colleague;
}
