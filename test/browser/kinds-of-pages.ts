/** Which addresses are the same kind of page. */

/** The kind of page behind an address: ids stand for each other, and so do the CRM's many modules; a portal's few do not. */
export function shapeOf(path: string): string {
  const [bare = ''] = path.split('?')
  const [, inPreview] = /^\/portico\/admin\/portals\/preview\/[^/]+(\/.*)$/.exec(bare) ?? []
  const parts = (inPreview === undefined ? bare : `/portal/preview${inPreview}`).replace(/\/+$/, '').split('/')
  return parts.map((word, index) => (isOwn(parts, index) ? word : '*')).join('/')
}

/** A word of ours, and no name that somebody chose from many. */
function isOwn(parts: readonly string[], index: number): boolean {
  const word = parts[index] ?? ''
  if (parts[index - 1] === 'kinds') return false
  return index === 0 || words.has(word) || (parts[1] === 'portal' && index === 3)
}

const words = new Set(
  'crm portal portico admin sign-in forgotten-password profile settings users recycle-bin search new edit change clone conversion convert removal remove delete sharing external-users portals user-types releases portal-users access invitations invitation projects notes language mailbox related set-up tabs fields type roles levels layout-sets layouts dashboards dashlets dashboard appearance web-tabs web-server web preview persons modules viewers privacy record requests deletion people templates forms form-requests confirmation sent confirmed notifications unsubscribe feed answer text-messages code runs candidates holds all answers person help groups place profiles rules second-factor app passkey recovery-codes factor new-password costs costs.csv members connection tasks calls appointments emails documents quotes orders contracts tickets upload file files security records responsibilities kinds'.split(
    ' '
  )
)
