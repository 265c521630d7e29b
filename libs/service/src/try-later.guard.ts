import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { tryLater } from './problem.js';
import type { Reach } from './reach.js';

interface HttpRequest {
  readonly path: string;
  readonly method: string;
}

/**
 * An admin door that could only hang says at once that it is worth while to come again: all of
 * them while the store is away; those that decide, and the status, while the broker is.
 */
@Injectable()
export class TryLaterGuard implements CanActivate {
  constructor(private readonly reach: Reach) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { path, method } = context.switchToHttp().getRequest<HttpRequest>();
    if (!path.startsWith('/admin/')) return true;
    const needsBroker = method !== 'GET' || path === '/admin/status';
    const trouble = await (needsBroker ? this.reach.trouble() : this.reach.storeTrouble());
    if (trouble !== null) throw tryLater(trouble);
    return true;
  }
}
