import {
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Query as QueryParameter,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { Args, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { GrpcMethod, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { throwError, type Observable } from 'rxjs';
import { AuthGuard, Roles, RolesGuard } from '../../../lib/index.js';
import { named } from './rpc/carriers.js';
import type { Library } from './sockets.js';

/** What ran beside the guards, in order. */
export const ran: string[] = [];

@Injectable()
export class Recorder implements NestInterceptor, PipeTransform {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    ran.push('interceptor');
    return next.handle();
  }

  transform(value: unknown): unknown {
    ran.push('pipe');
    return value;
  }
}

@Catch(HttpException)
class HttpFilter implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost): unknown {
    ran.push('filter');
    if (host.getType<string>() === 'graphql') return exception;
    const response = host.switchToHttp().getResponse<{
      status: (status: number) => { send: (body: object) => void };
    }>();
    response.status(exception.getStatus()).send(exception.getResponse() as object);
    return undefined;
  }
}

@Catch(RpcException)
class RpcFilter implements ExceptionFilter {
  catch(exception: RpcException): unknown {
    ran.push('filter');
    return throwError(() => exception.getError());
  }
}

@Catch(WsException)
class WsFilter implements ExceptionFilter {
  catch(exception: WsException, host: ArgumentsHost): void {
    ran.push('filter');
    const client = host.switchToWs().getClient<{
      emit?: (event: string, data: unknown) => void;
      handshake?: unknown;
      send: (text: string) => void;
    }>();
    const data = exception.getError();
    if (client.handshake) client.emit?.('exception', data);
    else client.send(JSON.stringify({ event: 'exception', data }));
  }
}

/** What a handler answers that was given something. */
function reached(given: unknown): string {
  return given === undefined ? 'given nothing' : 'reached';
}

/** Both guards a second time, and all that an application may have beside them. */
function Surrounded(filter: Type<ExceptionFilter>): ClassDecorator {
  return (target) => {
    UseGuards(AuthGuard, RolesGuard)(target);
    UseInterceptors(Recorder)(target);
    UsePipes(Recorder)(target);
    UseFilters(filter)(target);
  };
}

@Surrounded(HttpFilter)
@Controller()
export class Routes {
  @Get('closed')
  closed(@QueryParameter('n') n: string): string {
    return reached(n);
  }

  @Roles('admin')
  @Get('admins')
  admins(@QueryParameter('n') n: string): string {
    return reached(n);
  }
}

@Surrounded(RpcFilter)
@Controller()
export class Messages {
  @MessagePattern(named('closed'))
  closed(@Payload() payload: object): object {
    return { subject: reached(payload) };
  }

  @Roles('admin')
  @MessagePattern(named('admins'))
  admins(@Payload() payload: object): object {
    return { subject: reached(payload) };
  }
}

@Surrounded(RpcFilter)
@Controller()
export class Calls {
  @GrpcMethod('Cases', 'Closed')
  closed(@Payload() payload: object): object {
    return { subject: reached(payload) };
  }

  @Roles('admin')
  @GrpcMethod('Cases', 'Admins')
  admins(@Payload() payload: object): object {
    return { subject: reached(payload) };
  }
}

const TEXT = (): StringConstructor => String;
const NULLABLE = { nullable: true };

@Surrounded(HttpFilter)
@Resolver()
export class Fields {
  @Query(TEXT, NULLABLE)
  closed(@Args('n') n: string): string {
    return reached(n);
  }

  @Roles('admin')
  @Query(TEXT, NULLABLE)
  admins(@Args('n') n: string): string {
    return reached(n);
  }

  @Mutation(TEXT, { ...NULLABLE, name: 'closed' })
  change(@Args('n') n: string): string {
    return reached(n);
  }

  @Roles('admin')
  @Mutation(TEXT, { ...NULLABLE, name: 'admins' })
  changeAsAdmin(@Args('n') n: string): string {
    return reached(n);
  }

  @Subscription(TEXT, { ...NULLABLE, name: 'closed' })
  async *follow(@Args('n') n: string): AsyncGenerator<object> {
    await Promise.resolve();
    yield { closed: reached(n) };
  }

  @Roles('admin')
  @Subscription(TEXT, { ...NULLABLE, name: 'admins' })
  async *followAsAdmin(@Args('n') n: string): AsyncGenerator<object> {
    await Promise.resolve();
    yield { admins: reached(n) };
  }
}

/** Where anybody connects, so that messages are what is refused. */
export function gatewayOf(library: Library): Type {
  @Surrounded(WsFilter)
  @WebSocketGateway(library === 'ws' ? { path: '/at' } : { namespace: 'at' })
  class Sockets {
    @SubscribeMessage('closed')
    closed(@MessageBody() body: object): object {
      return { event: 'answer', data: reached(body) };
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(@MessageBody() body: object): object {
      return { event: 'answer', data: reached(body) };
    }
  }
  return Sockets;
}
