/** What the demo world's external users may do: fields released to all of them, rights on single records, and what each is responsible for. */
import { everybody, type Effect, type Right } from '../src/external-users/object-rights.js'

/** What external users see of projects and of what they can open there. */
export const releasedToGuests: Readonly<Record<string, readonly string[]>> = {
  Project: ['name', 'status', 'progress', 'startDate', 'endDate', 'description'],
  Task: ['subject', 'status', 'dueDate', 'spentMinutes', 'description'],
  Call: ['subject', 'direction', 'status', 'startsAt', 'spentMinutes', 'description'],
  Appointment: ['subject', 'status', 'startsAt', 'endsAt', 'place', 'spentMinutes', 'description'],
  ProjectNote: ['subject', 'text'],
  Email: ['subject', 'fromAddress', 'toAddresses', 'sentAt', 'body'],
  Document: ['name', 'description', 'modifiedAt']
}

/** Who it is said of is a contact, by his id, or the group of all external users. */
export type Said = readonly [grantee: string, effect: Effect, ...rights: readonly Right[]]

/** `Module/id`, and what is said of it. Of the folder of costs nothing is said, so nobody from outside sees it. */
export const rightsOnRecords: Readonly<Record<string, readonly Said[]>> = {
  'Project/nordwind-retrofit': [[everybody, 'allow', 'read']],
  'Project/fjordside-pump-room': [[everybody, 'allow', 'read']],
  'Project/morava-boiler-house': [[everybody, 'allow', 'read']],
  'Quote/annas-quote': [[everybody, 'allow', 'read']],
  'Quote/bjorns-quote': [[everybody, 'allow', 'read']],
  'Order/jonas-order': [
    [everybody, 'allow', 'read'],
    ['dirk', 'deny', 'read']
  ],
  'Contract/nordwind-maintenance': [['sabine', 'allow', 'read', 'write']],
  'Case/annas-heating-case': [[everybody, 'allow', 'read']],
  'Case/bjorns-case': [[everybody, 'allow', 'read']],
  'Email/mail-margin': [[everybody, 'deny', 'read']],
  'Folder/retrofit-plans': [[everybody, 'allow', 'read']],
  'Folder/retrofit-house-a': [
    [everybody, 'allow', 'read'],
    ['dirk', 'allow', 'write']
  ],
  'Folder/retrofit-tender': [
    [everybody, 'allow', 'read'],
    ['dirk', 'deny', 'read']
  ],
  'Folder/pump-room-papers': [
    [everybody, 'allow', 'read'],
    ['siobhan', 'allow', 'write']
  ],
  'Document/schedule-v2': [[everybody, 'allow', 'read']],
  'Document/floor-plan-a': [
    [everybody, 'allow', 'read'],
    ['dirk', 'allow', 'write']
  ],
  'Document/site-rules': [[everybody, 'allow', 'read']],
  'Document/tender-comparison': [[everybody, 'allow', 'read']],
  'Document/heat-pump-offer': [[everybody, 'allow', 'read']],
  'Document/foundation-drawing': [['dirk', 'allow', 'read', 'write']],
  'Document/pump-certificate': [[everybody, 'allow', 'read']]
}

/** By `Module/id` of an activity: the contacts. */
export const responsibleContacts: Readonly<Record<string, readonly string[]>> = {
  'Task/measure-house-a': ['dirk'],
  'Task/foundation-house-b': ['dirk'],
  'Task/noise-report': ['mehmet', 'sabine'],
  'Task/book-shutdown': ['siobhan'],
  'Task/handover-protocol': ['eliska'],
  'Call/call-crane': ['dirk'],
  'Appointment/site-meeting': ['dirk', 'anna'],
  'Appointment/kick-off': ['anna'],
  'Appointment/pump-inspection': ['siobhan'],
  'ProjectNote/note-defects': ['dirk']
}

/** The list that administrators maintain. */
export const guestResponsibilities = [
  'Site management',
  'Installation',
  'Planning',
  'Dispatch',
  'Acceptance',
  'Accounting'
] as const
