//! The framing report beside a clip: JSON that a person can edit, a keyframe a line.

use std::fmt::Write;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{CropKeyframe, CropPath, FRAMING_VERSION, Framing, FramingReport, Shot, ShotMode};
use crate::spec::{Faults, Validate};

/// The field of the request that names the file: where faults are.
const FIELD: &str = "layout.framing";
/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 8 << 20;
/// Latest time and farthest place that make sense, in seconds and pixels.
const MAX_NUMBER: f64 = 1e6;
/// How far the source may be from the size in the file, as a fraction.
const SIZE_TOLERANCE: f64 = 0.01;

/// Reads a framing for a source of this width and height, in pixels as a viewer sees them, and for
/// an output that shows it in a place of this shape (width over height).
///
/// Fails with `NotFound`, `IsDirectory` or `Io` where the file cannot be read, with `LimitExceeded`
/// beyond 8 MiB, and with `InvalidSpec` at a field like
/// `layout.framing.shots[2].crops[0].keyframes` where it is no framing of this source.
pub fn read_framing(path: &Path, size: (u32, u32), aspect: f64) -> Result<Framing> {
    let failed = |error| Error::io(error, "read", path);
    let kind = fs::metadata(path).map_err(failed)?;
    if kind.is_dir() {
        return Err(Error::new(ErrorKind::IsDirectory, format!("{} is a folder", path.display()))
            .with("path", path.display()));
    }
    if !kind.is_file() {
        return Err(Error::invalid(FIELD, format_args!("{} is no plain file", path.display())));
    }
    let mut text = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut text)).map_err(failed)?;
    if text.len() as u64 > MAX_BYTES {
        let message = format!("{} is larger than {MAX_BYTES} bytes, no framing report", path.display());
        return Err(Error::new(ErrorKind::LimitExceeded, message).with("path", path.display()));
    }
    parse_framing(&text, size, aspect)
}

/// A framing from its JSON, for a source of this width and height and a place of this shape. Where
/// width and height differ from the ones in it, by at most 1 %, the cut-outs are scaled to the
/// source. Faults as in [`read_framing`].
pub fn parse_framing(text: &[u8], size: (u32, u32), aspect: f64) -> Result<Framing> {
    let value: Value = serde_json::from_slice(text).map_err(|error| Error::invalid(FIELD, error))?;
    check_version(&value)?;
    let mut framing: Framing = serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { FIELD.to_owned() } else { format!("{FIELD}.{path}") };
        Error::invalid(field, error.into_inner())
    })?;
    Sidecar { framing: &framing, size, aspect }.validate()?;
    scale(&mut framing, size);
    Ok(framing)
}

/// The version is looked at first: another one may have fields that this one does not know.
fn check_version(value: &Value) -> Result<()> {
    match value.get("version") {
        Some(version) if version.as_u64() == Some(u64::from(FRAMING_VERSION)) => Ok(()),
        Some(version) => {
            let message = format!("must be {FRAMING_VERSION}, got {version}");
            Err(Error::invalid(format!("{FIELD}.version"), message))
        }
        None => Err(Error::invalid(format!("{FIELD}.version"), "is missing")),
    }
}

fn scale(framing: &mut Framing, (width, height): (u32, u32)) {
    let across = f64::from(width) / f64::from(framing.source_width);
    let down = f64::from(height) / f64::from(framing.source_height);
    (framing.source_width, framing.source_height) = (width, height);
    let paths = framing.shots.iter_mut().flat_map(|shot| &mut shot.crops);
    for keyframe in paths.flat_map(|path| &mut path.keyframes) {
        keyframe.x *= across;
        keyframe.y *= down;
        keyframe.width *= across;
    }
}

/// A framing and the size of the source that it is for.
struct Sidecar<'a> {
    framing: &'a Framing,
    size: (u32, u32),
    aspect: f64,
}

impl Validate for Sidecar<'_> {
    fn check(&self, faults: &mut Faults) {
        faults.within(FIELD, |faults| {
            check_side(faults, "source_width", self.framing.source_width, self.size.0);
            check_side(faults, "source_height", self.framing.source_height, self.size.1);
            check_aspect(faults, self.framing.aspect, self.aspect);
            check_shots(faults, &self.framing.shots);
        });
    }
}

