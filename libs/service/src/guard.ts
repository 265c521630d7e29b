import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { problem } from './problem.js';
import { SERVICE, type ServiceTools } from './spec.js';

interface HttpRequest {
  readonly path: string;
  readonly headers: Record<string, string | undefined>;
}

const digest = (value: string) => createHash('sha256').update(value).digest();

/** Everything but health and metrics asks for the operator's key as a Bearer token. */
@Injectable()
export class OperatorGuard implements CanActivate {
  private expected: Buffer | undefined;

  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    if (request.path.startsWith('/health/') || request.path === '/metrics') return true;
    const given = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), this.key())) return true;
    throw problem(401, 'OPERATOR_KEY_WRONG', 'This door needs the operator key.');
  }

  private key(): Buffer {
    this.expected ??= digest(readFileSync(this.tools.config.operatorKeyFile, 'utf8').trim());
    return this.expected;
  }
}
