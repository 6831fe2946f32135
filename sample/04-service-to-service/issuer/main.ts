import { announce, type Announcement } from '../announce.js';
import { Issuer } from './issuer.js';

/** What the sample prints commands with. */
export interface IssuerAnnouncement extends Announcement {
  readonly adminKey: string;
  /** As after a log-in at the storefront. */
  readonly tokens: Readonly<Record<'ann' | 'bob' | 'eve' | 'support', string>>;
}

const issuer = await Issuer.start(Number(process.env['PORT'] ?? 0));
const announcement: IssuerAnnouncement = {
  url: issuer.url,
  adminKey: issuer.admin.key,
  tokens: {
    ann: await issuer.tokenOf('ann'),
    bob: await issuer.tokenOf('bob'),
    eve: await issuer.tokenOf('eve'),
    // Somebody of support acts as Ann.
    support: await issuer.tokenOf('ann', { act: { sub: 'support-7' } }),
  },
};
announce(announcement);
