/* Keeps the marks of a class on this phone until the portal has them: every tap at once in the browser's storage under the
   account and the meeting, what is saved as one request with a key, sent again until it is answered. One request waits at a
   time, unchanged, so that it is never done twice; what is tapped meanwhile follows it. The page works without this file. */
const form = document.querySelector("form[data-kept]");
if (form) {
  const { kept: name, api } = form.dataset;
  const said = form.querySelector("[data-said]");
  const digits = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
  let kept = { marks: {}, wanted: false, sending: null };
  let busy = false;
  let wait = 2000;
  let timer = null;

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(name)) || kept;
    } catch {
      return kept;
    }
  };
  const keep = () => {
    try {
      if (kept.sending || Object.keys(kept.marks).length) localStorage.setItem(name, JSON.stringify(kept));
      else localStorage.removeItem(name);
    } catch {
      /* no storage: the marks live as long as the page */
    }
  };
  const waiting = () => {
    const all = new Set(Object.keys(kept.marks));
    (kept.sending ? kept.sending.marks : []).forEach((one) => all.add(String(one.enrolment)));
    return all.size;
  };
  const tell = (word, more = "") => {
    said.textContent = form.dataset[`say${word}`].replace("{n}", digits.format(waiting())) + more;
    said.dataset.state = word.toLowerCase();
  };
  const known = (pk) => form.elements[`known_${pk}`];
  const note = (pk, text) => {
    const tag = form.querySelector(`[data-theirs="${pk}"]`);
    tag.hidden = !text;
    tag.textContent = text;
  };
  const label = (pk, mark) => form.querySelector(`[name="mark_${pk}"][value="${mark}"]`).parentElement.textContent.trim();
  const choose = (pk, mark) => {
    const input = form.querySelector(`[name="mark_${pk}"][value="${mark}"]`);
    if (input) input.checked = true;
  };
  const chosen = (pk, mark) => {
    const [was, version] = known(pk).value.split(":");
    if (mark === was) delete kept.marks[pk];
    else kept.marks[pk] = { mark, version: Number(version) };
  };
  const learn = (sheet) =>
    sheet.marks.forEach((one) => {
      if (!known(one.enrolment)) return;
      known(one.enrolment).value = `${one.mark || ""}:${one.version}`;
      const mine = kept.marks[one.enrolment];
      if (!mine && one.mark) choose(one.enrolment, one.mark);
      else if (mine) chosen(one.enrolment, mine.mark);
    });
  const later = () => {
    tell("Offline");
    clearTimeout(timer);
    timer = setTimeout(send, wait);
    wait = Math.min(wait * 2, 60000);
  };
  const ask = (method, more = {}) =>
    fetch(api, {
      method,
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, ...more.headers },
      body: more.body,
    });

  /* What was to be sent is again only what was tapped: nothing is lost, and a second word is needed. */
  const takeBack = () => {
    const sent = Object.fromEntries(kept.sending.marks.map((one) => [one.enrolment, one]));
    kept = { marks: { ...sent, ...kept.marks }, wanted: false, sending: null };
    keep();
  };

  /* Somebody else was first: their marks stand beside mine, and mine wait for a second word. */
  const compare = async () => {
    const answer = await ask("GET");
    if (!answer.ok) throw new Error(answer.status);
    const sheet = await answer.json();
    const mine = kept.sending.marks;
    takeBack();
    mine.forEach((one) => {
      const theirs = sheet.marks.find((row) => row.enrolment === one.enrolment);
      const differs = theirs && theirs.version !== one.version && theirs.mark !== kept.marks[one.enrolment].mark;
      if (differs) note(one.enrolment, `${form.dataset.sayMeanwhile} ${label(one.enrolment, theirs.mark)}`);
    });
    learn(sheet);
    keep();
    tell("Changed");
  };

  async function answered(answer) {
    if (answer.ok) {
      mineAreSaved(await answer.json());
    } else if (answer.status === 409) {
      const problem = await answer.json();
      if (problem.code === "changed_meanwhile") return compare();
      takeBack();
      tell("Refused", ` ${problem.message}`);
    } else if (answer.status === 401 || answer.status === 403) {
      tell("Signin");
    } else if (answer.status >= 500 || answer.status === 429) {
      later();
    } else {
      takeBack();
      tell("Refused");
    }
    return null;
  }
  function mineAreSaved(sheet) {
    kept.sending = null;
    wait = 2000;
    learn(sheet);
    form.querySelectorAll("[data-theirs]").forEach((tag) => note(tag.dataset.theirs, ""));
    keep();
    if (waiting()) tell("Waits");
    else tell("Saved");
  }
  function wrap() {
    if (kept.sending || !kept.wanted) return;
    const marks = Object.entries(kept.marks).map(([pk, one]) => ({ enrolment: Number(pk), ...one }));
    const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
    if (marks.length) kept = { marks: {}, wanted: false, sending: { key, marks } };
    else kept.wanted = false;
    keep();
  }
  async function send() {
    wrap();
    if (busy || !kept.sending) return;
    if (!navigator.onLine) {
      later();
      return;
    }
    busy = true;
    tell("Sending");
    try {
      const { key, marks } = kept.sending;
      await answered(
        await ask("PUT", {
          headers: { "Content-Type": "application/json", "Idempotency-Key": key },
          body: JSON.stringify({ marks }),
        }),
      );
    } catch {
      later();
    }
    busy = false;
    if (kept.wanted && !kept.sending) send();
  }

  form.addEventListener("change", (event) => {
    const [kind, pk] = event.target.name.split("_");
    if (kind !== "mark") return;
    chosen(pk, event.target.value);
    keep();
    tell("Waits");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelectorAll("[name^=mark_]:checked").forEach((input) => chosen(input.name.slice(5), input.value));
    kept.wanted = true;
    keep();
    if (waiting()) send();
    else tell("Saved");
  });
  window.addEventListener("online", send);

  kept = read();
  (kept.sending ? kept.sending.marks : []).forEach((one) => choose(one.enrolment, one.mark));
  Object.entries(kept.marks).forEach(([pk, one]) => (known(pk) ? choose(pk, one.mark) : delete kept.marks[pk]));
  if (kept.sending || kept.wanted) send();
  else if (waiting()) tell("Waits");
}
