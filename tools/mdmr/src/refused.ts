/** Refused or failed: exit 1 with this sentence. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code = 'REFUSED',
  ) {
    super(message);
    this.name = 'Refused';
  }
}

/** Wrong usage: exit 2 with this sentence. */
export class WrongUsage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WrongUsage';
  }
}
