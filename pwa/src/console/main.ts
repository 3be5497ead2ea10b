/** The console's entry: reviewing and the plan's figures, on a desktop. */
import { mount } from "svelte";
import "../ui/tokens.css";
import "./console.css";
import App from "./App.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("console.html has no #app");
mount(App, { target });
