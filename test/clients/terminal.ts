/** A terminal for programs that draw: tmux keeps its screen, and tests read it as a person would (apt-get install tmux). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '../e2e/harness.ts';
import { run } from '../e2e/processes.ts';

/** What needs a terminal is skipped, and the run says so, where tmux is absent. */
export const describeInTerminal: Mocha.SuiteFunction | Mocha.PendingSuiteFunction =
  spawnSync('tmux', ['-V']).status === 0 ? describe : describe.skip;

export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Starts a program in one of 80 columns and 40 rows. `dir`: where its socket may be. */
  static async open(
    dir: string,
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Terminal> {
    const terminal = new Terminal(join(dir, 'terminal'));
    const set = ['set-option', '-g', 'default-terminal', 'screen-256color', ';'];
    await terminal.#tmux([...set, 'new-session', '-d', '-x', '80', '-y', '40', ...command], env);
    return terminal;
  }

  async #tmux(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    // -u: in UTF-8, whatever the locale.
    const all = ['-u', '-f', '/dev/null', '-S', this.#socket, ...args];
    const { code, stdout, stderr } = await run('tmux', all, { env });
    if (code !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  screen(): Promise<string> {
    return this.#tmux(['capture-pane', '-p']);
  }

  async type(text: string): Promise<void> {
    await this.#tmux(['send-keys', '-l', '--', text]);
  }

  /** Keys by the names of tmux: `Enter`, `Escape`, `C-d`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux(['send-keys', ...keys]);
  }

  /** Resolves when the screen shows all of it; fails with what it shows instead. */
  async shows(...texts: readonly (string | RegExp)[]): Promise<string> {
    let seen = '';
    const on = (text: string | RegExp): boolean =>
      typeof text === 'string' ? seen.includes(text) : text.test(seen);
    return eventually(`the terminal shows ${texts.join(' and ')}`, async () => {
      seen = await this.screen();
      return texts.every(on) && seen;
    }).catch((error: Error) => {
      throw new Error(`${error.message}, but:\n${seen.trimEnd()}`);
    });
  }

  async close(): Promise<void> {
    await this.#tmux(['kill-server']).catch(() => undefined);
  }
}
