/** Every role of the application: another name does not compile. */
declare module 'nestjs-portcullis' {
  interface AuthorityNames {
    roles: 'member' | 'editor' | 'admin';
  }
}

export {};
