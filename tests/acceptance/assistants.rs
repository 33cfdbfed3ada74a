//! `POST /mcp`: the Python client of the protocol from PyPI calls each tool; what the protocol refuses is refused.
//!
//! Never here: who sees what by them (the matrix of [`crate::access`]).

use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::contract::close;
use crate::contract::judge::judge;
use crate::node::root;
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// Lists the tools and calls each as the arguments say: a line for the list, then one for each call.
const SCRIPT: &str = r#"
import asyncio, json, sys
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

async def main(url, token, calls):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient(headers=headers, trust_env=False) as http:
        async with Client(streamable_http_client(url, http_client=http)) as client:
            print(json.dumps({"version": client.protocol_version, "instructions": client.instructions}))
            listed = await client.list_tools()
            print(json.dumps([tool.model_dump(by_alias=True, exclude_none=True) for tool in listed.tools]))
            for name, arguments in json.loads(calls):
                result = await client.call_tool(name, arguments)
                print(json.dumps(result.model_dump(by_alias=True, exclude_none=True)))

asyncio.run(main(*sys.argv[1:]))
"#;

fn by_the_client(client: &Client, token: &str, calls: &Value) -> Vec<Value> {
    let url = format!("{}/mcp", client.base());
    let output = Command::new(root().join(".tools/python/bin/python"))
        .args(["-c", SCRIPT, &url, token, &calls.to_string()])
        .output()
        .expect("`make test` installs mcp into .tools/python");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().map(serde_json::from_str);
    lines.map(|line| line.expect("JSON")).collect()
}

/// Asks as the protocol wants it, with some headers or members otherwise.
fn asked(client: &Client, method: &str, params: Value, headers: &[(&str, &str)]) -> Answer {
    let mut params = params;
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let mut sent = vec![
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", method),
        ("mcp-name", &name),
    ];
    for (name, value) in headers {
        sent.retain(|(other, _)| other != name);
        sent.push((name, value));
    }
    client.posted("/mcp", &sent, &body)
}

/// Calls each tool, `case` for each of these cases, by nobody where there is no client; returns the case that was
/// asked for, and what was said.
pub(crate) fn answers_of_each(
    base: &str,
    client: Option<&Client>,
    cases: impl Iterator<Item = String>,
) -> Vec<(String, String)> {
    let nobody = Client::new(base, "");
    let cases = cases.map(|case| ("case", json!({"id": case})));
    let others = [
        (
            "figure",
            json!({"measure": ["events"], "group_by": ["case"]}),
        ),
        ("why", json!({"measure": ["events"], "from": "0"})),
        ("records", json!({"measure": ["events"]})),
        ("search", json!({"q": "reason"})),
        ("codes", json!({"list": "kind"})),
    ];
    let called = cases.chain(others).map(|(name, arguments)| {
        let case = arguments["id"].as_str().unwrap_or_default().to_owned();
        let params = json!({"name": name, "arguments": arguments});
        let answer = asked(client.unwrap_or(&nobody), "tools/call", params, &[]);
        assert_eq!(answer.status, 200, "{}", answer.text);
        (case, answer.text)
    });
    called.collect()
}

/// What a tool gave, where it is no mistake, is of the schema that it is listed with; an open object there is closed here, so
/// that a field which is not described fails. The client judges too, by itself.
fn fit_their_schemas(tools: &[Value], calls: &Value, results: &[Value]) {
    for tool in tools {
        let mut schema = tool["outputSchema"].clone();
        close(&mut schema);
        let shared = schema["$defs"].take();
        let document = json!({"$defs": shared, "given": schema});
        let of = |given: &Value| ("#/given".to_owned(), given.clone());
        let calls = calls.as_array().expect("calls").iter().zip(results);
        let given: Vec<(String, Value)> = calls
            .filter(|(call, result)| call[0] == tool["name"] && result["isError"] == false)
            .map(|(_, result)| of(&result["structuredContent"]))
            .collect();
        assert!(!given.is_empty(), "{}", tool["name"]);
        for errors in judge(&document, &given) {
            assert!(errors.is_empty(), "{}: {errors:#?}", tool["name"]);
        }
        // An answer that is none of the route is told.
        let mut other = given[0].1.clone();
        other["untrusted"]["answer"] = json!({"none": 1});
        let judged = judge(&document, &[of(&other)]);
        assert!(!judged[0].is_empty(), "{}", tool["name"]);
    }
}

