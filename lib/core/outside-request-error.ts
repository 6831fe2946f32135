/** Something of the current request was asked for where there is none: in a job, a timer of the application's, at boot. */
export class OutsideRequestError extends Error {
  /** @param call What was called: `AuthService.principal()`. */
  constructor(call: string) {
    super(
      `${call} is called outside of a request. Use it in what a request causes to run, and give jobs their principal as an argument; AuthService.tryPrincipal() answers undefined instead.`,
    );
    this.name = 'OutsideRequestError';
  }
}
