//! Whether everything that C sees is documented: what it is, each parameter and field, and for a
//! function what it returns, who owns what, on which thread, with which errors, since when.

use std::fs;
use std::path::Path;

use syn::{Attribute, Expr, ExprLit, FnArg, ForeignItem, Item, ItemFn, Lit, Meta, Pat, Visibility};

/// What a function's text says beside its parameters, each on a line that begins so.
const SECTIONS: [&str; 5] = ["Returns:", "Ownership:", "Thread:", "Errors:", "Since:"];

/// What is missing in a file.
pub fn check(source: &Path) -> Vec<String> {
    let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let parsed = fs::read_to_string(source)
        .map_err(|error| error.to_string())
        .and_then(|text| syn::parse_file(&text).map_err(|error| error.to_string()));
    match parsed {
        Ok(file) => file.items.iter().flat_map(check_item).map(|fault| format!("{name}: {fault}")).collect(),
        Err(error) => vec![format!("{name}: {error}")],
    }
}

fn check_item(item: &Item) -> Vec<String> {
    match item {
        Item::Fn(function) if is_export(function) => check_function(function),
        Item::Struct(item) if is_public(&item.vis) => {
            let fields = item.fields.iter().filter(|field| is_public(&field.vis));
            let undocumented = fields.filter(|field| text(&field.attrs).is_empty());
            let names =
                undocumented.map(|field| field.ident.as_ref().map_or_else(String::new, ToString::to_string));
            check_type(&item.ident.to_string(), &item.attrs, names)
        }
        Item::Enum(item) if is_public(&item.vis) => {
            let undocumented = item.variants.iter().filter(|variant| text(&variant.attrs).is_empty());
            check_type(
                &item.ident.to_string(),
                &item.attrs,
                undocumented.map(|variant| variant.ident.to_string()),
            )
        }
        Item::Type(item) if is_public(&item.vis) => {
            check_type(&item.ident.to_string(), &item.attrs, std::iter::empty())
        }
        Item::ForeignMod(block) => block.items.iter().filter_map(check_foreign).collect(),
        _ => Vec::new(),
    }
}

fn check_foreign(item: &ForeignItem) -> Option<String> {
    matches!(item, ForeignItem::Fn(_)).then(|| "the binding imports a function by hand".to_owned())
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_export(function: &ItemFn) -> bool {
    is_public(&function.vis) && function.sig.abi.is_some()
}

fn check_function(function: &ItemFn) -> Vec<String> {
    let (name, text) = (function.sig.ident.to_string(), text(&function.attrs));
    let has = |start: &str| {
        text.lines().any(|line| line.trim_start().starts_with(start) && line.trim_end().len() > start.len())
    };
    let sections =
        SECTIONS.iter().filter(|section| !has(section)).map(|section| format!("{name} lacks `{section}`"));
    let parameters = parameters(function);
    let untold = parameters.iter().filter(|parameter| !has(&format!("- `{parameter}`:")));
    let untold = untold.map(|parameter| format!("{name} lacks the parameter `{parameter}`"));
    let begins =
        text.lines().next().is_some_and(|line| !line.trim().is_empty() && !line.trim().starts_with('-'));
    let about = (!begins).then(|| format!("{name} does not say what it does"));
    sections.chain(untold).chain(about).collect()
}

fn parameters(function: &ItemFn) -> Vec<String> {
    let name = |argument: &FnArg| match argument {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pattern) => Some(pattern.ident.to_string()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    };
    function.sig.inputs.iter().filter_map(name).collect()
}

fn check_type(name: &str, attributes: &[Attribute], untold: impl Iterator<Item = String>) -> Vec<String> {
    let text = text(attributes);
    let since = (!text.lines().any(|line| line.trim_start().starts_with("Since: ")))
        .then(|| format!("{name} lacks `Since:`"));
    untold.map(|part| format!("{name} does not say what `{part}` is")).chain(since).collect()
}

/// The text of doc comments.
fn text(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPLETE: &str = "/// Does it.\n///\n/// - `a`: a number.\n///\n/// Returns: a number.\n\
        /// Ownership: none.\n/// Thread: any.\n/// Errors: none.\n/// Since: 0.1\n\
        pub unsafe extern \"C\" fn ytc_x(a: i32) -> i32 { a }";

    fn faults(source: &str) -> Vec<String> {
        syn::parse_file(source).unwrap().items.iter().flat_map(check_item).collect()
    }

    #[test]
    fn a_complete_function_passes_and_each_omission_is_told() {
        assert_eq!(faults(COMPLETE), [""; 0]);
        for line in COMPLETE.lines().filter(|line| line.starts_with("/// ")) {
            let told = faults(&COMPLETE.replacen(&format!("{line}\n"), "", 1));
            assert_eq!(told.len(), 1, "without {line}: {told:?}");
        }
    }

    #[test]
    fn fields_and_variants_are_looked_at() {
        let item = "/// A.\n/// Since: 0.1\npub enum ytc_e {\n/// B.\nB, C }";
        assert_eq!(faults(item), ["ytc_e does not say what `C` is"]);
        let item = "/// A.\npub struct ytc_s { pub x: i32 }";
        assert_eq!(faults(item), ["ytc_s does not say what `x` is", "ytc_s lacks `Since:`"]);
    }
}
