/** Articles of the demo world's knowledge base, in the three languages of its readers. */
export const articles = [
  {
    id: 'reset-e17',
    title: 'Störung E-17 zurücksetzen',
    category: 'Troubleshooting',
    status: 'Published',
    body: 'E-17 bedeutet: Der Wasserdruck ist zu niedrig.\n\n1. Füllen Sie nach, bis das Manometer 1,5 bar zeigt.\n2. Halten Sie die Taste „Reset“ drei Sekunden.\n3. Kommt E-17 binnen eines Tages wieder, eröffnen Sie bitte ein Ticket.'
  },
  {
    id: 'reset-e17-cs',
    title: 'Jak zrušit hlášení E-17',
    category: 'Troubleshooting',
    status: 'Published',
    body: 'E-17 znamená nízký tlak vody.\n\n1. Dopusťte vodu na 1,5 baru.\n2. Podržte tlačítko Reset tři sekundy.\n3. Pokud se hlášení do druhého dne vrátí, založte prosím případ.'
  },
  {
    id: 'modbus-guide',
    title: 'Connect the controller by Modbus',
    category: 'GettingStarted',
    status: 'Published',
    body: 'Firmware 4.2 or newer is needed.\n\nSet the address in Settings, Interfaces, Modbus. Registers 40001 to 40012 hold the temperatures, in tenths of a degree.'
  },
  {
    id: 'pump-care',
    title: 'Looking after a circulation pump',
    category: 'Maintenance',
    status: 'Published',
    body: 'Once a year: check the flange for drips, listen for a whine, and compare the flow with the value at commissioning.'
  },
  {
    id: 'understand-invoice',
    title: 'So lesen Sie unsere Rechnung',
    category: 'Billing',
    status: 'Published',
    body: 'Jede Position nennt Menge, Stückpreis und Betrag. Die Kostenstelle steht oben rechts, wenn Sie uns eine genannt haben.'
  },
  {
    id: 'winter-tariffs',
    title: 'Winter tariffs (not decided yet)',
    category: 'Billing',
    status: 'Draft',
    body: 'Draft for the sales team. Numbers follow.'
  },
  {
    id: 'controller-r2',
    title: 'Controller R2: user guide',
    category: 'GettingStarted',
    status: 'Archived',
    body: 'The R2 is no longer sold. See the guide of its successor, the R4.'
  }
] as const
