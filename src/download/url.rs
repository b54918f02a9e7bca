//! What a user gave as a source, and whether the engine may go there.

use std::net::{IpAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::Policy;
use super::address::is_public;
use super::explain::fault;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};

/// How often a wait looks whether the job was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// A source as a user names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A file of this machine.
    Local(PathBuf),
    /// Something to fetch.
    Remote(SourceUrl),
}

/// An http(s) URL, taken apart as far as the policy needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceUrl {
    /// As it was given.
    pub text: String,
    /// Host in lower case, an IPv6 address without brackets.
    pub host: String,
    /// Port, given or by scheme.
    pub port: u16,
}

impl Source {
    /// Reads what the user gave: an http(s) URL, else a path.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        match text.split_once("://") {
            Some((scheme, rest)) if is_http(scheme) => SourceUrl::parse(text, scheme, rest).map(Self::Remote),
            Some((scheme, _)) if !PathBuf::from(text).exists() => {
                let message = format!("`{scheme}` is no scheme that can be fetched; use http or https");
                Err(fault("unsupported_scheme", message))
            }
            Some(_) | None => Ok(Self::Local(PathBuf::from(text))),
        }
    }
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

impl SourceUrl {
    /// A URL that another program hands on; it must be http(s).
    pub(super) fn of_stream(text: &str) -> Result<Self> {
        match Source::parse(text)? {
            Source::Remote(url) => Ok(url),
            Source::Local(_) => {
                Err(fault("unsupported_scheme", "the page leads to something that is no URL"))
            }
        }
    }

    /// Stricter than the standard: whatever two programs could read differently is refused, so
    /// that the host which is checked is the host which is asked.
    fn parse(text: &str, scheme: &str, rest: &str) -> Result<Self> {
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if text.contains(odd) {
            return Err(malformed("it holds white space, a backslash or a control character"));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        if authority.contains('@') {
            return Err(malformed("it holds a user name or password"));
        }
        let (host, port) = split_port(authority)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.parse::<std::net::Ipv6Addr>().is_err() && (host.is_empty() || !host.chars().all(plain)) {
            return Err(malformed(
                "its host is not a plain ASCII name (write an international one as xn--…)",
            ));
        }
        let usual = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        Ok(Self { text: text.to_owned(), host: host.to_ascii_lowercase(), port: port.unwrap_or(usual) })
    }

    /// `Err` unless the policy lets the engine fetch from here. Every address of the host must be
    /// public, unless the policy names the host.
    ///
    /// The host is looked up again by whoever fetches, and may redirect: an attacker who controls
    /// a name server or the page can still lead to a private address. Hosts that face untrusted
    /// users need a network that does not route there.
    pub(super) fn admit(&self, policy: &Policy, ctx: &Context) -> Result<()> {
        if self.is_allowed(&policy.allow_hosts) {
            return Ok(());
        }
        let addresses = self.resolve(policy.timeout, ctx)?;
        if addresses.iter().all(|address| is_public(*address)) {
            return Ok(());
        }
        let message = format!(
            "{} is on this machine or a private network; the engine fetches from there only when \
             `allow_hosts` names the host",
            self.host
        );
        Err(fault("forbidden_host", message).with("host", &self.host))
    }

    fn is_allowed(&self, allowed: &[String]) -> bool {
        let bracketed = format!("[{}]", self.host);
        let names = [&self.host, &bracketed];
        let with_port = names.map(|name| format!("{name}:{}", self.port));
        allowed
            .iter()
            .map(|entry| entry.to_ascii_lowercase())
            .any(|entry| names.iter().any(|name| **name == entry) || with_port.contains(&entry))
    }

    /// The host's addresses. A name server may take its time, so a thread of its own asks it.
    fn resolve(&self, timeout: Duration, ctx: &Context) -> Result<Vec<IpAddr>> {
        let (send, answer) = bounded(1);
        let (host, port) = (self.host.clone(), self.port);
        let ask = move || {
            let found = (host.as_str(), port).to_socket_addrs();
            // Nobody listens any more where the job was cancelled meanwhile.
            let _ = send.send(found.map(|all| all.map(|address| address.ip()).collect::<Vec<_>>()));
        };
        let spawned = std::thread::Builder::new().name("ytc-resolve".to_owned()).spawn(ask);
        spawned.map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
        let deadline = Instant::now() + timeout;
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(Ok(addresses)) if !addresses.is_empty() => return Ok(addresses),
                Ok(Ok(_) | Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(self.unknown_host()),
                Err(RecvTimeoutError::Timeout) if Instant::now() > deadline => {
                    return Err(self.unknown_host());
                }
                Err(RecvTimeoutError::Timeout) => ctx.cancel.check()?,
            }
        }
    }

