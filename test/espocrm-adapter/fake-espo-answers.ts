/** What EspoCRM 9.1.7 really answers, as it was recorded: one of each kind. */

export interface Answer {
  readonly status: number
  /** `X-Status-Reason` */
  readonly reason?: string
  /** Default: `application/json`. */
  readonly type?: string
  readonly body?: unknown
}

/** Every failed check looks like this; EspoCRM names the first one only. */
function failed(entityType: string, field: string, type: string): Answer {
  return {
    status: 400,
    reason: `Field validation failure; entityType: ${entityType}, field: ${field}, type: ${type}.`,
    body: { messageTranslation: { label: 'validationFailure', scope: null, data: { field, type } } }
  }
}

export const accepted = {
  /** POST Case { name, contactsIds } */
  created: (id: string, more: Readonly<Record<string, unknown>> = {}): Answer => ({
    status: 200,
    body: {
      id,
      name: 'Heating fails',
      deleted: false,
      status: 'New',
      priority: 'Normal',
      isInternal: false,
      createdAt: '2026-11-22 01:37:28',
      modifiedAt: '2026-11-22 01:37:28',
      streamUpdatedAt: '2026-11-22 01:37:28',
      accountName: null,
      teamsIds: [],
      teamsNames: {},
      isFollowed: false,
      versionNumber: 1,
      ...more
    }
  }),
  /** DELETE Case/id, POST and DELETE Case/id/contacts */
  done: { status: 200, body: true },
  /** POST Portico/author */
  author: (userId: string): Answer => ({ status: 200, body: { userId } })
} as const

export const refused = {
  /** POST Case { name: '' } */
  required: failed('Case', 'name', 'required'),
  /** POST Case { name: 'a<b>' } */
  pattern: failed('Case', 'name', 'pattern'),
  /** POST Case { status: 'Foo' } */
  option: failed('Case', 'status', 'valid'),
  /** POST Contact { phoneNumber: '603123456' }: without its country */
  phone: failed('Contact', 'phoneNumber', 'valid'),
  /** POST Contact { emailAddress: 'x@' } */
  email: failed('Contact', 'emailAddress', 'emailAddress'),
  /** POST Contact { lastName: 101 letters } */
  tooLong: failed('Contact', 'lastName', 'maxLength'),
  /** POST Account { website: 'javascript:alert(1)' } */
  url: failed('Account', 'website', 'valid'),
  /** POST Opportunity { closeDate: '2026-02-31' } */
  date: failed('Opportunity', 'closeDate', 'valid'),
  /** POST Opportunity { probability: 500 } */
  tooLarge: failed('Opportunity', 'probability', 'max'),
  /** POST Opportunity { probability: -1 } */
  tooSmall: failed('Opportunity', 'probability', 'min'),
  /** POST Opportunity { amount: 1, amountCurrency: 'XXX' } */
  currency: failed('Opportunity', 'amount', 'validCurrency'),
  /** POST Task { parentType: 'Nope', parentId: 'x' } */
  parent: failed('Task', 'parent', 'valid'),
  /** POST Case { accountId: 'nope' } */
  reference: {
    status: 403,
    reason: "Can't relate with non-existing record. entity type: Case, link: account.",
    body: {
      messageTranslation: { label: 'cannotRelateNonExisting', scope: null, data: { foreignEntityType: 'Account' } }
    }
  },
  /** POST Task { assignedUserId } by a role that may not read users */
  farRight: {
    status: 403,
    reason: 'No foreign record access for link operation (Task:assignedUser).',
    body: {
      messageTranslation: {
        label: 'cannotRelateForbidden',
        scope: null,
        data: { foreignEntityType: 'User', action: 'read' }
      }
    }
  },
  /** POST EmailTemplate by a role that may not create them; no body */
  right: { status: 403, reason: 'No create access.' },
  /** `recordService\throwForbidden('Closed for today.')` in an administrator's script */
  script: { status: 403, reason: 'Closed for today.', body: { message: 'Closed for today.' } },
  /** PUT Case/nope; no body */
  notThere: { status: 404, reason: 'Record nope not found.' },
  /** GET Attachment/file/nope; the reason is there, and empty */
  fileNotThere: { status: 404, reason: '', type: 'text/html; charset=UTF-8' },
  /** GET Nope */
  noRoute: { status: 404, reason: "Controller 'Nope' does not exist." },
  /** POST Account { name: 'Kessler' } without X-Skip-Duplicate-Check */
  duplicate: { status: 409, reason: 'duplicate', body: [{ id: '6b02433cf1a3098ff', name: 'Kessler', deleted: false }] },
  /** X-Portico-Actor: nobody */
  actor: { status: 400, reason: 'X-Portico-Actor names nobody.' },
  /** A key that nobody has; neither reason nor body */
  key: { status: 401, type: 'text/html; charset=UTF-8' },
  /** POST Case '{bad'; no reason */
  broken: { status: 500 },
  /** Not EspoCRM: the web server itself */
  webServer: {
    status: 404,
    type: 'text/html; charset=iso-8859-1',
    body: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"><html><head><title>404 Not Found</title></head></html>'
  }
} as const satisfies Record<string, Answer>
