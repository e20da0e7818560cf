/** What every module of the CRM has beside its own fields, and the module of the CRM's users. */
import type { FieldDefinition, ModuleDefinition, Words } from './definition.js'

const words = (en: string, de: string, cs: string): Words => ({ en, de, cs })

const createdAt: FieldDefinition = {
  label: words('Created', 'Erstellt', 'Vytvořeno'),
  type: 'datetime',
  required: true,
  readOnly: true,
  sortable: true
}
const modifiedAt: FieldDefinition = {
  label: words('Changed', 'Geändert', 'Změněno'),
  type: 'datetime',
  required: true,
  readOnly: true,
  sortable: true
}

/** Who owns a record; line items belong to whoever owns their paper. */
const assignedUser: FieldDefinition = {
  label: words('Assigned to', 'Zuständig', 'Přiřazeno'),
  type: 'reference',
  to: 'User'
}

/** A record belongs to a person or a group. No layout shows it: where the CRM's pages show the person, they show the group in his place. */
const assignedGroup: FieldDefinition = {
  label: words('Assigned group', 'Zuständige Gruppe', 'Přiřazená skupina'),
  type: 'group'
}

const authorship: Record<string, FieldDefinition> = {
  createdAt,
  modifiedAt,
  createdBy: {
    label: words('Created by', 'Erstellt von', 'Vytvořil(a)'),
    type: 'reference',
    to: 'User',
    readOnly: true
  },
  createdByName: { label: words('Author', 'Verfasst von', 'Autor'), type: 'text', readOnly: true, maxLength: 255 }
}

/** The fields of `definition` and those that every module has. */
export function allFields(definition: ModuleDefinition): Record<string, FieldDefinition> {
  if (definition.name === userModule.name) return { ...definition.fields, createdAt, modifiedAt }
  return {
    ...definition.fields,
    ...(definition.partOf ? {} : { assignedUser, assignedGroup }),
    ...parentFields(definition),
    ...authorship
  }
}

function parentFields(definition: ModuleDefinition): Record<string, FieldDefinition> {
  if (!definition.parents) return {}
  return {
    parentType: {
      label: words('Belongs to (module)', 'Gehört zu (Modul)', 'Patří k (modul)'),
      type: 'option',
      options: definition.parents.map((value) => ({ value, label: words(value, value, value) }))
    },
    parentId: { label: words('Belongs to', 'Gehört zu', 'Patří k'), type: 'text', maxLength: 36 }
  }
}

export const userModule: ModuleDefinition = {
  name: 'User',
  label: words('User', 'Benutzer', 'Uživatel'),
  plural: words('Users', 'Benutzer', 'Uživatelé'),
  icon: 'user',
  fields: {
    name: {
      label: words('Name', 'Name', 'Jméno'),
      type: 'text',
      required: true,
      maxLength: 200,
      searchable: true,
      sortable: true
    },
    userName: {
      label: words('User name', 'Benutzername', 'Uživatelské jméno'),
      type: 'text',
      required: true,
      maxLength: 100
    },
    email: { label: words('E-mail', 'E-Mail', 'E-mail'), type: 'email', maxLength: 254 }
  },
  layouts: {
    list: ['name', 'userName', 'email'],
    detail: [{ label: words('Overview', 'Überblick', 'Přehled'), fields: ['name', 'userName', 'email'] }]
  }
}
