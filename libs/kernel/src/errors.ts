/** An error of the suite: `code` is stable and documented, `message` is for people. */
export class CodedError extends Error {
  constructor(
    readonly code: string,
    message?: string,
    options?: ErrorOptions,
  ) {
    super(message ?? code, options);
    this.name = new.target.name;
  }
}

/** The business says no: a value is refused with a stable reason code. Never retried. */
export class Rejection extends CodedError {}

/** The world failed (network, disk, database): retry within bounds. */
export class Fault extends CodedError {}

/** We failed: an invariant does not hold. The process must stop. */
export class Defect extends CodedError {}
