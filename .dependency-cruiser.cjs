/** What may import what: the layering of docs/architecture, checked. */
const features = '^src/(portal|external-users|global-sharing)/'
const adapters = '^src/host/(embedded|espocrm)/'

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that need each other are one module. Types may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
    },
    {
      name: 'hosts-know-nothing-of-portico',
      comment: 'A host calls the plugin by its hook points; it never reaches inside.',
      severity: 'error',
      from: { path: adapters },
      to: { path: '^src/(access|identity|portal|external-users|global-sharing)/' }
    },
    {
      name: 'hosts-know-nothing-of-each-other',
      severity: 'error',
      from: { path: '^src/host/(embedded|espocrm)/' },
      to: { path: adapters, pathNot: '^src/host/$1/' }
    },
    {
      name: 'features-stand-alone',
      comment: 'The three modules never import each other: each can be switched off.',
      severity: 'error',
      from: { path: '^src/(portal|external-users|global-sharing)/' },
      to: { path: features, pathNot: '^src/$1/' }
    },
    {
      name: 'features-know-no-adapter',
      comment: 'A feature works with the host port, whatever CRM is behind it.',
      severity: 'error',
      from: { path: features },
      to: { path: adapters }
    },
    {
      name: 'the-kernel-knows-no-feature',
      comment: 'Rules reach the kernel as grants; pages and features are built on it.',
      severity: 'error',
      from: { path: '^src/access/' },
      to: { path: ['^src/(web|pages|identity|mail|jobs|cli)/', features, adapters] }
    },
    {
      name: 'shared-pages-know-no-feature',
      severity: 'error',
      from: { path: '^src/web/' },
      to: { path: features }
    },
    {
      name: 'pages-of-records-know-no-feature',
      comment:
        'Showing and editing records is the same for everybody from outside: it stands on the kernel and on src/web alone.',
      severity: 'error',
      from: { path: '^src/pages/' },
      to: { path: ['^src/(identity|mail|sms|jobs|cli|audit|db)/', features, adapters] }
    },
    {
      name: 'identity-knows-no-feature',
      comment: 'One door for everybody from outside; features hand their doors in.',
      severity: 'error',
      from: { path: '^src/(identity|mail|jobs|audit|db)/' },
      to: { path: [features, adapters] }
    },
    {
      name: 'only-the-storage-opens-databases',
      comment: 'Others use the handle they are given; only types of knex are imported elsewhere.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(access|db)/', '^src/host/'] },
      to: { path: '^node_modules/(knex|mysql2|better-sqlite3)/', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'the-product-needs-no-tests',
      comment: 'The demo world is loaded by the start-up and the command line alone.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/(cli/|[^/]+\\.ts$)' },
      to: { path: '^(test|bench|demo|scripts)/' }
    },
    {
      name: 'the-start-up-needs-no-tests',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { path: '^(test|bench|scripts)/' }
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A migration that runs in ten years must not change with today’s source.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/' }
    },
    {
      name: 'no-unresolved-imports',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true }
    },
    {
      name: 'no-development-packages',
      comment: 'What runs in production stands under dependencies.',
      severity: 'error',
      from: { path: '^(src|migrations|demo)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] }
  }
}
