/** The modules between which a conversion leads (Z24), on every host. */
export const leads = 'Lead'
export const contacts = 'Contact'
