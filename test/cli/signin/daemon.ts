import { type Problem, ProblemError } from '../../../src/base/errors.ts';
import type { FaceClient } from '../../../src/cli/daemon/face.ts';

/** A daemon that answers posts as a test says. */
export class FakeDaemon implements FaceClient {
  readonly url = 'http://127.0.0.1:7080';
  readonly asked: { readonly path: string; readonly body: object }[] = [];
  readonly #answers: Record<string, () => object>;

  constructor(answers: Record<string, () => object>) {
    this.#answers = answers;
  }

  refuse(path: string, problem: Problem): void {
    this.#answers[path] = () => {
      throw new ProblemError(problem);
    };
  }

  async post<T>(path: string, body: object): Promise<T> {
    this.asked.push({ path, body });
    const answer = this.#answers[path];
    if (!answer) throw new Error(`nothing at ${path}`);
    return answer() as T;
  }

  get = (): never => misused();
  send = (): never => misused();
  stream = (): never => misused();
  events = (): never => misused();
}

const misused = (): never => {
  throw new Error('a sign-in only posts');
};
