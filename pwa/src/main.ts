import "./ui/tokens.css";

const app = document.getElementById("app");
if (app) app.textContent = "Loa";
