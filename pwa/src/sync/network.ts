/** One piece of the app that comes after the first screen: all that talks to the server. */
export { xhr } from "../uploads/http.ts";
export { admit } from "./enrolment.ts";
export { Line } from "./line.ts";
