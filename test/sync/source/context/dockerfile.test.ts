import { expect } from 'chai';
import { formatProblem } from '../../../../src/base/errors.ts';
import { followSteps, hasTarget, readDockerfile } from '../../../../src/sync/source/context/dockerfile.ts';

const read = (...lines: string[]) => {
  const result = readDockerfile(lines.join('\n'), 'app/Dockerfile');
  if (!result.ok) throw new Error(formatProblem(result.problems[0]));
  return result.value;
};
const problemOf = (...lines: string[]): string => {
  const result = readDockerfile(lines.join('\n'), 'app/Dockerfile');
  return result.ok ? '' : formatProblem(result.problems[0]);
};

describe('a Dockerfile', () => {
  it('has instructions with their lines: joined, without comments and documents in them', () => {
    const { instructions } = read(
      '# syntax=docker/dockerfile:1',
      'ARG V=1',
      'from a AS b',
      'RUN one && \\',
      '  # why',
      '    two',
      '',
      'COPY <<EOF /etc/motd',
      'NOT an instruction',
      'EOF',
      'CMD ["x"]',
    );
    expect(instructions.map(({ line, name, text }) => [line, name, text])).to.deep.equal([
      [2, 'ARG', 'ARG V=1'],
      [3, 'FROM', 'from a AS b'],
      [4, 'RUN', 'RUN one && two'],
      [8, 'COPY', 'COPY <<EOF /etc/motd'],
      [11, 'CMD', 'CMD ["x"]'],
    ]);
  });

  it('may go on lines with another character', () =>
    expect(read('# escape=`', 'FROM a', 'RUN x `', '  y', 'RUN c:\\').instructions).to.have.length(3));

  it('with what is no instruction says the line, and what there is', () =>
    expect(problemOf('FROM a', 'COPYY a b')).to.match(
      /^app\/Dockerfile:2: "COPYY" is no instruction\n {2}→ There are ADD, ARG, .* What runs goes on running\.$/,
    ));

  it('that is empty, or begins with something else than FROM, says so', () => {
    expect(problemOf('# nothing')).to.match(/^app\/Dockerfile: has no instructions/);
    expect(problemOf('ARG a', 'RUN b', 'FROM c')).to.match(/^app\/Dockerfile:2: RUN stands before FROM/);
  });

  it('has its stages as targets, by name and by number', () => {
    const dockerfile = read('FROM a AS Base', 'FROM b');
    expect(['base', 'Base', '0', '1'].every((name) => hasTarget(dockerfile, name))).to.equal(true);
    expect(['2', 'other', 'a'].some((name) => hasTarget(dockerfile, name))).to.equal(false);
  });
});

describe('the line at which a build fails', () => {
  const dockerfile = read(
    'ARG V=1',
    'FROM scratch AS base',
    'COPY a /',
    'RUN same',
    'FROM base',
    'RUN same',
    'RUN x \\',
    'y',
  );
  const lineAfter = (lines: readonly string[], words = '') => {
    const steps = followSteps(dockerfile);
    for (const line of lines) steps.tell(line);
    return steps.lineAt(words);
  };

  it('is that of the last step that Podman tells of, by its stage', () => {
    expect(lineAfter(['[1/2] STEP 1/3: FROM scratch AS base', '[1/2] STEP 3/3: RUN same'])).to.equal(4);
    expect(
      lineAfter(['[1/2] STEP 3/3: RUN same', '[2/2] STEP 1/3: FROM 3a3c25', '[2/2] STEP 2/3: RUN same']),
    ).to.equal(6);
    expect(lineAfter(['[2/2] STEP 3/3: RUN x   y', 'output'])).to.equal(7);
  });

  it('is that of the last step that Docker tells of, by its words', () => {
    const lines = [
      'Step 1/7 : ARG V=1',
      'Step 2/7 : FROM scratch AS base',
      'Step 3/7 : COPY a /',
      'Step 4/7 : RUN same',
    ];
    expect(lineAfter(lines)).to.equal(4);
    expect(lineAfter([...lines, 'Step 5/7 : FROM base', 'Step 6/7 : RUN same'])).to.equal(6);
  });

  it('is what the engine says itself, and none before there is a step', () => {
    expect(lineAfter([], 'dockerfile parse error on line 3: COPY requires two arguments')).to.equal(3);
    expect(lineAfter([], 'no route to registry')).to.equal(undefined);
  });
});