fn check_side(faults: &mut Faults, field: &str, stated: u32, actual: u32) {
    let off = (f64::from(stated) - f64::from(actual)).abs();
    let message = format_args!("must be that of the source ({actual}), got {stated}");
    faults.require(stated > 0 && off <= SIZE_TOLERANCE * f64::from(actual), field, message);
}

fn check_aspect(faults: &mut Faults, stated: Option<f64>, actual: f64) {
    let Some(stated) = stated else { return };
    let message = format_args!("must be that of this layout ({actual:.4}), got {stated}");
    faults.require((stated / actual - 1.0).abs() <= SIZE_TOLERANCE, "aspect", message);
}

fn check_shots(faults: &mut Faults, shots: &[Shot]) {
    faults.require(!shots.is_empty(), "shots", "must not be empty");
    let starts = std::iter::once(f64::NEG_INFINITY).chain(shots.iter().map(|shot| shot.start));
    for (index, (shot, before)) in shots.iter().zip(starts).enumerate() {
        faults.within(format!("shots[{index}]"), |faults| {
            faults.range("start", shot.start, -MAX_NUMBER, MAX_NUMBER);
            faults.range("end", shot.end, -MAX_NUMBER, MAX_NUMBER);
            faults.require(shot.end > shot.start, "end", "must be after start");
            faults.require(shot.start > before, "start", "must be after that of the shot before");
            check_crops(faults, shot);
        });
    }
}

fn check_crops(faults: &mut Faults, shot: &Shot) {
    let count = match shot.mode {
        ShotMode::Dual => 2,
        ShotMode::Single | ShotMode::Wide | ShotMode::Pan | ShotMode::Fixed => 1,
    };
    let message = format_args!("must be {count} for `{}`, got {}", shot.mode.as_str(), shot.crops.len());
    faults.require(shot.crops.len() == count, "crops", message);
    for (index, path) in shot.crops.iter().enumerate() {
        faults.within(format!("crops[{index}]"), |faults| check_path(faults, path));
    }
}

fn check_path(faults: &mut Faults, path: &CropPath) {
    faults.require(!path.keyframes.is_empty(), "keyframes", "must not be empty");
    let ordered = path.keyframes.is_sorted_by(|a, b| a.time <= b.time);
    faults.require(ordered, "keyframes", "must be in order of time");
    for (index, keyframe) in path.keyframes.iter().enumerate() {
        faults.within(format!("keyframes[{index}]"), |faults| {
            faults.range("time", keyframe.time, -MAX_NUMBER, MAX_NUMBER);
            faults.range("x", keyframe.x, -MAX_NUMBER, MAX_NUMBER);
            faults.range("y", keyframe.y, -MAX_NUMBER, MAX_NUMBER);
            faults.range("width", keyframe.width, 1.0, MAX_NUMBER);
        });
    }
}

/// A framing as JSON with a keyframe a line: times to 0.001 s, places to 0.01 pixels.
pub fn framing_json(framing: &Framing) -> String {
    let shots: Vec<_> = framing.shots.iter().map(shot_json).collect();
    format!(
        "{{\n  \"version\": {},\n  \"source_width\": {},\n  \"source_height\": {},\n{}  \"shots\": {},\n  \"report\": {}\n}}\n",
        framing.version,
        framing.source_width,
        framing.source_height,
        framing.aspect.map_or(String::new(), |aspect| format!("  \"aspect\": {},\n", rounded(aspect, 1e6))),
        list(&shots, 2),
        report_json(&framing.report),
    )
}

fn shot_json(shot: &Shot) -> String {
    let crops: Vec<_> = shot.crops.iter().map(path_json).collect();
    format!(
        "{{\"start\": {}, \"end\": {}, \"mode\": \"{}\", \"cut\": {}, \"crops\": {}}}",
        rounded(shot.start, 1e3),
        rounded(shot.end, 1e3),
        shot.mode.as_str(),
        shot.cut,
        list(&crops, 4),
    )
}

fn path_json(path: &CropPath) -> String {
    let person = path.person.map_or("null".to_owned(), |person| person.to_string());
    let keyframes: Vec<_> = path.keyframes.iter().map(keyframe_json).collect();
    format!("{{\"person\": {person}, \"keyframes\": {}}}", list(&keyframes, 6))
}

