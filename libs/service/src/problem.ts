import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { isWorldFault, type Log } from '@mdmr/bus';
import { Rejection } from '@mdmr/kernel';

/** An error for people: RFC 9457 with our stable code. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}

/** An HTTP error whose `detail` is a sentence for people. */
export function problem(status: number, code: string, detail: string): HttpException {
  return new HttpException({ title: code, status, detail, code } satisfies Problem, status);
}

/** The world failed, not the asker and not we: the same again will do. */
export function tryLater(why: string): HttpException {
  return problem(UNAVAILABLE, 'TRY_LATER', `This door does not work now, try again later: ${why}.`);
}

interface HttpResponse {
  status(code: number): HttpResponse;
  type(text: string): HttpResponse;
  send(body: string): void;
}

const UNPROCESSABLE = 422;
const UNAVAILABLE = 503;
const BROKEN = 500;

/** Rejections are told with their code; anything else without its inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const found = this.problemOf(error);
    host
      .switchToHttp()
      .getResponse<HttpResponse>()
      .status(found.status)
      .type('application/problem+json')
      .send(JSON.stringify(found));
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof Rejection) {
      return {
        title: error.code,
        status: UNPROCESSABLE,
        detail: error.message,
        code: error.code,
      };
    }
    if (error instanceof HttpException) return fromHttp(error);
    if (isWorldFault(error)) {
      this.log('warn', `a door failed and may be tried again: ${String(error)}`);
      return fromHttp(tryLater('a server that it needs does not answer'));
    }
    this.log('error', `a door failed: ${String(error)}`, {
      stack: error instanceof Error ? error.stack : undefined,
    });
    return {
      title: 'INTERNAL',
      status: BROKEN,
      detail: 'The service failed on this; its log has the cause.',
      code: 'INTERNAL',
    };
  }
}

function fromHttp(error: HttpException): Problem {
  const body = error.getResponse();
  if (typeof body === 'object' && 'code' in body && 'detail' in body) return body as Problem;
  const message = typeof body === 'object' && 'message' in body ? body.message : body;
  const detail = Array.isArray(message) ? message.join('; ') : String(message);
  return { title: error.name, status: error.getStatus(), detail, code: 'HTTP' };
}