#[test]
fn a_client_from_the_registry_calls_each_tool() {
    let node = SetNode::start(Content::Demo, NOW);
    let calls = json!([
        ["figure", {"kind": ["arrest"], "occurred": "2020", "group_by": ["month"]}],
        ["why", {"kind": ["arrest"], "from": "40"}],
        ["records", {"kind": ["arrest"], "occurred": "2020"}],
        ["case", {"id": "mekong-rights:2020-008"}],
        ["search", {"q": "raksmey"}],
        ["codes", {"list": "sex"}],
        ["figure", {"kind": ["arest"]}],
        ["case", {"id": "mekong-rights:none"}],
        ["codes", {}],
        ["records", {"limit": 3}],
    ]);
    let said = by_the_client(&node.client, "", &calls);
    assert_eq!(said[0]["version"], "2026-07-28");
    let tools = said[1].as_array().expect("tools");
    let names: Vec<&str> = tools
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    assert_eq!(
        names,
        ["figure", "why", "records", "case", "search", "codes"]
    );
    assert!(
        tools
            .iter()
            .all(|tool| tool["annotations"]["readOnlyHint"] == true)
    );
    let results = &said[2..];
    fit_their_schemas(tools, &calls, results);
    let whole = |call: usize| &results[call]["structuredContent"]["is_whole"];
    assert_eq!((whole(0), whole(9)), (&json!(true), &json!(false)));
    let next = &results[9]["structuredContent"]["next"];
    assert!(next["cursor"].is_string(), "{next}");
    for (result, call) in results.iter().zip(calls.as_array().expect("calls")).take(6) {
        assert_eq!(result["isError"], false, "{call}: {result}");
        let own = &result["structuredContent"];
        assert!(
            own["caveat"]
                .as_str()
                .is_some_and(|text| text.contains("documented"))
        );
        // What stands at the permanent address is what was answered.
        let address = own["address"].as_str().expect("an address");
        let path = address.strip_prefix(node.client.base()).expect("this node");
        assert!(
            path.contains("at=") || path.starts_with("/v1/codes"),
            "{path}"
        );
        let there = node.client.public(path).json();
        assert_eq!(own["untrusted"]["answer"], there, "{path}");
        let marked = result["content"][1]["text"].as_str().expect("a text");
        let inside = marked
            .split_once(">\n")
            .and_then(|(_, rest)| rest.rsplit_once("\n</record "));
        let inside: Value = serde_json::from_str(inside.expect("marks").0).expect("JSON");
        assert_eq!(inside, there);
        assert!(
            result["content"][0]["text"]
                .as_str()
                .is_some_and(|text| text.contains(address))
        );
    }
    let figure = node
        .client
        .public("/v1/figures?kind=arrest&occurred=2020&group_by=month")
        .json();
    assert_eq!(
        results[0]["structuredContent"]["untrusted"]["answer"]["total"],
        figure["total"]
    );
    for (wrong, says) in [(6, "arest"), (7, "no such")] {
        assert_eq!(results[wrong]["isError"], true);
        let text = results[wrong]["content"][0]["text"]
            .as_str()
            .expect("a text");
        assert!(text.contains(says), "{text}");
    }
    let three = &results[9]["structuredContent"]["untrusted"]["answer"]["records"];
    assert_eq!(three.as_array().map(Vec::len), Some(3));
    node.stop();
}

#[test]
fn a_tool_answers_at_the_scope_of_the_token_and_never_by_a_cookie() {
    let node = SetNode::start(Content::Demo, NOW);
    let calls = json!([["figure", {"measure": ["events"]}]]);
    let scope = |token: &str| {
        let said = by_the_client(&node.client, token, &calls);
        said[2]["structuredContent"]["untrusted"]["answer"]["scope"].clone()
    };
    assert_eq!(scope(""), "public");
    assert_eq!(scope(node.client.token()), "operator");
    let stranger = Client::new(node.client.base(), "habeas_unknown");
    let refused = asked(&stranger, "tools/list", json!({}), &[]);
    assert_eq!(refused.status, 401, "{}", refused.text);
    node.stop();
}

#[test]
fn what_the_protocol_refuses_is_refused() {
    let node = SetNode::start(Content::Demo, NOW);
    let client = &node.client;
    let call = || json!({"name": "codes", "arguments": {"list": "sex"}});
    assert_eq!(asked(client, "tools/call", call(), &[]).status, 200);
    let refused = [
        (asked(client, "tools/none", json!({}), &[]), 404, -32601),
        (
            asked(client, "tools/call", json!({"name": "submit"}), &[]),
            400,
            -32602,
        ),
        (
            asked(client, "tools/call", call(), &[("mcp-name", "figure")]),
            400,
            -32020,
        ),
        (
            asked(
                client,
                "tools/call",
                call(),
                &[("mcp-method", "tools/list")],
            ),
            400,
            -32020,
        ),
        (
            asked(
                client,
                "tools/list",
                json!({}),
                &[("mcp-protocol-version", "2025-11-25")],
            ),
            400,
            -32022,
        ),
        (
            asked(
                client,
                "initialize",
                json!({"protocolVersion": "2025-06-18"}),
                &[],
            ),
            400,
            -32022,
        ),
        (
            asked(
                client,
                "tools/list",
                json!({}),
                &[("origin", "http://rebound.example")],
            ),
            403,
            -32600,
        ),
        (
            client.posted("/mcp", &[("content-type", "application/json")], "{"),
            400,
            -32700,
        ),
    ];
    for (answer, status, code) in refused {
        assert_eq!(answer.status, status, "{}", answer.text);
        let error = answer.json()["error"].clone();
        assert_eq!(error["code"], code, "{error}");
        if code == -32022 {
            assert_eq!(error["data"]["supported"], json!(["2026-07-28"]));
        }
    }
    let note = json!({"jsonrpc": "2.0", "method": "notifications/cancelled"}).to_string();
    let taken = client.posted("/mcp", &[("content-type", "application/json")], &note);
    assert_eq!((taken.status, taken.text.as_str()), (202, ""));
    assert_eq!(
        client
            .posted("/mcp", &[("content-type", "text/plain")], "{}")
            .status,
        415
    );
    let long = " ".repeat((16 << 10) + 1);
    let too_long = client.posted("/mcp", &[("content-type", "application/json")], &long);
    assert_eq!(too_long.status, 413, "{}", too_long.text);
    assert_eq!(client.public("/mcp").status, 405);
    node.stop();
}
