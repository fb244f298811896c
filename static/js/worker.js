// Without a network every page is the copy of today's tab that its owner keeps on this device. Nothing else is answered
// from here, nothing is written, and whoever logs in or out leaves nothing behind.
const KEPT = "pocket", PAGE = "/binder/pocket/", OLDEST = 24 * 60 * 60 * 1000;

async function copy() {
  const page = await caches.match(PAGE, { cacheName: KEPT, ignoreVary: true });
  if (page && Date.now() - page.headers.get("X-Kept-At") < OLDEST) return page;
  await caches.delete(KEPT);
  return Response.error();
}

async function leave(request) {
  await caches.delete(KEPT);
  await self.registration.unregister();
  return fetch(request);
}

async function drawn(request) {
  return (await caches.match(request.url, { cacheName: KEPT, ignoreVary: true })) || Response.error();
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && /^\/account\/(login|logout)\//.test(pathname)) event.respondWith(leave(request));
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(copy));
  else if (pathname.startsWith("/static/")) event.respondWith(fetch(request).catch(() => drawn(request)));
});
