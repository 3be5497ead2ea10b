/** The field app's entry: what a collaborator carries in the pocket. */
import { mount } from "svelte";
import "./ui/tokens.css";
import "./ui/base.css";
import App from "./app/App.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(App, { target });

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  // After the first paint: the worker must not fight the page for a slow line
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js"));
}
