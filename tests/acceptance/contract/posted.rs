//! Every example of what is posted, in `/openapi.json`, is posted, and taken.
//!
//! Never here: what is refused.

use super::{Contract, Routes};
use crate::client::Client;
use crate::node::{Flags, Node, read, root};

#[test]
fn every_example_of_what_is_posted_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let hooks = folder.path().join("hooks");
    std::fs::create_dir_all(&hooks).expect("a folder");
    let mapping = root().join("docs/examples/mappings/kobo.toml");
    let mapping = std::fs::read_to_string(mapping).expect("a mapping");
    let mapping = mapping.replacen("your-organisation", "mekong-rights", 1);
    std::fs::write(hooks.join("kobo.toml"), mapping).expect("a file");
    let data = folder.path().join("data");
    let flags = Flags {
        demo: true,
        hooks: Some(hooks),
        ..Flags::default()
    };
    let node = Node::start(&data, &flags);
    let tokens = read(&data.join("demo.tokens"));
    let token = tokens.split_whitespace().nth(1).expect("a token");
    let desk = Client::new(node.client.base(), token);
    let mut contract = Contract::read();
    let routes = Routes::read().expect("the tables");
    let mut posted = 0;
    for route in routes.routes.iter().filter(|route| route.body.is_some()) {
        let address = route.path.replace("{mapping}", "kobo");
        let operation = &contract.document["paths"][&route.path]["post"];
        let content = operation["requestBody"]["content"].clone();
        for (media, described) in content.as_object().expect("media types") {
            let example = &described["example"];
            assert!(!example.is_null(), "{address} has no example of {media}");
            let body = example.as_str().map(ToOwned::to_owned);
            let body = body.unwrap_or_else(|| example.to_string());
            let headers = [
                ("content-type", media.as_str()),
                ("accept", "application/json, text/event-stream"),
                ("mcp-protocol-version", "2026-07-28"),
                ("mcp-method", "tools/call"),
                ("mcp-name", "figure"),
            ];
            let sent = if address == "/mcp" { 5 } else { 1 };
            let answer = desk.posted(&address, &headers[..sent], &body);
            // A webhook is new; it is told of nothing here, since nothing comes in behind it.
            let taken = if address == "/v1/webhooks" { 201 } else { 200 };
            assert_eq!(answer.status, taken, "{address} {media}: {}", answer.text);
            contract.hold(route, &format!("{address} {media}"), &answer);
            posted += 1;
        }
    }
    assert_eq!(posted, 8);
    contract.judge();
    node.stop();
}