fn keyframe_json(keyframe: &CropKeyframe) -> String {
    format!(
        "{{\"time\": {}, \"x\": {}, \"y\": {}, \"width\": {}}}",
        rounded(keyframe.time, 1e3),
        rounded(keyframe.x, 1e2),
        rounded(keyframe.y, 1e2),
        rounded(keyframe.width, 1e2),
    )
}

fn report_json(report: &FramingReport) -> String {
    let modes: Vec<_> = report
        .modes
        .iter()
        .map(|(mode, seconds)| format!("\"{mode}\": {}", rounded(*seconds, 1e3)))
        .collect();
    let known = |value: Option<f64>, parts| value.map_or("null".to_owned(), |value| rounded(value, parts));
    let fields = [
        ("face_inside_percent", known(report.face_inside_percent, 1e2)),
        ("face_central_percent", known(report.face_central_percent, 1e2)),
        ("mean_offset", known(report.mean_offset, 1e4)),
        ("max_speed", rounded(report.max_speed, 1e4)),
        ("max_jerk", rounded(report.max_jerk, 1e4)),
        ("cuts", report.cuts.to_string()),
        ("persons", report.persons.to_string()),
        ("modes", format!("{{{}}}", modes.join(", "))),
        ("looks", report.looks.to_string()),
        ("detections", report.detections.to_string()),
        ("analysis_s", rounded(report.analysis_s, 1e3)),
    ];
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("    \"{name}\": {value}")).collect();
    format!("{{\n{}\n  }}", fields.join(",\n"))
}

/// A list with an item a line, two blanks further in than the line it begins on.
fn list(items: &[String], indent: usize) -> String {
    let mut text = "[".to_owned();
    for (index, item) in items.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}\n{:width$}{item}", "", width = indent + 2);
    }
    if !items.is_empty() {
        let _ = write!(text, "\n{:indent$}", "");
    }
    text + "]"
}

