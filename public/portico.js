// Portico's one script: conveniences that pages ask for by data- attributes. Everything works without it.
/* global Event, addEventListener, clearTimeout, document, localStorage, location, matchMedia, navigator, setTimeout */
const all = (selector, act) => document.querySelectorAll(selector).forEach(act)

// An open menu closes by Escape and by a click elsewhere.
const menus = (keep) => all('details.menu[open]', (menu) => menu.contains(keep) || menu.removeAttribute('open'))
addEventListener('click', (event) => menus(event.target))
addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && document.querySelector('details.menu[open]')
  if (!menu) return
  menu.open = false
  menu.querySelector('summary').focus()
})

// <form data-guard>: asks before typed values are left behind; data-guard="typed": there are some already.
const dirty = new Set()
all('form[data-guard]', (form) => {
  if (form.dataset.guard === 'typed') dirty.add(form)
  form.addEventListener('input', () => dirty.add(form))
  form.addEventListener('submit', (event) => event.submitter?.formTarget || dirty.delete(form))
})
addEventListener('beforeunload', (event) => dirty.size > 0 && event.preventDefault())

// <select data-submit>: sends its form when changed, by the button of that id if it names one.
all('select[data-submit]', (field) =>
  field.addEventListener('change', () => field.form.requestSubmit(document.getElementById(field.dataset.submit)))
)

// <input type="checkbox" data-check-all="name">: ticks all boxes of that name in its form.
all('[data-check-all]', (box) => {
  box.hidden = false
  box.addEventListener('change', () => {
    for (const each of box.form.elements)
      if (each.name === box.dataset.checkAll && !each.disabled) each.checked = box.checked
  })
})

// <button data-copy="text" data-copied="Copied" hidden>: puts the text on the clipboard.
all('button[data-copy]', (button) => {
  button.hidden = !navigator.clipboard
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    button.lastElementChild.textContent = button.dataset.copied
  })
})

// <input type="password" data-meter="id">: shows a first guess of its strength (0 to 4) in that meter, and in words in the output with
// data-words (one a score, split by |). One's own address, what everybody takes, what is repeated and what is too short is weak; the server decides.
const easy =
  /passwor[dt]|kennwort|heslo|geheim|qwert[yz]|willkommen|welcome|letmein|admin|12345?6?7?8?9?0?|abcd?e?f?|(.)\1{2,}/g
const squeezed = (text) => text.toLowerCase().replace(/[\s._-]/g, '')
const guess = (text, own, shortest) => {
  if (!text) return 0
  const address = squeezed(own)
  const isOwn = [address, address.split('@')[0]].some((word) => word.length > 4 && squeezed(text).includes(word))
  const rest = squeezed(text)
    .replace(easy, '')
    .replace(/(.{2,}?)\1+/g, '$1')
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(text)).length
  const bits = isOwn ? 0 : new Set(rest).size * 1.5 + rest.length * 1.5 + kinds * 3
  return Math.max(1, Math.min(text.length < shortest ? 2 : 4, Math.floor(bits / 12)))
}
all('input[data-meter]', (field) => {
  const meter = document.getElementById(field.dataset.meter)
  const word = field.form.querySelector('[data-words]')
  field.addEventListener('input', () => {
    meter.value = guess(field.value, field.form.elements.username?.value ?? '', field.minLength)
    word.textContent = meter.textContent = word.dataset.words.split('|')[meter.value]
  })
})

// <main data-reload="2"> or any element: loads the page again after so many seconds (progress of long work).
all('[data-reload]', (element) => setTimeout(() => location.reload(), element.dataset.reload * 1000))

// <input type="color" data-fills="id">: writes what was picked into that field.
all('input[data-fills]', (field) => {
  field.addEventListener('input', () => (document.getElementById(field.dataset.fills).value = field.value))
})

// <button data-insert="text" hidden>: writes the text where the cursor is, or was, in a text field of its form.
all('form:has([data-insert])', (form) => {
  let field = form.querySelector('textarea')
  form.addEventListener('focusin', ({ target }) => target.matches('textarea, [name=subject]') && (field = target))
  form.querySelectorAll('[data-insert]').forEach((button) => {
    button.hidden = false
    button.addEventListener('click', () => {
      field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, 'end')
      field.focus()
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
  })
})

// <form data-preview="id">: a moment after something was typed, presses that button, which shows the form's preview in a frame.
all('form[data-preview]', (form) => {
  const button = document.getElementById(form.dataset.preview)
  const show = () => {
    const frame = document.getElementsByName(button.formTarget)[0]
    const fresh = frame.cloneNode() // so that the browser's way back does not lead through previews
    fresh.removeAttribute('src')
    frame.replaceWith(fresh)
    form.requestSubmit(button)
  }
  let soon
  form.addEventListener('input', () => {
    clearTimeout(soon)
    soon = setTimeout(show, 600)
  })
  if (form.dataset.guard === 'typed') show()
})

// <form data-tree="name"> around nested lists in <details>: remembers what is collapsed, opens and closes by arrow keys, and moves what is
// dragged onto another link by sending the form with `role` and `parent`, the last words of their addresses.
all('form[data-tree]', (form) => {
  const key = `tree:${form.dataset.tree}`
  const place = (details) => details.parentElement.querySelector('a').getAttribute('href')
  const branches = [...form.querySelectorAll('details')]
  const closed = new Set(JSON.parse(localStorage.getItem(key) ?? '[]'))
  const remember = () =>
    localStorage.setItem(key, JSON.stringify(branches.filter((details) => !details.open).map(place)))
  for (const details of branches) {
    details.open = !closed.has(place(details))
    details.addEventListener('toggle', remember)
  }
  const card = form.parentElement
  card.querySelectorAll('[data-tree-all]').forEach((button) => {
    button.hidden = branches.length === 0
    button.addEventListener('click', () =>
      branches.forEach((details) => (details.open = button.dataset.treeAll !== ''))
    )
  })

  const links = [...form.querySelectorAll('li > a:first-child')]
  form.addEventListener('keydown', (event) => {
    const row = event.target.closest('li')
    const shown = links.filter((link) => link.checkVisibility())
    const near = shown[shown.indexOf(row?.querySelector('a')) + { ArrowUp: -1, ArrowDown: 1 }[event.key]]
    const details = row?.querySelector(':scope > details')
    if (near) near.focus()
    else if (details && /^Arrow(Left|Right)$/.test(event.key)) details.open = event.key === 'ArrowRight'
    else return
    event.preventDefault()
  })

  let dragged
  const top = form.querySelector('[data-tree-top]')
  const word = (target) => target.getAttribute('href')?.split('/').at(-1) ?? ''
  const show = (isDragging) => top && (top.hidden = !isDragging)
  form.querySelector('[data-tree-hint]').hidden = links.length < 2 || !matchMedia('(pointer: fine)').matches
  form.addEventListener('dragstart', (event) => {
    dragged = links.find((link) => link === event.target)
    setTimeout(() => show(Boolean(dragged)))
  })
  form.addEventListener('dragend', () => show(false))
  for (const target of [...links, ...(top ? [top] : [])]) {
    const mark = (is) => target.classList.toggle('is-over', is)
    target.addEventListener('dragover', (event) => {
      if (!dragged || dragged.parentElement.contains(target)) return
      event.preventDefault()
      mark(true)
    })
    target.addEventListener('dragleave', () => mark(false))
    target.addEventListener('drop', (event) => {
      event.preventDefault()
      mark(false)
      form.elements.role.value = word(dragged)
      form.elements.parent.value = word(target)
      form.requestSubmit()
    })
  }
})
