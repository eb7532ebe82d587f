// Completing @names while one types: for the post editor and the composer of conversations.

/* Changing a text. execCommand keeps the browser's undo, which setRangeText forgets. */
export function put(text, words, from = text.selectionStart, to = text.selectionEnd) {
  text.focus();
  text.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, from, to, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* `people` is the list that is shown, `address` where names are asked for. The answer's `choose`
   takes a key that was pressed while the list is open. */
export function mentions(text, people, address) {
  let asked = 0;

  const begun = () => text.value.slice(0, text.selectionStart).match(/(?:^|[\s(])@([a-z0-9_-]{0,38})$/i);

  async function complete() {
    const found = begun();
    const mine = ++asked;
    if (!found) return hide();
    const answer = await fetch(`${address}?q=${encodeURIComponent(found[1])}`);
    if (mine !== asked || !answer.ok) return;
    const names = (await answer.json()).people;
    people.replaceChildren(...names.map(option));
    people.hidden = !names.length;
    point(0);
  }

  function option(person, index) {
    const item = document.createElement("li");
    item.role = "option";
    item.id = `person-${index}`;
    item.dataset.username = person.username;
    item.append(Object.assign(document.createElement("b"), { textContent: `@${person.username}` }));
    item.append(Object.assign(document.createElement("small"), { textContent: person.name }));
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(item);
    });
    return item;
  }

  function point(index) {
    const items = [...people.children];
    items.forEach((item, at) => item.setAttribute("aria-selected", at === index));
    if (items[index]) text.setAttribute("aria-activedescendant", items[index].id);
  }

  function hide() {
    people.hidden = true;
    text.removeAttribute("aria-activedescendant");
  }

  function take(item) {
    const found = begun();
    if (found) put(text, `${item.dataset.username} `, text.selectionStart - found[1].length, text.selectionStart);
    hide();
  }

  function choose(event) {
    const items = [...people.children];
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point((at + step + items.length) % items.length);
    else if (event.key === "Enter" || event.key === "Tab") take(items[at]);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
  }

  text.addEventListener("input", complete);
  text.addEventListener("blur", hide);
  return { complete, choose };
}