    fn unknown_host(&self) -> Error {
        let message = format!("{} cannot be found; check the address and the network", self.host);
        fault("no_network", message).with("host", &self.host)
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>)> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(inner) => {
            inner.split_once(']').ok_or_else(|| malformed("its IPv6 address lacks the bracket"))?
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Ok((host, None)),
        Some("") => Ok((host, None)),
        Some(digits) => match digits.parse() {
            Ok(port) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok((host, Some(port))),
            Ok(_) | Err(_) => Err(malformed("its port is no number up to 65535")),
        },
        None => Err(malformed("its host and port cannot be told apart")),
    }
}

fn malformed(why: &str) -> Error {
    Error::new(ErrorKind::Download, format!("this URL is not fetched: {why}")).with("reason", "malformed_url")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> SourceUrl {
        SourceUrl::of_stream(text).unwrap()
    }

    fn reason(text: &str) -> String {
        Source::parse(text).unwrap_err().context()["reason"].clone()
    }

    fn admitted(text: &str, allow: &[&str]) -> Option<String> {
        let allow_hosts = allow.iter().map(|&host| host.to_owned()).collect();
        let policy = Policy { allow_hosts, ..Policy::default() };
        url(text).admit(&policy, &Context::detached()).err().map(|error| error.context()["reason"].clone())
    }

    #[test]
    fn host_and_port_are_read() {
        let read = |text| {
            let url = url(text);
            (url.host, url.port)
        };
        assert_eq!(read("https://Example.COM/watch?v=a:b@c"), ("example.com".to_owned(), 443));
        assert_eq!(read("HTTP://example.com:8080?x"), ("example.com".to_owned(), 8080));
        assert_eq!(read("http://[::1]:81/a"), ("::1".to_owned(), 81));
    }

    #[test]
    fn what_two_programs_could_read_differently_is_refused() {
        for text in [
            "http://a@b/",
            "http://1.1.1.1\\@127.0.0.1/",
            "http://a b/",
            "http:///x",
            "http://a:99999/",
            "http://a%2eb/",
            "http://ex\u{e4}mple.com/",
            "http://a:+80/",
            "http://[::1/",
            "http://[::1]x/",
        ] {
            assert_eq!(reason(text), "malformed_url", "{text}");
        }
        assert_eq!(reason("file:///etc/passwd"), "unsupported_scheme");
        assert_eq!(reason("-x://a"), "unsupported_scheme");
    }

    #[test]
    fn anything_else_is_a_path() {
        assert_eq!(Source::parse("--exec=id").unwrap(), Source::Local("--exec=id".into()));
        assert_eq!(Source::parse(" a/b.mp4 ").unwrap(), Source::Local("a/b.mp4".into()));
    }

    #[test]
    fn private_addresses_are_refused_however_they_are_written() {
        for text in [
            "http://127.0.0.1/",
            "http://localhost:80/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/latest",
            "http://0/",
            "http://10.0.0.1:8080/",
        ] {
            assert_eq!(admitted(text, &[]).as_deref(), Some("forbidden_host"), "{text}");
        }
        assert_eq!(admitted("http://1.1.1.1/", &[]), None);
    }

    #[test]
    fn a_named_host_is_allowed_and_only_with_its_port_where_one_is_named() {
        assert_eq!(admitted("http://127.0.0.1:81/", &["127.0.0.1"]), None);
        assert_eq!(admitted("http://127.0.0.1:81/", &["127.0.0.1:81"]), None);
        assert_eq!(admitted("http://LOCALHOST:81/", &["Localhost:81"]), None);
        assert_eq!(admitted("http://[::1]:81/", &["[::1]:81"]), None);
        assert_eq!(admitted("http://127.0.0.1:82/", &["127.0.0.1:81"]).as_deref(), Some("forbidden_host"));
    }
}
