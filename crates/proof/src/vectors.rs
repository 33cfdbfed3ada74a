//! Test vectors of other implementations, each with its source.
//!
//! Never here: what our own code computed.

use crate::hash::Hash;

/// Entries in order, and the roots known for some sizes.
pub(crate) type Log = (Vec<Vec<u8>>, Vec<(u64, Hash)>);

/// The origin and the key's name of [`tessera`].
pub(crate) const TESSERA_VKEY: &str =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
/// The signing key of [`tessera`], published for tests.
pub(crate) const TESSERA_SKEY: &str =
    "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
/// Its checkpoint at size 3, with a cosignature made by x/mod's and our own code alike.
pub(crate) const TESSERA_3: &str = "example.com/log/testdata
3
Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=

— example.com/log/testdata M9e0lvAQRtH832pk2RTbeSeZMkp4FZSdJYFBUjO5SKxuRbywPUF3cx+HUrb50kjd3rUWW/fj53Wj1dwcwh9bGQnqVAg=
— w1.example/cosigner uLdzlQAAAABf0WUAy9QvWi3mA/aYk7EeStfWPf+s2HAizionxT0UZWCM6jqmq2zVwOfovyfu8lF0o/i2hLSNzwqv5rMPJCJ+aDWuDg==
";
/// The cosigner's key of [`TESSERA_3`].
pub(crate) const COSIGNER_VKEY: &str =
    "w1.example/cosigner+b8b77395+BDOoxqyPOwkc0KUY8iP/V/1W/y6GZF0188RrDbQDC5MX";

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
        .collect()
}

/// transparency-dev/merkle, testonly/constants.go.
pub(crate) fn merkle() -> Log {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let roots = (1..).zip(roots.map(|root| Hash::from_slice(&unhex(root)).unwrap()));
    (leaves.map(unhex).to_vec(), roots.collect())
}

/// transparency-dev/tessera, testdata/build_log.sh and testdata/log.
pub(crate) fn tessera() -> Log {
    let leaves = [
        "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven",
        "twelf", "threeten", "fourten", "fivten",
    ];
    let roots = [
        (1, "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek="),
        (2, "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4="),
        (3, "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk="),
        (7, "IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U="),
        (8, "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY="),
        (15, "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="),
    ];
    let roots = roots.map(|(size, root)| (size, Hash::from_base64(root).unwrap()));
    let leaves = leaves.map(|entry| entry.as_bytes().to_vec());
    (leaves.to_vec(), roots.to_vec())
}
