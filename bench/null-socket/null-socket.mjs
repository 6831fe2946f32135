import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

/** Swallows what is written and never has anything to read: a connection without a network. */
class NullSocket extends Duplex {
  remoteAddress = '127.0.0.1';

  _read() {}

  _write(_chunk, _encoding, done) {
    done();
  }

  _writev(_chunks, done) {
    done();
  }
}

/**
 * Puts a request before a server as Node's parser does once it has read the head.
 *
 * @param server A server of `node:http`.
 * @param headers Names and values in turn, as in `rawHeaders`.
 * @returns The status, when the answer is complete.
 */
export function requestWithoutNetwork(server, headers) {
  const socket = new NullSocket();
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.url = '/orders';
  request.httpVersion = '1.1';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  // What the parser calls: whoever asks for the headers has them parsed then, as in a real request.
  request._addHeaderLines(headers, headers.length);
  request.complete = true;
  request.push(null);
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  return new Promise((resolve) => {
    response.once('finish', () => resolve(response.statusCode));
    server.emit('request', request, response);
  });
}
