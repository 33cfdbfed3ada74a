//! JSON text into a byte buffer, without building a tree: an import writes a million lines.
//!
//! Start at [`JsonObject`]. What is written is compact, in the order it was given, and the same each time.
//!
//! Never here: what the fields mean, and reading JSON.

/// Appends `text` as a JSON string.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.bytes().for_each(|byte| push_escaped(out, byte));
    }
    out.push(b'"');
}

fn push_escaped(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\r' => out.extend_from_slice(b"\\r"),
        0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        _ => out.push(byte),
    }
}

/// Returns `texts` as a compact JSON array of strings: the name an id is derived from.
pub(crate) fn array(texts: &[&str]) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    out.push(b'[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_text(&mut out, text);
    }
    out.push(b']');
    out
}

/// The members of an object that is being written; [`JsonObject::end`] closes it.
pub(crate) struct JsonObject<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> JsonObject<'a> {
    /// Opens an object.
    pub(crate) fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// Writes the name of the next member; the value is what the caller appends.
    pub(crate) fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        push_text(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// Writes a member whose value is a text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        push_text(self.name(name), value);
    }

    /// Writes a member whose value is JSON already.
    pub(crate) fn raw(&mut self, name: &str, value: &[u8]) {
        self.name(name).extend_from_slice(value);
    }

    /// Takes over the members of an object that was written elsewhere (`{...}`).
    pub(crate) fn members(&mut self, object: &[u8]) {
        let inner = object
            .strip_prefix(b"{")
            .and_then(|o| o.strip_suffix(b"}"))
            .unwrap_or(b"");
        if inner.is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        self.out.extend_from_slice(inner);
    }

    /// Closes the object.
    pub(crate) fn end(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_read_back_as_it_was() {
        for text in [
            "",
            "plain",
            "a \"quoted\" \\ text",
            "line\nbreak\ttab\u{1}",
            "ភ្នំពេញ Киев",
        ] {
            let mut out = Vec::new();
            push_text(&mut out, text);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn objects_keep_their_order_and_take_over_members() {
        let mut out = Vec::new();
        let mut object = JsonObject::begin(&mut out);
        object.members(b"{}");
        object.members(br#"{"b":1}"#);
        object.text("a", "x");
        object.raw("c", b"[true]");
        object.end();
        assert_eq!(out, br#"{"b":1,"a":"x","c":[true]}"#);
    }

    #[test]
    fn the_name_of_an_id_is_compact() {
        assert_eq!(array(&["arrest", "P 1", "0"]), br#"["arrest","P 1","0"]"#);
    }
}
