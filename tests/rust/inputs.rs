//! Inputs of every kind come out right, or fail each in its own way.

use ytclipper::ErrorKind;
use ytclipper::context::CancelToken;
use ytclipper::outcome::TimeRange;
use ytclipper::spec::{Fit, Layout, RenderPlan};

use crate::render::render;
use crate::support::{Folder, ffprobe, frame_count, numbered, read_numbers, rgb_frame, samples, stream};

fn probe(path: &std::path::Path) -> ytclipper::Result<ytclipper::outcome::MediaInfo> {
    ytclipper::media::probe(path, &CancelToken::default())
}

const PICTURE: &str = "-f lavfi -i testsrc2=s=320x180:r=30:d=3";
const SOUND: &str = "-f lavfi -i sine=f=440:r=48000:d=3";

fn size(path: &std::path::Path) -> (u64, u64) {
    let info = ffprobe(path);
    let video = stream(&info, "video").unwrap();
    (video["width"].as_u64().unwrap(), video["height"].as_u64().unwrap())
}

#[test]
fn every_codec_in_every_container_comes_out_as_h264_and_aac() {
    let folder = Folder::new();
    let cases = [
        ("h264.mp4", "-c:v libx264 -c:a aac"),
        ("h264.mov", "-c:v libx264 -c:a pcm_s16le"),
        ("h264.ts", "-c:v libx264 -c:a aac"),
        ("h264.mkv", "-c:v libx264 -c:a flac"),
        ("hevc.mp4", "-c:v libx265 -x265-params log-level=none -c:a aac"),
        ("hevc.ts", "-c:v libx265 -x265-params log-level=none -c:a mp2"),
        ("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
        ("vp9.mp4", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a aac"),
        ("av1.webm", "-c:v libsvtav1 -preset 12 -c:a libvorbis"),
        ("av1.mkv", "-c:v libsvtav1 -preset 12 -c:a libopus"),
        ("av1.mp4", "-c:v libsvtav1 -preset 12 -c:a aac"),
    ];
    for (name, codecs) in cases {
        let source = folder.media(name, &format!("{PICTURE} {SOUND} -pix_fmt yuv420p {codecs}"));
        let mut plan = RenderPlan::new(&source, folder.path(&format!("{name}.out.mp4")));
        plan.parts = vec![TimeRange { start: 0.5, end: 2.5 }];
        let report = render(&plan).unwrap_or_else(|error| panic!("{name}: {error}"));
        let info = ffprobe(&plan.output);
        let (video, audio) = (stream(&info, "video").unwrap(), stream(&info, "audio").unwrap());
        assert_eq!(video["codec_name"], "h264", "{name}");
        assert_eq!(audio["codec_name"], "aac", "{name}");
        assert_eq!((report.frames, frame_count(&plan.output)), (60, 60), "{name}");
        let peak = samples(&plan.output).iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
        assert!(peak > 0.05, "{name} is silent");
        let duration: f64 = info["format"]["duration"].as_str().unwrap().parse().unwrap();
        assert!((duration - 2.0).abs() < 0.05, "{name}: {duration} s");
    }
}

#[test]
fn the_output_is_tagged_and_ready_for_the_web() {
    let folder = Folder::new();
    let source = folder.media("in.mp4", &format!("{PICTURE} {SOUND} -pix_fmt yuv420p -c:v libx264 -c:a aac"));
    let mut plan = RenderPlan::new(&source, folder.path("out.mp4"));
    plan.layout = Layout::fixed();
    render(&plan).unwrap();
    let info = ffprobe(&plan.output);
    let video = stream(&info, "video").unwrap();
    for (field, value) in [
        ("profile", "High"),
        ("pix_fmt", "yuv420p"),
        ("color_space", "bt709"),
        ("color_primaries", "bt709"),
        ("color_transfer", "bt709"),
        ("color_range", "tv"),
        ("sample_aspect_ratio", "1:1"),
    ] {
        assert_eq!(video[field], value, "{field}");
    }
    assert_eq!(size(&plan.output), (1080, 1920));
    let bytes = std::fs::read(&plan.output).unwrap();
    let find = |tag: &[u8]| bytes.windows(4).position(|window| window == tag).unwrap();
    assert!(find(b"moov") < find(b"mdat"), "the index stands in front");
}

#[test]
fn no_sound_gives_no_sound_and_sound_only_is_refused() {
    let folder = Folder::new();
    let mute = folder.media("mute.mp4", &format!("{PICTURE} -c:v libx264"));
    let plan = RenderPlan::new(&mute, folder.path("out.mp4"));
    assert!(!render(&plan).unwrap().has_audio);
    assert!(stream(&ffprobe(&plan.output), "audio").is_none());
    let blind = folder.media("blind.m4a", &format!("{SOUND} -c:a aac"));
    assert!(probe(&blind).unwrap().video.is_none());
    let error = render(&RenderPlan::new(&blind, folder.path("out2.mp4"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedMedia);
    assert!(error.message().contains("no picture"), "{error}");
    let error = ytclipper::media::AudioReader::open(&mute, &CancelToken::default()).err().unwrap();
    assert!(error.message().contains("no sound"), "{error}");
}

#[test]
fn variable_frame_rate_shows_each_picture_at_its_time() {
    let folder = Folder::new();
    let full = numbered(&folder, "full.mp4", "30", 6, "-c:v libx264 -qp 0");
    let kept = |n: usize| n % 10 < 5 || n % 10 == 7;
    let source = folder.path("vfr.mkv");
    let status = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(&full)
        .args(["-vf", "select='lt(mod(n,10),5)+eq(mod(n,10),7)'", "-vsync", "vfr", "-c:v", "libx264"])
        .arg(&source)
        .status()
        .unwrap();
    assert!(status.success());
    let mut plan = RenderPlan::new(&source, folder.path("out.mp4"));
    plan.parts = vec![TimeRange { start: 1.0, end: 4.0 }];
    // Without a wish the rate is that of the quickest passages, so that no motion is lost.
    assert_eq!(render(&plan).unwrap().fps, 30.0);
    plan.overwrite = true;
    let expected: Vec<_> = (30..120).map(|n| (0..=n).rev().find(|&n| kept(n)).unwrap()).collect();
    assert_eq!(read_numbers(&plan.output), expected);
}

#[test]
fn rotation_metadata_turns_the_picture() {
    let folder = Folder::new();
    // Red on the left half, blue on the right.
    let flat = folder.media(
        "flat.mp4",
        "-f lavfi -i color=c=red:s=160x180:r=30:d=1 -f lavfi -i color=c=blue:s=160x180:r=30:d=1 \
         -filter_complex hstack -c:v libx264 -pix_fmt yuv420p",
    );
    for (degrees, first_is_red) in [("90", false), ("-90", true), ("180", false)] {
        let turned = folder.path("turned.mp4");
        let status = std::process::Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-i"])
            .arg(&flat)
            .args(["-c", "copy", "-metadata:s:v:0", &format!("rotate={degrees}")])
            .arg(&turned)
            .status()
            .unwrap();
        assert!(status.success());
        let plan = RenderPlan { overwrite: true, ..RenderPlan::new(&turned, folder.path("out.mp4")) };
        render(&plan).unwrap();
        // ffmpeg itself turns what it decodes: the peer.
        let (ours, width, height) = rgb_frame(&plan.output, 0.1);
        let (theirs, _, _) = {
            let peer = folder.media("peer.mp4", &format!("-i {} -c:v libx264", turned.display()));
            rgb_frame(&peer, 0.1)
        };
        assert_eq!(ours.len(), theirs.len(), "{degrees}: {width}×{height}");
        assert_eq!(ours[0] > 128, theirs[0] > 128, "{degrees} {first_is_red}");
        let difference: u64 = ours.iter().zip(&theirs).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(difference as f64 / (ours.len() as f64) < 6.0, "{degrees}: {difference}");
    }
}

#[test]
fn odd_and_portrait_and_anamorphic_sources_keep_their_shape() {
    let folder = Folder::new();
    let odd =
        folder.media("odd.mkv", "-f lavfi -i testsrc2=s=321x181:r=30:d=1 -c:v libx264 -pix_fmt yuv444p");
    let plan = RenderPlan::new(&odd, folder.path("odd.mp4"));
    render(&plan).unwrap();
    assert_eq!(size(&plan.output), (320, 180));
    let portrait = folder.media("portrait.mp4", "-f lavfi -i testsrc2=s=180x320:r=30:d=1 -c:v libx264");
    let mut plan = RenderPlan::new(&portrait, folder.path("p.mp4"));
    plan.layout = Layout::fixed();
    render(&plan).unwrap();
    assert_eq!(size(&plan.output), (1080, 1920));
    let wide = folder.media("wide.mp4", "-f lavfi -i testsrc2=s=180x180:r=30:d=1,setsar=2 -c:v libx264");
    let plan = RenderPlan::new(&wide, folder.path("w.mp4"));
    render(&plan).unwrap();
    assert_eq!(size(&plan.output), (360, 180));
}

#[test]
fn contain_puts_bars_around_the_whole_picture() {
    let folder = Folder::new();
    let source = folder.media("white.mp4", "-f lavfi -i color=c=white:s=320x180:r=30:d=1 -c:v libx264");
    let mut plan = RenderPlan::new(&source, folder.path("out.mp4"));
    plan.layout = Layout { fit: Some(Fit::Contain), ..Layout::fixed() };
    render(&plan).unwrap();
    let (pixels, width, height) = rgb_frame(&plan.output, 0.0);
    let at = |x: usize, y: usize| pixels[(y * width + x) * 3];
    assert!(at(width / 2, height / 2) > 240 && at(4, height / 2) > 240);
    assert!(at(width / 2, 20) < 16 && at(width / 2, height - 20) < 16);
}

#[test]
fn mono_and_5_1_sound_become_stereo_at_a_sane_level() {
    let folder = Folder::new();
    for (name, layout) in [("mono.mp4", "mono"), ("surround.mp4", "5.1")] {
        let source = folder.media(
            name,
            &format!("{PICTURE} -f lavfi -i sine=f=440:r=44100:d=3,volume=4,aformat=channel_layouts={layout} -c:v libx264 -c:a aac"),
        );
        let plan = RenderPlan::new(&source, folder.path(&format!("{name}.out.mp4")));
        render(&plan).unwrap();
        let info = ffprobe(&plan.output);
        let audio = stream(&info, "audio").unwrap();
        assert_eq!(
            (audio["channels"].as_u64(), audio["sample_rate"].as_str()),
            (Some(2), Some("48000")),
            "{name}"
        );
        let peak = samples(&plan.output).iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
        assert!((0.1..=1.0).contains(&peak), "{name}: peak {peak}");
    }
}

#[test]
fn ten_bit_and_hdr_become_eight_bit_bt709() {
    let folder = Folder::new();
    let ten = folder.media(
        "ten.mp4",
        &format!("{PICTURE} -c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le"),
    );
    assert_eq!(probe(&ten).unwrap().video.unwrap().bit_depth, 10);
    let plan = RenderPlan::new(&ten, folder.path("ten.out.mp4"));
    render(&plan).unwrap();
    assert_eq!(stream(&ffprobe(&plan.output), "video").unwrap()["pix_fmt"], "yuv420p");
    let hdr = folder.media(
        "hdr.mp4",
        &format!(
            "{PICTURE} -c:v libx265 -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 \
             -colorspace bt2020nc -x265-params log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
        ),
    );
    assert!(probe(&hdr).unwrap().video.unwrap().hdr);
    let plan = RenderPlan::new(&hdr, folder.path("hdr.out.mp4"));
    render(&plan).unwrap();
    assert_eq!(stream(&ffprobe(&plan.output), "video").unwrap()["color_transfer"], "bt709");
}

#[test]
fn standard_definition_colours_are_converted_to_bt709() {
    let folder = Folder::new();
    let source = folder.media(
        "sd.mp4",
        "-f lavfi -i color=c=0x30C040:s=320x180:r=30:d=1 -vf scale=out_color_matrix=bt601 -colorspace smpte170m -c:v libx264 -qp 4 -pix_fmt yuv420p",
    );
    let plan = RenderPlan::new(&source, folder.path("out.mp4"));
    render(&plan).unwrap();
    let (pixels, ..) = rgb_frame(&plan.output, 0.0);
    for (got, wanted) in pixels[..3].iter().zip([0x30_u8, 0xC0, 0x40]) {
        assert!(got.abs_diff(wanted) <= 6, "{:?}", &pixels[..3]);
    }
}

#[test]
fn clips_at_the_very_start_and_end_and_beyond() {
    let folder = Folder::new();
    let source = numbered(&folder, "numbers.mp4", "30", 4, "-c:v libx264 -g 250 -bf 3");
    let mut plan = RenderPlan::new(&source, folder.path("out.mp4"));
    plan.parts = vec![TimeRange { start: 0.0, end: 1.0 }, TimeRange { start: 3.0, end: 4.0 }];
    plan.transition.duration = 0.0;
    render(&plan).unwrap();
    assert_eq!(read_numbers(&plan.output), (0..30).chain(90..120).collect::<Vec<_>>());
    plan.parts = vec![TimeRange { start: 3.5, end: 99.0 }];
    let report = render(&plan).unwrap();
    assert_eq!(report.frames, 15);
    assert!(report.notes[0].contains("source ends there"), "{:?}", report.notes);
    plan.parts = vec![TimeRange { start: 5.0, end: 6.0 }];
    let error = render(&plan).unwrap_err();
    assert_eq!((error.kind(), error.context()["field"].as_str()), (ErrorKind::InvalidSpec, "parts[0].start"));
}

#[test]
fn each_bad_file_has_its_own_error() {
    let folder = Folder::new();
    let good = folder.media("good.mp4", &format!("{PICTURE} -c:v libx264"));
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let bytes = std::fs::read(&good).unwrap();
    let cases = [
        (folder.path("missing.mp4"), ErrorKind::NotFound),
        (folder.path(""), ErrorKind::IsDirectory),
        (write("empty.mp4", b""), ErrorKind::CorruptMedia),
        (
            write("text.mp4", "just a letter to grandmother\n".repeat(400).as_bytes()),
            ErrorKind::UnsupportedMedia,
        ),
        (write("cut.mp4", &bytes[..bytes.len() / 2]), ErrorKind::CorruptMedia),
        (
            write("hls.mp4", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"),
            ErrorKind::UnsupportedMedia,
        ),
        (write("concat.mp4", b"ffconcat version 1.0\nfile /etc/hostname\n"), ErrorKind::UnsupportedMedia),
    ];
    for (path, kind) in cases {
        let error = render(&RenderPlan::new(&path, folder.path("out.mp4"))).unwrap_err();
        assert_eq!(error.kind(), kind, "{}: {error}", path.display());
        assert!(!folder.path("out.mp4").exists());
    }
}

#[test]
fn a_huge_picture_is_refused() {
    let folder = Folder::new();
    let huge = folder.media("huge.mp4", "-f lavfi -i color=s=16000x16000:r=1:d=1 -frames:v 1 -c:v mjpeg");
    let error = probe(&huge).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
}

#[test]
fn a_name_is_only_a_name() {
    let folder = Folder::new();
    let name = "concat:a|b 'q' \"d\" %d [x],;=\\ é漢.mp4";
    let source = folder.path(name);
    let plain = folder.media("plain.mp4", &format!("{PICTURE} -c:v libx264"));
    std::fs::rename(&plain, &source).unwrap();
    let plan = RenderPlan::new(&source, folder.path("out 'q' %d [x],;=\\ 漢.mp4"));
    render(&plan).unwrap();
    assert_eq!(frame_count(&plan.output), 90);
}

#[test]
fn a_recording_that_tells_no_length_is_measured() {
    let folder = Folder::new();
    let output = std::process::Command::new("ffmpeg")
        .args(
            "-nostdin -v error -f lavfi -i testsrc2=s=320x180:r=30:d=3 -c:v libvpx-vp9 -deadline realtime"
                .split(' '),
        )
        .args(["-cpu-used", "8", "-f", "webm", "-"])
        .output()
        .unwrap();
    let source = folder.path("recording.webm");
    std::fs::write(&source, output.stdout).unwrap();
    assert!(ffprobe(&source)["format"]["duration"].is_null(), "the test needs a file without a length");
    assert!((probe(&source).unwrap().duration - 3.0).abs() < 0.05);
    let mut plan = RenderPlan::new(&source, folder.path("out.mp4"));
    plan.parts = vec![TimeRange { start: 1.0, end: 9.0 }];
    assert_eq!(render(&plan).unwrap().frames, 60);
}

#[test]
fn every_key_frame_of_the_output_can_be_entered() {
    let folder = Folder::new();
    let source =
        folder.media("long.mp4", "-f lavfi -i testsrc2=s=320x180:r=30:d=10 -c:v libx264 -pix_fmt yuv420p");
    let plan = RenderPlan::new(&source, folder.path("out.mp4"));
    render(&plan).unwrap();
    let raw =
        folder.media("out.h264", &format!("-i {} -c copy -bsf:v h264_mp4toannexb", plan.output.display()));
    let bytes = std::fs::read(raw).unwrap();
    let is_idr = |window: &&[u8]| window[..3] == [0, 0, 1] && window[3] & 31 == 5;
    // One at the begin and one at x264's longest distance of 250 frames; an open GOP has none there.
    assert_eq!(bytes.windows(4).filter(is_idr).count(), 2);
}

#[test]
fn a_file_without_streams_is_an_error_and_no_crash() {
    let folder = Folder::new();
    for (name, codec, tag) in
        [("a.avi", "mjpeg", &b"strh"[..]), ("a.mkv", "libx264", &[0x16, 0x54, 0xAE, 0x6B])]
    {
        let good = folder.media(name, &format!("-f lavfi -i testsrc2=s=320x180:r=30:d=1 -c:v {codec}"));
        let mut bytes = std::fs::read(&good).unwrap();
        while let Some(at) = bytes.windows(4).position(|window| window == tag) {
            bytes[at + 3] ^= 1;
        }
        std::fs::write(&good, bytes).unwrap();
        let kind = probe(&good).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::CorruptMedia | ErrorKind::UnsupportedMedia), "{name}: {kind}");
    }
}

#[test]
fn rgb_sources_keep_their_colours() {
    let folder = Folder::new();
    let source =
        folder.media("rgb.mkv", "-f lavfi -i color=c=0x30C040:s=320x180:r=30:d=1 -c:v libx264rgb -qp 0");
    let plan = RenderPlan::new(&source, folder.path("out.mp4"));
    render(&plan).unwrap();
    let (pixels, ..) = rgb_frame(&plan.output, 0.0);
    for (got, wanted) in pixels[..3].iter().zip([0x30_u8, 0xC0, 0x40]) {
        assert!(got.abs_diff(wanted) <= 6, "{:?}", &pixels[..3]);
    }
}

#[test]
fn thumbnails_keep_their_colours() {
    let folder = Folder::new();
    let source = folder.media(
        "hd.mp4",
        "-f lavfi -i color=c=0x30C040:s=1280x720:r=30:d=1 -vf scale=out_color_matrix=bt709 -colorspace bt709 \
         -c:v libx264 -qp 4 -pix_fmt yuv420p",
    );
    let spec = ytclipper::spec::ThumbnailSpec::new(&source, folder.path("t.jpg"), 0.0);
    ytclipper::media::thumbnail(&spec, &spec.output, &CancelToken::default()).unwrap();
    let (pixels, ..) = rgb_frame(&spec.output, 0.0);
    for (got, wanted) in pixels[..3].iter().zip([0x30_u8, 0xC0, 0x40]) {
        assert!(got.abs_diff(wanted) <= 8, "{:?}", &pixels[..3]);
    }
}

#[test]
fn hdr_that_tells_its_transfer_only_is_taken_as_bt2020() {
    let folder = Folder::new();
    let source = folder.media(
        "pq.mkv",
        "-f lavfi -i testsrc2=s=320x180:r=30:d=1 -c:v libx265 -pix_fmt yuv420p10le -color_trc smpte2084 \
         -x265-params log-level=none:transfer=smpte2084",
    );
    let plan = RenderPlan::new(&source, folder.path("out.mp4"));
    assert_eq!(render(&plan).unwrap().frames, 30);
}
