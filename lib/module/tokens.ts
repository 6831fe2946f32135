/** The options, checked and complete. */
export const RESOLVED_OPTIONS = Symbol.for('nestjs-portcullis:resolved-options');
