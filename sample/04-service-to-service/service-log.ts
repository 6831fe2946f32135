import type { RequestLogOptions } from 'nestjs-portcullis';

/** A line for each request, which begins with the service and what the request is called. */
export function serviceLog(service: string): RequestLogOptions {
  return {
    logger: {
      log: ({ requestId, method, path, status, subject, reason }) => {
        const parts = [service, requestId, method, path, status, subject, reason];
        console.log(parts.filter((part) => part !== undefined).join(' '));
      },
    },
  };
}
