import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProblemError } from '../../base/errors.ts';
import type { Mail, Settings } from './sink.ts';

/** Of one answer of a server, all its lines. */
const MOST_ANSWER = 64 * 1024;

/** Hands a mail to a server (RFC 5321). Rejects with a ProblemError that says nothing of the password. */
export type Post = (settings: Settings, mail: Mail) => Promise<void>;

export interface SmtpOptions {
  /** For all of it. */
  readonly timeoutMs: number;
  /** PEM of the only authorities that are trusted; absent: those of this machine. */
  readonly ca?: string;
}

/**
 * `smtps://HOST` speaks TLS from the beginning, `smtp://HOST` as soon as the server offers it (STARTTLS, RFC 3207), and a
 * password is told over TLS alone (RFC 4954, 4).
 */
export const createSmtp =
  ({ timeoutMs, ca }: SmtpOptions): Post =>
  async ({ url = '', user, password }, { from, to, text }) => {
    const { protocol, hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const isSecure = protocol === 'smtps:';
    const tls = { ...(isIP(host) ? {} : { servername: host }), ...(ca === undefined ? {} : { ca }) };
    const at = { host, port: Number(port || (isSecure ? 465 : 587)) };
    let line = talk(isSecure ? connectTls({ ...at, ...tls }) : connectPlain(at));
    const late = setTimeout(() => line.end(new Error('it has not answered in time')), timeoutMs);
    try {
      await line.answer('', 220);
      let offers = await line.say('EHLO pilotage', 250);
      if (!isSecure && /^250[ -]STARTTLS/im.test(offers)) {
        await line.say('STARTTLS', 220);
        line = talk(connectTls({ socket: line.leave(), host, ...tls }));
        offers = await line.say('EHLO pilotage', 250);
      } else if (!isSecure && password !== undefined)
        throw new Error('it offers no TLS (STARTTLS), and a password is told over nothing else');
      if (user !== undefined && password !== undefined) await logIn(line, offers, user, password);
      await line.say(`MAIL FROM:<${from}>`, 250);
      for (const one of to) await line.say(`RCPT TO:<${one}>`, 250, 251);
      await line.say('DATA', 354);
      // A line that is a point ends the mail (RFC 5321, 4.5.2).
      await line.say(`${text.replace(/^\./gm, '..').replace(/(\r\n)?$/, '')}\r\n.`, 250);
      line.tell('QUIT');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ProblemError({ reason: 'Unreachable', message: `${protocol}//${host}:${at.port}: ${why}` });
    } finally {
      clearTimeout(late);
      line.end();
    }
  };

async function logIn(line: Line, offers: string, user: string, password: string): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const ways = /^250[ -]AUTH[ =](.*)$/im.exec(offers)?.[1]?.toUpperCase().split(/\s+/) ?? [];
  if (ways.includes('PLAIN')) {
    await line.secretly(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, 235);
  } else if (ways.includes('LOGIN')) {
    await line.say('AUTH LOGIN', 334);
    await line.secretly(base64(user), 334);
    await line.secretly(base64(password), 235);
  } else throw new Error('it takes no password by PLAIN or LOGIN');
}

interface Line {
  /** Sends a line and resolves with the answer. Rejects where that has another code. */
  say(text: string, ...codes: readonly number[]): Promise<string>;
  /** The same of what no error may repeat: the server's words are left out as well. */
  secretly(text: string, code: number): Promise<string>;
  answer(asked: string, ...codes: readonly number[]): Promise<string>;
  tell(text: string): void;
  /** The socket, for TLS over it. Throws where the server has said more than it was asked. */
  leave(): Socket;
  end(error?: Error): void;
}

/** A dialogue of lines: each answer is of one or more, the last with a space after its code. */
function talk(socket: Socket): Line {
  let heard = '';
  let failure: Error | undefined;
  let wake = (): void => {};
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const onData = (chunk: Buffer): void => {
    heard += chunk.toString('latin1');
    if (heard.length > MOST_ANSWER) fail(new Error('it says too much'));
    wake();
  };
  const onEnd = (): void => fail(new Error('it has closed the connection'));
  socket.on('data', onData).on('error', fail).on('close', onEnd);

  async function read(): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(heard);
      if (whole) {
        heard = heard.slice(whole[0].length);
        return whole[0];
      }
      if (failure) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  async function answer(asked: string, ...codes: readonly number[]): Promise<string> {
    const said = await read();
    if (codes.includes(Number(said.slice(0, 3)))) return said;
    throw new Error(`${asked ? `to ${asked} ` : ''}it says ${said.split(/\r?\n/, 1)[0]?.slice(0, 200)}`);
  }
  const tell = (text: string): void => void socket.write(`${text}\r\n`);
  return {
    answer,
    tell,
    say(text, ...codes) {
      tell(text);
      return answer(text.split(/[\r\n]/, 1)[0]?.slice(0, 60) ?? '', ...codes);
    },
    async secretly(text, code) {
      tell(text);
      const said = await read();
      if (said.startsWith(String(code))) return said;
      throw new Error(`it does not take the user and the password (${said.slice(0, 3)})`);
    },
    leave() {
      // Said in plain, it would count as said in secret (CVE-2011-0411).
      if (heard !== '') throw new Error('it has said more than it was asked before TLS');
      socket.off('data', onData).off('close', onEnd);
      return socket;
    },
    end(error) {
      if (error) fail(error);
      socket.destroy();
    },
  };
}
