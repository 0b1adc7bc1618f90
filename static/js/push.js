/* Asks the browser for an address for messages and hands it over with the page's own form. Without this file the page says so. */
const panel = document.querySelector("[data-push-key]");
const show = (name) =>
  panel.querySelectorAll("[data-push]").forEach((part) => {
    part.hidden = part.dataset.push !== name;
  });
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const same = (one, other) => Boolean(one) && String(new Uint8Array(one)) === String(other);

const mark = async (text) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const isOurs = (kept) => same(kept.options.applicationServerKey, bytes(panel.dataset.pushKey));

const address = async () => {
  const { pushManager } = await navigator.serviceWorker.register("/push-worker.js").then(() => navigator.serviceWorker.ready);
  const applicationServerKey = bytes(panel.dataset.pushKey);
  const kept = await pushManager.getSubscription();
  if (kept && isOurs(kept)) return kept;
  await kept?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
};

const tell = async (event) => {
  event.preventDefault();
  const form = event.target;
  if ((await Notification.requestPermission()) !== "granted") return show("denied");
  try {
    const { endpoint, keys } = (await address()).toJSON();
    Object.entries({ endpoint, public_key: keys.p256dh, shared_secret: keys.auth }).forEach(([name, value]) => {
      form.elements[name].value = value;
    });
  } catch {
    return show("failed");
  }
  return form.submit();
};

const begin = async () => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return show("unable");
  if (Notification.permission === "denied") return show("denied");
  const registration = await navigator.serviceWorker.getRegistration("/");
  const kept = await registration?.pushManager.getSubscription();
  const here = kept && isOurs(kept) && panel.querySelector(`[data-device="${await mark(kept.endpoint)}"]`);
  if (here) {
    here.querySelector("[data-device-here]").hidden = false;
    return show("told");
  }
  panel.querySelector("form[data-push]").addEventListener("submit", tell);
  return show("ask");
};

if (panel) begin();
