import { stayAlive } from '../../base/alive.ts';
import { sleep } from '../../base/clock.ts';
import type { BegunOnDevice, LoggedIn, OnDevice } from '../../model/identityfaces.ts';
import type { CliContext } from '../context.ts';
import type { FaceClient } from '../daemon/face.ts';

/** Prints a code to be typed in a browser anywhere, and asks the daemon, as often as it says, what has become of it. */
export async function signInByDevice({ stderr, clock }: CliContext, daemon: FaceClient): Promise<LoggedIn> {
  const begun = await daemon.post<BegunOnDevice>('/login/device', {});
  const complete = begun.verificationUriComplete ? `\nOr open ${begun.verificationUriComplete}` : '';
  stderr.write(
    `Open ${begun.verificationUri} in a browser on any device, and type there:\n  ${begun.userCode}${complete}\n`,
  );
  const leave = stayAlive();
  try {
    for (let { seconds } = begun; ; ) {
      await sleep(clock, seconds * 1000);
      const answer = await daemon.post<OnDevice>('/login/device/poll', { attempt: begun.attempt });
      if (answer.type === 'signedIn') return answer.as;
      seconds = answer.seconds;
    }
  } finally {
    leave();
  }
}
