// What the page of a mail program does: it shows a mail, and measures how it looks.
const frame = document.querySelector("iframe")

window.show = ({title, parties, files, letter}) => {
  document.querySelector("h1").textContent = title
  document.querySelector("p").textContent = parties
  document.querySelector("ul").replaceChildren(...files.map(name => {
    const item = document.createElement("li")
    item.textContent = name
    return item
  }))
  return new Promise(resolve => {
    frame.onload = () => {
      frame.style.height = "0"
      frame.style.height = frame.contentDocument.documentElement.scrollHeight + "px"
      resolve()
    }
    frame.srcdoc = letter
  })
}

window.overflow = () => {
  const page = frame.contentDocument.documentElement
  return page.scrollWidth - page.clientWidth
}

window.contrasts = () => {
  const page = frame.contentDocument
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT)
  const found = []
  while (texts.nextNode()) {
    const said = texts.currentNode.textContent.trim()
    if (said) found.push([said, contrast(texts.currentNode.parentElement)])
  }
  return found
}

function contrast(element) {
  const style = frame.contentWindow.getComputedStyle
  let ground = element
  while (ground && channels(style(ground).backgroundColor)[3] === 0) ground = ground.parentElement
  const [light, dark] = [style(element).color, ground ? style(ground).backgroundColor : "rgb(255, 255, 255)"]
    .map(luminance).sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function channels(colour) {
  const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number)
  return [red, green, blue, alpha]
}

function luminance(colour) {
  const [red, green, blue] = channels(colour).slice(0, 3).map(one => {
    const part = one / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
