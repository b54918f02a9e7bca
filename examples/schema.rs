//! Writes the JSON Schema of requests, what goes with them, results, reports, errors, framing files,
//! and an engine's settings and numbers into a folder. `cargo xtask schema` runs it.
//!
//! What the schemas say stands in the types themselves: names and defaults in their serde
//! attributes, descriptions with units and ranges in their doc comments.

use std::error::Error;
use std::path::PathBuf;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;
use ytclipper::engine::{EngineConfig, Stats};
use ytclipper::outcome::{Framing, Outcome, Progress};
use ytclipper::spec::{JobSpec, SubmitOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map(PathBuf::from).ok_or("usage: schema FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    for (name, schema) in [
        ("job_spec", read::<JobSpec>()),
        ("submit_options", read::<SubmitOptions>()),
        ("outcome", written::<Outcome>()),
        ("progress", written::<Progress>()),
        ("error", written::<ytclipper::Error>()),
        ("framing", read::<Framing>()),
        ("engine_config", read::<EngineConfig>()),
        ("stats", written::<Stats>()),
    ] {
        let mut schema = serde_json::to_value(schema)?;
        unwrap(&mut schema);
        let text = serde_json::to_string_pretty(&schema)?;
        std::fs::write(folder.join(format!("{name}.json")), text + "\n")?;
    }
    Ok(())
}

/// The schema of what the engine reads: fields with a default may be left out.
fn read<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>()
}

/// The schema of what the engine writes: fields are always there, save those that it leaves out.
fn written<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// Joins the lines of descriptions, which are wrapped in the source.
fn unwrap(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                let paragraphs: Vec<_> = text.split("\n\n").map(|lines| lines.replace('\n', " ")).collect();
                *text = paragraphs.join("\n\n");
            }
            fields.values_mut().for_each(unwrap);
        }
        Value::Array(items) => items.iter_mut().for_each(unwrap),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
