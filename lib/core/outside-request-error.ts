/** Something of the current request was asked for where there is none: in a job, a timer of the application's, at boot. */
export class OutsideRequestError extends Error {
  /**
   * @param call What was called: `AuthService.principal()`.
   * @param keepsRequests Whether requests are at hand at all, which option `context` says.
   */
  constructor(call: string, keepsRequests = true) {
    super(
      keepsRequests
        ? `${call} is called outside of a request. Use it in what a request causes to run, and give jobs their principal as an argument; AuthService.tryPrincipal() answers undefined instead.`
        : `${call} knows of no request, because the option \`context\` is false. Leave that out, or take the principal from the handler: @CurrentPrincipal().`,
    );
    this.name = 'OutsideRequestError';
  }
}