/// A number with so many parts to one; JSON has no infinity.
fn rounded(value: f64, parts: f64) -> String {
    let value = (value * parts).round() / parts;
    // Adding 0 makes a negative zero a plain one.
    if value.is_finite() { (value + 0.0).to_string() } else { "0".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (u32, u32) = (1920, 1080);
    const ASPECT: f64 = 0.5625;

    fn framing() -> Framing {
        let keyframe = |time, x| CropKeyframe { time, x, y: 540.0, width: 607.5 };
        let path =
            |person, x| CropPath { person, keyframes: vec![keyframe(1.5, x), keyframe(2.0, x + 0.25)] };
        let single = vec![path(Some(0), 500.12)];
        let dual = vec![path(Some(0), 500.0), path(Some(1), 1400.0)];
        let modes = [("single".to_owned(), 1.0), ("dual".to_owned(), 2.5)].into();
        Framing {
            version: FRAMING_VERSION,
            source_width: 1920,
            source_height: 1080,
            aspect: Some(ASPECT),
            shots: vec![
                Shot { start: 1.5, end: 2.5, mode: ShotMode::Single, cut: false, crops: single },
                Shot { start: 2.5, end: 5.0, mode: ShotMode::Dual, cut: true, crops: dual },
            ],
            report: FramingReport {
                face_inside_percent: Some(99.5),
                modes,
                looks: 21,
                ..FramingReport::default()
            },
        }
    }

    /// The field of the fault after an edit.
    fn fault(edit: impl Fn(&mut Value)) -> String {
        let mut value: Value = serde_json::from_str(&framing_json(&framing())).unwrap();
        edit(&mut value);
        let error = parse_framing(value.to_string().as_bytes(), SIZE, ASPECT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSpec);
        error.context()["field"].clone()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let framing = framing();
        assert_eq!(parse_framing(framing_json(&framing).as_bytes(), SIZE, ASPECT).unwrap(), framing);
    }

    #[test]
    fn what_a_person_need_not_write_may_be_left_out() {
        let mut value: Value = serde_json::from_str(&framing_json(&framing())).unwrap();
        let object = value.as_object_mut().unwrap();
        object.remove("report");
        object.remove("aspect");
        let read = parse_framing(value.to_string().as_bytes(), SIZE, 1.125).unwrap();
        assert_eq!((read.report, read.aspect), (FramingReport::default(), None));
    }

    #[test]
    fn a_keyframe_is_a_line_of_rounded_numbers() {
        let mut framing = framing();
        framing.shots[0].crops[0].keyframes[0].x = 500.123_456;
        framing.shots[0].crops[0].keyframes[0].time = 1.500_049;
        let text = framing_json(&framing);
        let line = "        {\"time\": 1.5, \"x\": 500.12, \"y\": 540, \"width\": 607.5},";
        assert!(text.lines().any(|found| found == line), "{text}");
        assert_eq!(text.lines().filter(|line| line.contains("\"time\"")).count(), 6);
    }

    #[test]
    fn each_fault_is_at_its_field() {
        let crop = "layout.framing.shots[1].crops[0]";
        assert_eq!(fault(|v| v["version"] = 2.into()), "layout.framing.version");
        assert_eq!(fault(|v| v["source_height"] = 1100.into()), "layout.framing.source_height");
        assert_eq!(fault(|v| v["aspect"] = 1.125.into()), "layout.framing.aspect");
        assert_eq!(fault(|v| v["shots"] = Value::Array(Vec::new())), "layout.framing.shots");
        assert_eq!(fault(|v| v["shots"][1]["start"] = 1.0.into()), "layout.framing.shots[1].start");
        assert_eq!(fault(|v| v["shots"][1]["end"] = 2.0.into()), "layout.framing.shots[1].end");
        assert_eq!(fault(|v| v["shots"][1]["mode"] = "single".into()), "layout.framing.shots[1].crops");
        let keyframes = |v: &mut Value| v["shots"][1]["crops"][0]["keyframes"].take();
        let emptied = |v: &mut Value| {
            keyframes(v);
            v["shots"][1]["crops"][0]["keyframes"] = Value::Array(Vec::new());
        };
        assert_eq!(fault(emptied), format!("{crop}.keyframes"));
        let first = |v: &mut Value, field: &str, number: f64| {
            v["shots"][1]["crops"][0]["keyframes"][0][field] = number.into();
        };
        assert_eq!(fault(|v| first(v, "time", 3.0)), format!("{crop}.keyframes"));
        assert_eq!(fault(|v| first(v, "width", 0.0)), format!("{crop}.keyframes[0].width"));
        assert_eq!(fault(|v| first(v, "x", 1e9)), format!("{crop}.keyframes[0].x"));
    }

    #[test]
    fn unknown_fields_and_wrong_types_are_refused() {
        assert!(fault(|v| v["zoom"] = 2.into()).starts_with("layout.framing"));
        let typo = fault(|v| v["shots"][0]["crops"][0]["keyframes"][1]["z"] = 1.into());
        assert!(typo.starts_with("layout.framing.shots[0].crops[0].keyframes[1]"), "{typo}");
        assert_eq!(fault(|v| v["shots"][0]["mode"] = "zoom".into()), "layout.framing.shots[0].mode");
        let error = parse_framing(b"{\"version\": 1,", SIZE, ASPECT).unwrap_err();
        assert_eq!(error.context()["field"], FIELD);
    }

    #[test]
    fn a_source_of_nearly_the_size_is_scaled_to() {
        let scaled = parse_framing(framing_json(&framing()).as_bytes(), (1912, 1080), ASPECT).unwrap();
        assert_eq!(scaled.source_width, 1912);
        let keyframe = scaled.shots[1].crops[0].keyframes[0];
        assert!((keyframe.x - 500.0 * 1912.0 / 1920.0).abs() < 1e-9 && keyframe.y == 540.0);
    }

    #[test]
    fn files_that_are_none_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |path: &Path| read_framing(path, SIZE, ASPECT).unwrap_err().kind();
        assert_eq!(kind(folder.path()), ErrorKind::IsDirectory);
        assert_eq!(kind(&folder.path().join("none")), ErrorKind::NotFound);
        let path = folder.path().join("a.framing.json");
        std::fs::write(&path, framing_json(&framing())).unwrap();
        assert!(read_framing(&path, SIZE, ASPECT).is_ok());
        File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert_eq!(kind(&path), ErrorKind::LimitExceeded);
    }

    #[test]
    fn a_number_that_json_lacks_is_no_break() {
        assert_eq!((rounded(f64::NAN, 1e2), rounded(-0.0001, 1e2)), ("0".to_owned(), "0".to_owned()));
    }
}
