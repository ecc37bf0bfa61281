import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  EngineError,
  engineHttp,
} from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import { scratch } from '../../helpers.ts';

describe('a request to an engine', () => {
  let place: ReturnType<typeof scratch>;
  let server: Server;
  let socket: string;
  const asked: string[] = [];
  before((done) => {
    place = scratch();
    socket = join(place.path, 'engine.sock');
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''}`);
      if (request.url?.endsWith('/fails')) response.writeHead(409).end('{"message": "it is in use"}');
      else if (request.url?.endsWith('/empty')) response.writeHead(204).end();
      else response.end('{"answer": 1}');
    }).listen(socket, done);
  });
  after(() => {
    server.close();
    place.dispose();
  });
  const message = (asking: Promise<unknown>): Promise<string> =>
    asking.then(
      () => '',
      (error: Error) => error.message,
    );

  it('names the version of the API, and what it sends', async () => {
    const http = engineHttp(socket);
    expect(await http.json({ path: '/a', query: { all: true, none: undefined } })).to.deep.equal({
      answer: 1,
    });
    await http.json({ method: 'POST', path: '/b', body: {} });
    await http.json({ method: 'POST', path: '/c', archive: Buffer.from('tar') });
    expect(asked).to.deep.equal([
      'GET /v1.41/a?all=true ',
      'POST /v1.41/b application/json',
      'POST /v1.41/c application/x-tar',
    ]);
  });

  it('that is refused says what the engine says', async () => {
    const failure = await engineHttp(socket)
      .json({ path: '/fails' })
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(EngineError);
    expect(failure).to.deep.include({ status: 409, message: 'it is in use' });
  });

  it('may be answered with nothing', async () =>
    expect(await engineHttp(socket).json({ path: '/empty' })).to.equal(undefined));

  it('says that there is no socket, or that nothing listens on it', async () => {
    const nowhere = join(place.path, 'nowhere.sock');
    expect(await message(engineHttp(nowhere).json({ path: '/' }))).to.equal(`${nowhere} is not there`);
    expect(await message(engineHttp(nowhere).takeOver({ path: '/' }))).to.equal(`${nowhere} is not there`);
  });

  it('is not taken for a connection that was handed over', async () =>
    expect(await message(engineHttp(socket).takeOver({ method: 'POST', path: '/d' }))).to.equal(
      'the engine does not hand its connection over',
    ));
});
