/** Notes on objects made elsewhere: one on each, which goes with it. */
export interface HiddenNotes<T> {
  get(target: object): T | undefined;
  set(target: object, note: T): void;
}

/** Makes whatever it is given its own instance, so that a subclass gives that its private members. */
class Adopted {
  constructor(target: object) {
    return target;
  }
}

/**
 * What a `WeakMap` does, by a private member of the object: nobody else can read or write it, no
 * enumeration or inspection shows it. Write the first note on an object before it is frozen.
 *
 * An entry of a `WeakMap` for every request costs the garbage collector more than all else that a
 * request does.
 */
export function hiddenNotes<T>(): HiddenNotes<T> {
  class Noted extends Adopted {
    #note: T;

    constructor(target: object, note: T) {
      super(target);
      this.#note = note;
    }

    static get(target: object): T | undefined {
      return #note in target ? target.#note : undefined;
    }

    static set(target: object, note: T): void {
      if (#note in target) target.#note = note;
      else new Noted(target, note);
    }
  }
  return {
    get: (target) => Noted.get(target),
    set: (target, note) => {
      Noted.set(target, note);
    },
  };
}
