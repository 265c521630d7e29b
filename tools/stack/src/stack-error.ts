/** A start that cannot go on, said in a sentence that a person can act on. */
export class StackError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'StackError';
  }
}
