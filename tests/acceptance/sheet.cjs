// What a Google sheet gives a script, as far as docs/guides/emit/sheets.md uses it: a sheet of three rows, properties
// of the environment, and requests by curl. The script and a call of it stand behind this.

const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");

const signed = (bytes) => [...bytes].map((byte) => (byte > 127 ? byte - 256 : byte));

const Utilities = {
  DigestAlgorithm: { SHA_1: "sha1" },
  newBlob: (text) => ({ getBytes: () => signed(Buffer.from(text)) }),
  computeDigest: (algorithm, bytes) => {
    const plain = Buffer.from(bytes.map((byte) => byte & 255));
    return signed(createHash(algorithm).update(plain).digest());
  },
};

const PropertiesService = {
  getScriptProperties: () => ({ getProperty: (name) => process.env[name] }),
};

const rows = [
  ["number", "case", "person", "day", "recorded", "verdict"],
  ["1", "2020-071", "p71", "2020-12-09", "2020-12-10T08:30:00+07:00", ""],
  ["2", "2020-072", "p72", "2020-12-09", "2020-12-10T08:30:00+07:00", "in at 7"],
  ["", "", "", "", "", ""],
  ["3", "2020-073", "p73", "2020-12~", "2020-12-11T17:05:00+07:00", ""],
];

const SpreadsheetApp = {
  getActive: () => ({
    getSheetByName: () => ({
      getDataRange: () => ({ getDisplayValues: () => rows.map((row) => [...row]) }),
      getRange: (row, column) => ({
        setValue: (value) => {
          rows[row - 1][column - 1] = value;
        },
      }),
    }),
  }),
};

const UrlFetchApp = {
  fetch: (address, { contentType, headers, payload }) => {
    const config = [`header = "Authorization: ${headers.Authorization}"`, `header = "Content-Type: ${contentType}"`];
    const told = execFileSync(
      "curl",
      ["--silent", "--config", "-", "--write-out", "\n%{http_code}", "--data-binary", payload, address],
      { input: config.join("\n"), encoding: "utf8" },
    );
    const end = told.lastIndexOf("\n");
    console.log(told.slice(0, end));
    return { getResponseCode: () => Number(told.slice(end + 1)), getContentText: () => told.slice(0, end) };
  },
};
