import type { Attack } from './attack.ts';

/** What the build of a pushed delivery did, in the words that its pusher got. */
function building(name: string, build: string, said: RegExp): Attack['run'] {
  return async (target) => {
    const work = await target.repository(name);
    await work.edit('pilotage.yaml', (text) =>
      text.replace('web: {path: app}', `web: {path: app, build: '${build}'}`),
    );
    await work.commit('build');
    const { stderr } = await work.push();
    const told = stderr.replace(/\nremote:\s*/g, ' ');
    const found = said.exec(told)?.[0];
    if (!found) throw new Error(told.slice(-2_000));
    if (told.length > 200_000) throw new Error(`the pusher was sent ${told.length} characters`);
    return found;
  };
}

export const attacks: readonly Attack[] = [
  {
    input: 'a build that prints 700 MB without a newline',
    run: building('endless-line', 'head -c 700000000 /dev/zero | tr "\\0" x', /printed more than\s+64 MiB/),
  },
  {
    input: 'a build that prints a line of 50 MB, and succeeds',
    run: building('long-line', 'head -c 50000000 /dev/zero | tr "\\0" x', /healthy/i),
  },
  {
    input: 'a build that prints ten million lines',
    run: building('many-lines', 'yes | head -n 10000000', /the rest is not\s+shown/),
  },
];
