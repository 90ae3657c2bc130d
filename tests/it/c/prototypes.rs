//! The functions of the header, taken apart.

/// A function that the header declares.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    /// What it returns, without the marks of the header.
    pub(super) result: String,
    pub(super) parameters: Vec<Parameter>,
}

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// With one space between words, and none behind a `*`.
    pub(super) kind: String,
}

/// The types of objects that C holds by a handle.
pub(super) const OBJECTS: [&str; 15] = [
    "store",
    "secret",
    "error",
    "key",
    "options",
    "changes",
    "query",
    "page",
    "secrets",
    "clock",
    "copy_options",
    "context",
    "generator",
    "audit_query",
    "subscription",
];

impl Function {
    /// Whether what it returns says how the call went.
    pub(super) fn returns_status(&self) -> bool {
        self.result == "strongroom_status" && self.name != "strongroom_error_code"
    }
}

impl Parameter {
    fn new(text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let at = text.rfind([' ', '*']).unwrap() + 1;
        let kind = text[..at].replace(" *", "*").replace("struct ", "").trim().to_owned();
        Self { name: text[at..].to_owned(), kind }
    }

    /// Which object it is a handle of.
    pub(super) fn handle(&self) -> Option<&'static str> {
        let object = self.kind.strip_suffix('*')?.trim_start_matches("const ").strip_prefix("strongroom_")?;
        OBJECTS.into_iter().find(|candidate| *candidate == object)
    }

    /// Which object's handle is written to it.
    pub(super) fn given(&self) -> Option<&'static str> {
        let object = self.kind.strip_suffix("**")?.strip_prefix("strongroom_")?;
        OBJECTS.into_iter().find(|candidate| *candidate == object)
    }
}

/// Every function of a header, but the one for tests.
pub(super) fn functions(header: &str) -> Vec<Function> {
    let declared = header.split("\nSTRONGROOM_API").skip(1);
    declared.map(|text| function(text.split_once(';').unwrap().0)).filter(|one| one.name != PANIC).collect()
}

const PANIC: &str = "strongroom_test_panic";

fn function(declaration: &str) -> Function {
    let (before, parameters) = declaration.split_once('(').unwrap();
    let before = before.replace("STRONGROOM_WARN_UNUSED", "");
    let (result, name) = before.trim().rsplit_once([' ', '*', '\n']).unwrap();
    let result = format!("{}{}", result.trim(), if before.contains('*') { "*" } else { "" });
    let parameters = parameters.trim_end_matches(')');
    let parameters = parameters.split(',').filter(|text| text.trim() != "void").map(Parameter::new).collect();
    Function { name: name.to_owned(), result, parameters }
}
