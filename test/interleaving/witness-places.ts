import {
  Catch,
  HttpException,
  Injectable,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { catchError, finalize, tap, throwError, type Observable } from 'rxjs';
import { senderOf } from './sender.js';
import { Witness } from './witness.js';

/** The status with which the handlers fail. */
export const NO_COFFEE = 418;

/** Looks after the guards of the module, and before the handler. */
@Injectable()
export class WitnessGuard implements CanActivate {
  constructor(private readonly witness: Witness) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const sender = senderOf(context);
    this.witness.see('guard', sender);
    await Promise.resolve();
    this.witness.see('guard', sender);
    return true;
  }
}

/** Looks before the handler, after it, and when the client is gone. */
@Injectable()
export class WitnessInterceptor implements NestInterceptor {
  constructor(private readonly witness: Witness) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const sender = senderOf(context);
    this.witness.see('interceptor', sender);
    sender.request.once('close', () => {
      this.witness.seeAtMost('close of the request', sender);
    });
    return next.handle().pipe(
      tap(() => {
        this.witness.see('interceptor, after the handler', sender);
      }),
      catchError((failure: unknown) => {
        this.witness.see('interceptor, after a failure', sender);
        return throwError(() => failure);
      }),
      finalize(this.witness.begin()),
    );
  }
}

/** Answers for what failed, from the context. */
@Catch(HttpException)
export class WitnessFilter implements ExceptionFilter<HttpException> {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly witness: Witness,
  ) {}

  catch(exception: HttpException, host: ArgumentsHost): void {
    const sender = senderOf(host as ExecutionContext);
    const status = exception.getStatus();
    // A body that was torn off fails before anybody was established.
    const isHandlers = status === NO_COFFEE;
    if (isHandlers) this.witness.see('filter', sender);
    else this.witness.seeAtMost('filter, before the guards', sender);
    const response: unknown = host.switchToHttp().getResponse();
    const body = isHandlers ? this.witness.answer() : {};
    this.adapterHost.httpAdapter.reply(response, body, status);
  }
}
