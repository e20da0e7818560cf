// Passkeys: <form data-passkey="create|get" data-options="{…}"> with a hidden field `response` and a hidden button. The button asks the browser
// for a passkey and sends what it answers; pages without this script have other ways.
/* global PublicKeyCredential, atob, btoa, document, navigator */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0))
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }))

const asked = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: named(options.excludeCredentials)
      }
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) }
    })
}

const answered = ({ id, rawId, type, response }) => {
  const buffers = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature'].filter(
    (name) => response[name]
  )
  const transports = response.getTransports?.()
  const parts = Object.fromEntries(buffers.map((name) => [name, text(response[name])]))
  return JSON.stringify({ id, rawId: text(rawId), type, response: transports ? { ...parts, transports } : parts })
}

document.querySelectorAll('form[data-passkey]').forEach((form) => {
  if (typeof PublicKeyCredential === 'undefined') return
  const [button, without, failed] = ['button', '[data-without]', '[data-failed]'].map((one) => form.querySelector(one))
  button.hidden = false
  without.hidden = true
  form.addEventListener('submit', async (event) => {
    if (form.elements.response.value) return
    event.preventDefault()
    button.disabled = failed.hidden = true
    try {
      form.elements.response.value = answered(await asked[form.dataset.passkey](JSON.parse(form.dataset.options)))
      form.submit()
    } catch {
      button.disabled = failed.hidden = false
    }
  })
})
