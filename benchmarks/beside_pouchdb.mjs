// PouchDB's side of `beside_pouchdb.py`: a server and two phones in one process, one JSON line out.
//   node beside_pouchdb.mjs FOLDER_OF_PACKAGES FILE_OF_DOCUMENTS
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const PouchDB = require("pouchdb-core")
  .plugin(require("pouchdb-adapter-memory"))
  .plugin(require("pouchdb-adapter-http"))
  .plugin(require("pouchdb-mapreduce"))
  .plugin(require("pouchdb-replication"));
const express = require("express");
const serverApp = require("express-pouchdb");

const documents = JSON.parse(readFileSync(process.argv[3], "utf8"));
const count = { requests: 0, up: 0, down: 0 };
const sockets = new Set();

const app = express();
app.use((_request, _answer, next) => {
  count.requests++;
  next();
});
app.use("/", serverApp(PouchDB.defaults({ adapter: "memory" }), { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: "/dev/null" }));
const server = app.listen(0);
server.on("connection", (socket) => sockets.add(socket));
await new Promise((ready) => server.once("listening", ready));
const address = `http://127.0.0.1:${server.address().port}/reports`;

function bytes() {
  let up = 0;
  let down = 0;
  for (const socket of sockets) {
    up += socket.bytesRead;
    down += socket.bytesWritten;
  }
  return { up, down };
}

async function measured(work) {
  const before = { ...bytes(), requests: count.requests };
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const after = bytes();
  return { seconds, requests: count.requests - before.requests, up: after.up - before.up, down: after.down - before.down };
}

const first = new PouchDB("first", { adapter: "memory" });
await first.bulkDocs(documents);
const remote = new PouchDB(address);
await remote.info();
const up = await measured(() => first.replicate.to(remote));
const second = new PouchDB("second", { adapter: "memory" });
const down = await measured(() => second.replicate.from(new PouchDB(address)));
const quiet = await measured(() => second.sync(new PouchDB(address)));
const { doc_count } = await second.info();
console.log(JSON.stringify({ up, down, quiet, documents: doc_count }));
process.exit(0);
