/* Shows the portal's messages while none of its pages is open, in their language and direction. A tap opens our own page. */
const LAST_RESORT = { title: "پیام تازه · New message", lang: "fa", dir: "auto", url: "/" };

const read = (data) => {
  try {
    return { ...LAST_RESORT, ...data.json() };
  } catch {
    return LAST_RESORT;
  }
};

const ours = (address) => {
  const found = new URL(address, self.location.origin);
  return found.origin === self.location.origin ? found.href : self.location.origin;
};

self.addEventListener("push", (event) => {
  const { title, body, lang, dir, tag, url } = read(event.data);
  const icon = "/static/img/icon.svg";
  event.waitUntil(self.registration.showNotification(title, { body, lang, dir, tag, icon, badge: icon, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(ours(event.notification.data.url)));
});
